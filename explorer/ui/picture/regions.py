"""Density below the points, and names of regions: what makes a picture readable at a glance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.conditions import LABEL
from explorer.pictures.column import without_pictures
from explorer.projection.job import Picture, regions_key, start_regions
from explorer.projection.regions import Region
from explorer.ui.picture import naming
from explorer.ui.picture.drawing import is_finished
from explorer.ui.shell import address, progress

DENSITY = ("none", "lines", "heat")
DENSITY_KEY, NAMED_KEY = "density", "regions"  # parameters of the address
TEXT_WORDS = 5.0  # on average, in a column whose texts say more than the labels
LOOKED_AT = 1_000  # rows, for that average
LEVELS = ("from afar", "nearer", "close by")


def ask_reading() -> None:
    """Ask for density and names of regions; `density` and `regions_in` return what was chosen."""
    st.segmented_control(
        "Density",
        DENSITY,
        default=DENSITY[0],
        required=True,
        key=address.choice(DENSITY_KEY, DENSITY),
        bind="query-params",
        help="Where points stand thickest, in 2D. The lines enclose 90, 75, 50 and 25 of 100 "
        "points; categories that are switched off do not count.",
    )
    st.toggle(
        "Name the regions",
        key=NAMED_KEY,
        bind="query-params",
        help="Typical words of the points around each peak of the density, in 2D. Zoom in for "
        "smaller regions; point at a name for examples.",
    )


def density() -> str:
    """Return how the density is shown."""
    return str(st.session_state.get(DENSITY_KEY) or DENSITY[0])


def regions_in(
    space: EmbeddingSpace,
    projection: Projection,
    wanted: Picture,
    rows: NDArray[np.intp] | None = None,
) -> tuple[Region, ...]:
    """Return the named regions of a picture, or of those points of it that a filter keeps.

    None where nobody asked, or while a job finds them.
    """
    if not st.session_state.get(NAMED_KEY) or projection.n_components != 2:
        return ()
    if not is_finished(projection, wanted):
        return ()
    column = naming_column(space)
    found: tuple[Region, ...] | None = progress.wait_for(
        regions_key(space, projection, column, rows),
        lambda: start_regions(progress.jobs(), space, projection, column, rows),
        progress.Wait(
            place="regions",
            running="Naming the regions.",
            stopped="The regions were not named.",
            narrow=True,
        ),
    )
    names = naming.called(space, [one.name for one in found or ()])
    return tuple(replace(one, name=name) for one, name in zip(found or (), names, strict=True))


def naming_column(space: EmbeddingSpace) -> str:
    """Return the column whose texts name regions: the one of the longest texts, or the labels.

    A column counts as texts where its first thousand have `TEXT_WORDS` words on average.
    """
    longest, least = LABEL, TEXT_WORDS
    metadata = without_pictures(space.metadata)
    if metadata is None:
        return longest
    for name in metadata.column_names:
        kind = metadata[name].type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            continue
        texts = [one for one in metadata[name][:LOOKED_AT].to_pylist() if one]
        words = sum(len(one.split()) for one in texts) / max(1, len(texts))
        if words >= least:
            longest, least = name, words
    return longest


def table(space: EmbeddingSpace, named: tuple[Region, ...]) -> None:
    """List the regions, for those who do not see the map; their names can be changed here."""
    if not named:
        return
    with st.expander("The regions as a table"):
        naming.table(
            space,
            naming.found_for(space, [one.name for one in named]),
            {
                "points": [one.size for one in named],
                "seen": [LEVELS[one.level] for one in named],
                "examples": [", ".join(one.examples) for one in named],
            },
            title="region",
            key="regions table",
        )
