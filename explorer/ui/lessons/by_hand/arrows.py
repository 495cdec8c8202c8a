"""Arrows in the plane that one drags: a small component."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.lessons.by_hand.distances import Arrow
from explorer.ui.shell.svg import svg_component

REACH = 6.0  # units from the origin to each edge
HEIGHT = 390  # pixels
# Okabe-Ito, readable on light and on dark grounds
COLORS = ("#D55E00", "#0089d0", "#009E73", "#B96A9B")
drawn_by_browser = svg_component("embedding-explorer-arrows", Path(__file__).with_suffix(".js"))


def drag_arrows(start: Mapping[str, Arrow], *, unit: bool, key: str) -> dict[str, Arrow]:
    """Draw arrows that can be dragged, and return where they end.

    Parameters
    ----------
    start
        Where each of at most four arrows ends at first.
    unit
        Whether each is drawn with length 1.
    """
    kept = f"{key} kept"
    places: dict[str, Arrow] = st.session_state.setdefault(kept, dict(start))
    result = drawn_by_browser(
        key=key,
        data={
            "arrows": [
                {"name": name, "x": x, "y": y, "color": color}
                for (name, (x, y)), color in zip(places.items(), COLORS, strict=False)
            ],
            "reach": REACH,
            "unit": unit,
            "answered": st.session_state.get(f"{kept} at", 0),
        },
        default={"arrows": None},
        on_arrows_change=lambda: keep(kept, st.session_state[key].arrows, start),
        height=HEIGHT,
    )
    del result
    return places


def keep(kept: str, told: Any, start: Mapping[str, Arrow]) -> None:
    """Keep what the browser told, as far as it is what was asked."""
    places = dict(st.session_state.get(kept, start))
    if told:
        st.session_state[f"{kept} at"] = float(told["at"])
    for one in told["places"] if told else ():
        if one.get("name") in start:
            x, y = (max(-REACH, min(REACH, float(one[axis]))) for axis in "xy")
            places[one["name"]] = (x, y)
    st.session_state[kept] = places
