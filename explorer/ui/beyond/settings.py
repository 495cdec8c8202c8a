"""The settings of a training on a page of “Beyond words”: a table of numbers to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Setting:
    """A field of a recipe, with its range; whole numbers where both ends are."""

    field: str
    label: str
    low: float
    high: float
    explained: str


SEED = Setting(
    "seed", "Seed", 0, 9999, "The same seed gives the same vectors. Another one begins anew."
)


def ask_settings(
    page: str, settings: Sequence[Setting], usual: Any, of: str = ""
) -> dict[str, Any]:
    """Draw a control for each setting, at first as in the recipe `usual`; return what they say.

    `of` keeps apart the settings of several models of a page.
    """
    return {
        one.field: st.number_input(
            one.label,
            one.low,
            one.high,
            getattr(usual, one.field),
            key=" ".join(filter(None, (page, one.field, of))),
            help=one.explained,
        )
        for one in settings
    }
