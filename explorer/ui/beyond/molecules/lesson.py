"""The lesson of “Molecules”: what an embedding of a molecule is for, and where it fails."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer.beyond.molecules.learned import Learned
from explorer.beyond.molecules.lesson import (
    AtomPicture,
    atom_picture,
    cliffs,
    elements_of,
    nearness,
)
from explorer.figures.molecules import atoms_figure
from explorer.ui.beyond.molecules.ask import signed
from explorer.ui.beyond.molecules.cards import Card, show_cards
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

CLIFF_SPACES = {"learned": "in the learned space", "Morgan": "by its pieces (Morgan)"}


def show(learned: Learned, *, is_sample: bool) -> None:
    """Draw the three parts of the lesson."""
    what_for(learned, is_sample=is_sample)
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        show_cliffs(learned)
    with right:
        show_atoms(learned)


@st.cache_data(show_spinner=False, max_entries=16)
def nearness_of(digest: str, _learned: Learned) -> pa.Table:
    """Return how alike near molecules are, measured once."""
    return nearness(_learned)


def what_for(learned: Learned, *, is_sample: bool) -> None:
    """Say what an embedding of a molecule is for, with the figures of this run."""
    table = nearness_of(learned.learned_space.digest, learned)
    by_space = dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    measured = plain(learned.molecules.property)
    st.markdown("#### What is an embedding of a molecule for?")
    left, right = st.columns([1.5, 1], gap="large")
    left.markdown(
        "Somebody has a new substance and nothing is known of it. In the right space its neighbors "
        f"tell. How far is the {measured} of a new molecule from that of its nearest neighbor? "
        f"**{by_space['learned']:.2f}** on average if “near” was learned, "
        f"**{by_space['Morgan']:.2f}** if near means the same pieces, "
        f"**{by_space['any two (chance)']:.2f}** for any two molecules. So one can find substances "
        "that *behave* alike though they *look* different. One can sort a catalog, or choose what "
        "to measure next."
        + (
            "\n\nTry *phenol* under “Ask it”: p-phenylphenol has nearly the same pieces, but a "
            "thousand times less of it dissolves."
            if is_sample
            else ""
        )
        + (
            "\n\nThe price: this space knows **one** property. For another one it has to learn "
            "again. Fingerprints help with every question, but only a little."
        )
    )
    with right:
        named_table(
            table,
            f"{learned.molecules.property} of the nearest molecule",
            column_config={"differ by": st.column_config.NumberColumn(format="%.2f")},
        )
    right.caption(
        f"Mean difference in {measured} between a molecule held out and the nearest one learned "
        "from (cosine)."
    )


@st.cache_data(show_spinner=False, max_entries=16)
def cliffs_of(digest: str, name: str, _learned: Learned) -> pa.Table:
    """Return the activity cliffs of a space, found once."""
    return cliffs(_learned, name)


def show_cliffs(learned: Learned) -> None:
    """Draw pairs that are near in a space and far apart in the property."""
    st.markdown("#### Cliffs: near, and yet far apart")
    name = st.segmented_control(
        "Near",
        list(CLIFF_SPACES),
        default="Morgan",
        required=True,
        key="molecules cliffs",
        format_func=CLIFF_SPACES.__getitem__,
        label_visibility="collapsed",
    )
    found = cliffs_of(learned.learned_space.digest, name, learned).to_pylist()
    molecules = learned.molecules
    for pair in found:
        rows = (pair["first"], pair["second"])
        drawn, told = st.columns([1.6, 1], vertical_alignment="center")
        with drawn:
            show_cards(
                [
                    Card(
                        molecules.chemistry.structure(row),
                        molecules.labels[row],
                        signed(molecules.values[row]),
                    )
                    for row in rows
                ]
            )
        told.markdown(f"cosine {pair['cosine']:.2f}  \n**{pair['difference']:.1f}** apart")
    st.caption(
        "Each of the two is among the five nearest of the other. A space in which near means "
        "alike cannot get such pairs right. Or one of the measurements is wrong."
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def atoms_of(digest: str, element: str, _learned: Learned) -> AtomPicture:
    """Return the picture of an element's atoms, computed once."""
    return atom_picture(_learned.atoms, element)


def show_atoms(learned: Learned) -> None:
    """Draw all atoms of an element: the same atom differs by its neighborhood."""
    st.markdown("#### An atom is known by its neighbors, as a word by its sentence")
    elements = elements_of(learned.atoms)
    if not elements:
        st.info("The molecules have no element with twenty atoms in different surroundings.")
        return
    element = st.segmented_control(
        "Element",
        elements[:6],
        default="O" if "O" in elements[:6] else elements[0],
        required=True,
        key="molecules element",
        label_visibility="collapsed",
    )
    picture = atoms_of(learned.learned_space.digest, element, learned)
    show_chart(
        atoms_figure(picture.places, picture.names, picture.kinds, dark=is_dark()),
        f"The atoms of {element} by their vectors, colored by what they are bound to",
        key="molecules atoms",
    )
    rounds = learned.recipe.layers
    st.caption(
        f"{len(picture.names):,} atoms, all {element}, after {rounds} rounds of messages. For "
        f"{picture.kept:.0%} of them, the nearest other atom is bound to the same atoms. For two "
        f"atoms drawn by chance, that is so in {picture.chance:.0%} of cases. Nobody told the "
        "network of such groups. *OH –C* is an oxygen with a hydrogen on a carbon; small letters "
        "are aromatic."
    )
