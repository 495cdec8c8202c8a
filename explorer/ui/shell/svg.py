"""Small drawings in the browser, which stay in their place while Python answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

SHARED = Path(__file__).with_suffix(".js")


def source(script: Path) -> str:
    """Return a drawing's script, which begins with what all drawings share."""
    return "".join(one.read_text(encoding="utf-8") for one in (SHARED, script))


def svg_component(name: str, script: Path) -> Any:
    """Return the component of a drawing."""
    return st.components.v2.component(name, js=source(script))
