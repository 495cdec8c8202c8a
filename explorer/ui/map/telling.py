"""What the Map says of its picture: a sentence beside it, and the rest behind a button."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, Projection
from explorer.projection import METHODS
from explorer.ui.filter.state import Filtered
from explorer.ui.picture import method_settings, trust
from explorer.ui.shell.plain import plain


def tell_picture(
    space: EmbeddingSpace,
    projection: Projection,
    known: trust.Trust | None,
    kept: Filtered | None,
    *,
    line: DeltaGenerator,
    more: DeltaGenerator,
) -> None:
    """Say in a place of fixed height how far the picture can be trusted; the rest behind a button.

    Nothing that is told later moves the map or what stands below the place.
    """
    method = METHODS[projection.method]
    shown = f"**{method.title}**: {method.sentence}"
    told = trust.sentence(known, kept.drawn if kept else None) if known else shown
    line.markdown(told)
    with more.popover("About it", icon=":material/info:", width="stretch"):
        st.markdown(shown)
        if projection.variance_share is not None:
            share = float(projection.variance_share.sum())
            st.markdown(f"Here it keeps **{share:.1%}** of the variance.")
        if space.drawn_from is not None:
            st.markdown(plain(space.notes[0]))
        if known:
            st.markdown(f"{told} {trust.figures(known.quality)}.")
        if how := method_settings.told(projection):
            st.caption(f"{how}.")
