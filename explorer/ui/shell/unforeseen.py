"""An error of ours that a page lets through is told on that page, in its own words.

Where the disk is full, every place that keeps something may raise one. Streamlit would show a box
that says nothing, because what it catches may hold secrets; our errors are written for visitors.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui.shell.plain import plain

LOGGER = logging.getLogger(__name__)


def telling(run: Callable[[], Any]) -> Callable[[], Any]:
    """Return a page's run, or that of a part of one, which tells such an error and ends."""

    def told() -> Any:
        try:
            return run()
        except ExplorerError as error:
            LOGGER.warning("A page ended early: %s", error)
            st.error(plain(str(error)), icon=":material/error:")
            return None

    return told
