"""Step 2: cosine, dot product and euclidean distance of arrows that one drags."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.lessons.by_hand.distances import Arrow, nearness, normalized, orders
from explorer.ui.lessons import lesson
from explorer.ui.lessons.by_hand.arrows import drag_arrows
from explorer.ui.shell.navigation import PAGES, link_parameters
from explorer.ui.shell.tables import named_table

QUERY = "You"
START: dict[str, Arrow] = {QUERY: (2, 1), "A": (5.5, 0.5), "B": (1, 0.5), "C": (1.75, 1.75)}
TITLES = {
    "dot": ("Dot product", "large is near", "long arrows win"),
    "cosine": ("Cosine", "large is near", "only the angle counts"),
    "euclidean": ("Euclidean", "small is near", "the gap between the tips"),
}


def show(space: EmbeddingSpace) -> None:
    """Draw the arrows, and who is nearest by each measure."""
    st.markdown(
        "**Drag the tips.** *You* are looking for something; A, B and C are offers. Who is "
        "nearest? That depends on how you measure."
    )
    left, right = st.columns([1, 1.5], gap="large")
    unit = right.toggle("Make all arrows equally long", key="unit", bind="query-params")
    with left:
        arrows = drag_arrows(START, unit=unit, key="arrows")
    with right:
        tell({name: normalized(one) if unit else one for name, one in arrows.items()}, unit=unit)
    lesson.try_this(
        "Make C the nearest by all three. Then pull A so far out that only the dot product changes "
        "its mind.",
        "Make all arrows equally long: do the three measures still disagree? Drag, and try to "
        "make them.",
    )
    st.page_link(
        PAGES["search"].file,
        label="In hundreds of dimensions near and far become alike: see “Many dimensions”",
        icon=PAGES["search"].icon,
        query_params={
            **link_parameters("search", st.session_state["space"]),
            "search_step": "4 Many dimensions",
        },
    )


def tell(arrows: dict[str, Arrow], *, unit: bool) -> None:
    """Show each measure's numbers, and its order."""
    query = arrows[QUERY]
    offers = {name: one for name, one in arrows.items() if name != QUERY}
    found = orders(query, offers)
    for column, (name, (title, which, means)) in zip(st.columns(3), TITLES.items(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}**\n### {' › '.join(found[name])}")
            st.caption(f"{which}: {means}")
    near = {name: nearness(query, one) for name, one in offers.items()}
    named_table(
        pa.table(
            {
                "": list(near),
                "numbers": [f"({x:.2f}, {y:.2f})" for x, y in offers.values()],
                "dot product": [
                    f"{query[0]:.2f}·{x:.2f} + {query[1]:.2f}·{y:.2f} = {near[name].dot:.2f}"
                    for name, (x, y) in offers.items()
                ],
                "cosine": [one.cosine for one in near.values()],
                "euclidean": [one.euclidean for one in near.values()],
            }
        ),
        "distances by hand",
        column_config={
            name: st.column_config.NumberColumn(format="%.2f") for name in ("cosine", "euclidean")
        },
    )
    agree = len({tuple(order) for order in found.values()}) == 1
    if unit:
        st.markdown(
            ":material/check: All arrows have length 1 (**normalized**). Now all three give the "
            "same order, always: the dot product *is* the cosine; the distance grows as it falls. "
            "That is why most sentence models give vectors of length 1."
        )
    elif agree:
        st.markdown(":material/check: Here all three give the same order.")
    else:
        st.markdown(
            ":material/compare_arrows: **They disagree.** Cosine is the dot product divided by "
            "both lengths."
        )
