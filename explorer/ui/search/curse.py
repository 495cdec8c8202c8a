"""Step 4: distances in many dimensions, of noise and of the open space."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures.search import contrast_figure, distances_figure
from explorer.lessons import dimensionality
from explorer.lessons.dimensionality import DIMENSIONS, Curse
from explorer.ui.pointcloud import is_dark
from explorer.ui.search.asked import at_a_button
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain


def draw(space: EmbeddingSpace) -> None:
    """Measure, and show noise beside the space."""
    key = dimensionality.curse_key(space.digest)
    curse = dimensionality.kept_curse(key) or at_a_button(
        key,
        partial(dimensionality.start, progress.jobs(), space),
        "Measure",
        "Among random points of many dimensions, **the nearest is hardly nearer than the "
        "farthest**. Is that so in this space, too? It takes half a minute.",
        progress.Wait(place="curse"),
    )
    if curse is not None:
        show(space, curse)


def show(space: EmbeddingSpace, curse: Curse) -> None:
    """Show the charts and the figures beside each other."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(
            f"**2,000 random points**: in 2 dimensions the nearest is at {curse.nearest[0]:.0%} "
            f"of the mean distance, in {DIMENSIONS[-1]:,} at **{curse.nearest[-1]:.0%}**. "
            "Near and far become alike."
        )
        show_chart(
            contrast_figure(curse, dark=is_dark()),
            "Nearest and farthest distance divided by the mean, by the number of dimensions",
            {
                "dimensions": DIMENSIONS,
                "nearest ÷ mean": curse.nearest,
                "farthest ÷ mean": curse.farthest,
                "most popular neighbor": curse.hubs,
            },
            key="search contrast",
        )
    with right:
        st.markdown(
            f"**{plain(space.name)}** has {curse.dim:,} dimensions. The nearest other vector is "
            f"at **{curse.contrast_space:.0%}** of the mean distance, in noise of {curse.dim:,} "
            f"dimensions at {curse.contrast_noise:.0%}. Two vectors drawn by chance are as far "
            "apart as in the noise. Only the near ones are nearer."
        )
        show_chart(
            distances_figure(curse, dark=is_dark()),
            "Distances between any two vectors, and to the nearest, in this space and in noise",
            key="search distances",
        )
    columns = st.columns(3, gap="large")
    columns[0].metric(
        "Intrinsic dimension",
        f"{curse.intrinsic_space:.0f}",
        help=(
            "Estimated by TwoNN (Facco et al. 2017): how much farther is the second neighbor "
            "than the first? Where the true dimension is high, the estimate is too low."
        ),
    )
    columns[0].caption(f"Noise of {curse.dim:,} dimensions: {curse.intrinsic_noise:.0f}")
    columns[1].metric(
        "HNSW finds (ef 32)",
        f"{curse.recall_space:.0%}",
        help="The same index with the same settings over both.",
    )
    columns[1].caption(f"In the noise: {curse.recall_noise:.0%}")
    columns[2].metric(
        "Most popular neighbor",
        f"{curse.hub_space:.0f} times",
        help="How often one vector is among the ten nearest of others; 10 is the mean. A hub is "
        "near to many, and comes up in many answers.",
    )
    columns[2].caption(
        f"Random points: {curse.hubs[0]:.0f} in 2 dimensions, {curse.hubs[-1]:.0f} in "
        f"{DIMENSIONS[-1]:,}"
    )
    st.markdown(
        f":material/lightbulb: **Why real embeddings are searchable all the same**: they fill few "
        f"of their {curse.dim:,} dimensions. Around each vector the others spread in only about "
        f"{curse.intrinsic_space:.0f} of them. There, near and far differ, and an index knows "
        "where to look. In pure noise all are equally far."
    )
    st.caption(
        f"Vectors of length 1; {curse.n:,} of this space, and as many of noise, 300 of them as "
        "queries. Random points on the left are uniform in a cube."
    )
