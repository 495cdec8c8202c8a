"""What a component asks, each question once.

Of a component's state Streamlit keeps the last value: a second question displaces a first that no
run has read yet. So the browser (`outbox.ts`) sends all that is not answered, and is told up to
which it is.
"""

from __future__ import annotations

from typing import Any

import streamlit as st


def fresh(key: str, asked: Any) -> list[dict[str, Any]]:
    """Return what is asked and was not yet, the oldest first; from now on it counts as answered."""
    last = answered(key)
    found = [one for one in asked or () if one["at"] > last]
    if found:
        st.session_state[f"{key} answered"] = found[-1]["at"]
    return found


def answered(key: str) -> float:
    """Return the number of the last question that was answered; 0 before the first."""
    last: float = st.session_state.get(f"{key} answered", 0)
    return last
