"""Embedding Explorer: where `streamlit run` begins, and the first screen.

`streamlit run` imports this file once and serves `app`. Each visit of the first screen then runs it
as a script.
"""

import streamlit as st

if __name__ == "__main__":
    from explorer.ui.start.screen import show

    show()
else:
    from explorer.ui.shell import server

    app = st.App(__file__, lifespan=server.lifespan, middleware=server.middleware)
