"""Projector mode: large text and thick lines for the last row of a classroom.

It is kept in the address, so that a teacher's link has it, and in the session, so that it stays
from page to page.
"""

from __future__ import annotations

import streamlit as st

from explorer.ui.shell import address

PARAMETER = "projector"
ON = "on"
KEPT = "projector mode"  # session state
TEXT = 18  # pixels
STYLE = f"""<style>
html {{ font-size: {TEXT}px; }}
.stMainBlockContainer {{ padding: 0.5rem 1.5rem 1rem; }}
:is([data-testid="stCaptionContainer"], [data-testid="stWidgetLabel"]) p {{ font-size: 1rem; }}
.stMain :is(small, .stMarkdown [style*="font-size"]) {{ font-size: 1rem !important; }}
.stMain :is(.stCode pre, .stCode code) {{ font-size: 1rem !important; }}
.page-heading {{ padding-left: 2rem; }} /* the arrow that opens the sidebar stands there */
.page-heading h1 {{ font-size: 1.5rem; }}
.stMain [data-testid="stButtonGroup"] [role="radiogroup"] {{ flex-wrap: wrap !important;
    overflow: visible !important; mask-image: none !important; row-gap: 0.25rem; }}
.stMain button p {{ white-space: normal; overflow: visible; line-height: 1.2;
    overflow-wrap: normal; word-break: keep-all; }}
.stMain .stCode :is(pre, code) {{ white-space: pre-wrap !important; }}
.stMain [data-testid="stMetricLabel"] :is(div, p) {{ white-space: normal; overflow: visible; }}
.stMain [data-testid="stPopover"] button {{ padding-inline: 0.4rem; }}
</style>"""


def is_on() -> bool:
    """Whether the page is shown by a projector, as the address says, or the page before it."""
    named = st.query_params.get(PARAMETER)
    if named is not None:
        st.session_state[KEPT] = named == ON
    elif st.session_state.get(KEPT):
        st.query_params[PARAMETER] = ON
    return bool(st.session_state.get(KEPT))


def draw() -> None:
    """Draw the switch."""
    st.session_state["projector switch"] = bool(st.session_state.get(KEPT))
    st.toggle(
        "Projector",
        key="projector switch",
        on_change=turn,
        help="Large text, thick lines, this sidebar closed. The address keeps it for a link.",
    )


def turn() -> None:
    """Turn it on or off, as the switch stands."""
    st.session_state[KEPT] = st.session_state["projector switch"]
    address.change(PARAMETER, ON if st.session_state[KEPT] else None)
