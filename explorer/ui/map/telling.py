"""What the Map says of its picture: a sentence beside it, and the rest behind a button."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, Projection, Quality
from explorer.projection import METHODS
from explorer.ui.filter.state import Filtered
from explorer.ui.map.beside import pick_from
from explorer.ui.picture import method_settings, trust
from explorer.ui.shell.plain import plain
from explorer.wording import count

WORST = 50  # points listed


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
            st.markdown(trust.verdict(known.quality))
            list_worst(space, known.quality)
        if how := method_settings.told(projection):
            st.caption(f"{how}.")


def list_worst(space: EmbeddingSpace, quality: Quality) -> None:
    """List the points that the picture places worst; a click selects one."""
    rows = trust.worst(quality, WORST)
    none = int((quality.kept == 0).sum())
    lost = f"{count(none, 'point keeps', 'points keep')} none of them. " if none else ""
    st.markdown(f"{lost}Placed worst, one click selects:")
    table = pa.table(
        {
            "label": space.labels_at(rows),
            trust.COLOR: pa.array(np.round(quality.kept[rows] * quality.k).astype(np.intp)),
        }
    )
    whole = rows if space.drawn_from is None else space.drawn_from.rows[rows]
    pick_from(space, table, whole, key="worst", column_config={}, lines=5)
