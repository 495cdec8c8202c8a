"""Asking the network: a name or a SMILES lands, is predicted, and shows its neighbors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.beyond.molecules.learned import COVERAGE, NEAR, Learned, Prediction
from explorer.beyond.molecules.lesson import plane_of
from explorer.beyond.molecules.molecules import MORGAN_BITS, WEIGHT, Chemistry
from explorer.beyond.molecules.parsing import parse_one
from explorer.errors import QueryError
from explorer.figures.colors import coloring
from explorer.figures.marks import Marks
from explorer.ui.beyond.molecules.cards import Card, show_cards, show_structure
from explorer.ui.pointcloud import is_dark, pointcloud
from explorer.ui.shell.plain import plain
from explorer.ui.shell.word_fields import offer

ASKED = "molecule"  # the field, and its parameter in the address
EXAMPLES = {  # of the sample: names that it holds, and SMILES that it lacks
    "phenol": "phenol",
    "caffeine": "caffeine",
    "glucose": "glucose",
    "menthol": "menthol",
    "capsaicin (new)": "COc1cc(CNC(=O)CCCCC=CC(C)C)ccc1O",
    "vitamin C (new)": "OCC(O)C1OC(=O)C(O)=C1O",
}
NEW = " (new)"  # in the sample's examples: what it lacks
PARTS = "."  # of a SMILES: what stands between two molecules
UNLIKE = 0.3  # cosine of Morgan fingerprints: below, nothing like it was learned from
MAP_HEIGHT = 330
SPACES = {
    "learned": "Near by what was learned",
    "Morgan": "Near by its pieces (Morgan fingerprint)",
}


def show(learned: Learned, *, is_sample: bool) -> None:
    """Ask for a molecule; draw it, say what is predicted, and show what is near."""
    molecules = learned.molecules
    field, examples = st.columns([1, 1.9], vertical_alignment="bottom", gap="medium")
    if is_sample:
        examples.pills(
            "Examples", list(EXAMPLES), key="molecules example", on_change=take_example,
            label_visibility="collapsed",
        )  # fmt: skip
    if ASKED not in st.session_state and not st.query_params.get(ASKED):
        st.session_state[ASKED] = "phenol" if is_sample else molecules.labels[0]
    text = field.text_input(
        "Name or SMILES",
        key=ASKED,
        bind="query-params",
        max_chars=1_000,
        help="A SMILES writes a molecule as a line: C is carbon, O oxygen, N nitrogen, = a double "
        "bond; small letters are aromatic, equal digits close a ring. Hydrogen is left out.",
    )
    found = find(learned, (text or "").strip())
    if found is None:
        return
    chemistry, row, name = found
    prediction = learned.predict(chemistry)
    picture, near = st.columns([1, 1.9], gap="medium")
    with picture:
        show_prediction(learned, chemistry, row, name, prediction, is_sample=is_sample)
    with near:
        show_neighbors(learned, chemistry, row, prediction)
        show_landing(learned, row, name, prediction)


def take_example() -> None:
    """Put an example into the field."""
    chosen = st.session_state["molecules example"]
    if chosen in EXAMPLES:
        st.session_state[ASKED] = EXAMPLES[chosen]


def find(learned: Learned, text: str) -> tuple[Chemistry, int | None, str] | None:
    """Return the molecule that is meant, its row if it is known, and what to call it."""
    molecules = learned.molecules
    if not text:
        return None
    row = molecules.row_of.get(text.lower())
    if row is None:
        try:
            with st.spinner("Reading …"):
                chemistry = parsed(text)
        except QueryError as error:
            st.info(
                f"“{plain(text)}” is none of the {len(molecules.labels):,} names here, and no "
                "SMILES either. Choose a name, or type the SMILES, which an encyclopedia has.",
                icon=":material/search_off:",
            )
            st.caption(plain(str(error)))
            offer(st, learned.learned_space, text, key=ASKED, take=lambda chosen: chosen)
            return None
        row = row_of_smiles(molecules.digest, molecules.chemistry).get(chemistry.smiles[0])
        if PARTS in text:
            st.warning(
                "This is a salt or a mixture. Only its largest part is looked at, "
                f"{plain(chemistry.smiles[0])}: what is said below is not true of the whole.",
                icon=":material/call_split:",
            )
        if row is None:
            names = {smiles: title.removesuffix(NEW) for title, smiles in EXAMPLES.items()}
            return chemistry, None, names.get(text, chemistry.smiles[0])
    return molecules.chemistry.take(np.array([row])), row, molecules.labels[row]


@st.cache_resource(show_spinner=False, max_entries=64)
def parsed(smiles: str) -> Chemistry:
    """Return a SMILES as arrays, parsed once for all visitors."""
    return parse_one(smiles)


@st.cache_resource(show_spinner=False, max_entries=8)
def row_of_smiles(digest: str, _chemistry: Chemistry) -> dict[str, int]:
    """Return the row of each canonical SMILES."""
    return {smiles: row for row, smiles in enumerate(_chemistry.smiles)}


def show_prediction(
    learned: Learned,
    chemistry: Chemistry,
    row: int | None,
    name: str,
    found: Prediction,
    *,
    is_sample: bool,
) -> None:
    """Draw a molecule with its atoms' parts; say what is predicted, and what was measured."""
    molecules = learned.molecules
    strongest = float(np.abs(found.parts).max()) or 1.0
    st.markdown(f"**{plain(name)}**")
    show_structure(chemistry.structure(0), name, (found.parts / strongest).tolist())
    st.markdown(
        f"Predicted {plain(molecules.property)}: **{signed(found.value)}**, "
        f"{COVERAGE:.0%} interval {signed(found.low)} to {signed(found.high)}."
        + (f"  \n{in_water(found, chemistry)}" if is_sample else "")
        + f"  \n{measured_told(learned, row)}"
    )
    st.caption(
        f":blue[**Blue**] atoms raise the prediction, :orange[**orange**] ones lower it. With a "
        f"start of {signed(found.start)} their parts add up to it: from "
        f"{signed(found.parts.min())} to {signed(found.parts.max())}. An atom’s part includes what "
        "its neighbors told it."
    )
    st.caption(
        f"The interval: for {COVERAGE:.0%} of {len(learned.split.valid):,} molecules that it did "
        f"not learn from, the error was at most {learned.reach:.2f}. Of the molecules held out to "
        f"judge by, {learned.coverage:.0%} lie in their interval."
    )


def signed(value: float) -> str:
    """Return a number with a proper minus."""
    return f"{value:.2f}".replace("-", "−")


def in_water(found: Prediction, chemistry: Chemistry) -> str:
    """Return the predicted solubility in grams in a liter of water."""
    weight = float(chemistry.descriptors[0, WEIGHT])
    low, value, high = (grams(10**one * weight) for one in (found.low, found.value, found.high))
    return f"About **{value}** in a liter of water, likely {low} to {high}."


def grams(amount: float) -> str:
    """Return an amount given in grams as people say it.

    Examples
    --------
    >>> grams(58.3), grams(0.0021), grams(3.2e-9)
    ('58 g', '2.1 mg', '0.0032 µg')
    """
    for unit, size in (("g", 1.0), ("mg", 1e-3), ("µg", 1e-6)):
        if amount >= size or unit == "µg":
            number = amount / size
            break
    return f"{number:,.0f} {unit}" if number >= 10 else f"{number:.2g} {unit}"


def measured_told(learned: Learned, row: int | None) -> str:
    """Say what was measured and whether it was learned from; or how new the molecule is."""
    if row is None:
        return "**New**: not among these molecules, nothing measured is known here."
    value = signed(learned.molecules.values[row])
    return f"Measured: **{value}**. This molecule was there **{TOLD[str(learned.part[row])]}**."


TOLD = {
    "learned from": "to be learned from, so a good prediction proves little",
    "to choose by": "to choose settings by",
    "held out": "to judge by: it was never seen",
}


def show_neighbors(
    learned: Learned, chemistry: Chemistry, row: int | None, found: Prediction
) -> None:
    """Draw the nearest molecules by what was learned, and by formula."""
    molecules = learned.molecules
    vectors = {"learned": found.vector, "Morgan": morgan_vector(chemistry)}
    for name, title in SPACES.items():
        rows, scores = learned.nearest(name, vectors[name], row)
        values = molecules.values[rows]
        st.markdown(f"**{title}**: they measure {signed(values.min())} to {signed(values.max())}")
        show_cards(
            [
                Card(
                    molecules.chemistry.structure(int(one)),
                    molecules.labels[one],
                    signed(molecules.values[one]),
                )
                for one in rows
            ]
        )
        if name == "Morgan" and scores[0] < UNLIKE:
            st.warning(
                f"The most similar molecule by its pieces has a cosine of only {scores[0]:.2f}: "
                "nothing like this one was learned from. The interval may not hold for it.",
                icon=":material/explore_off:",
            )


def morgan_vector(chemistry: Chemistry) -> NDArray[np.float32]:
    """Return a molecule's Morgan fingerprint as numbers."""
    vector = np.zeros(MORGAN_BITS, np.float32)
    vector[chemistry.bits] = 1
    return vector


def show_landing(learned: Learned, row: int | None, name: str, found: Prediction) -> None:
    """Draw where the molecule lies among the others."""
    molecules = learned.molecules
    space, at = landed_space(learned, row, name, found)
    places = plane_of(learned.seen.vectors, molecules.values).places(space.vectors)
    near, _ = learned.nearest("learned", found.vector, row, NEAR)
    assert space.metadata is not None
    pointcloud(
        Projection(places.astype(np.float32), "pca"),
        space,
        key="molecules landing",
        colors=coloring(space.metadata, molecules.property, dark=is_dark()),
        marks=Marks(selected=at, neighbors=near.astype(np.intp)),
        hover=[molecules.property, "predicted"],
        height=MAP_HEIGHT,
        on_pick=ask_about(learned),
    )
    st.caption(
        f"Where it lands among all molecules, tied to its {NEAR} nearest. A click on a point asks "
        "about that one."
    )


def landed_space(
    learned: Learned, row: int | None, name: str, found: Prediction
) -> tuple[EmbeddingSpace, int]:
    """Return the learned space with the molecule in it, and its row there."""
    space = learned.learned_space
    if row is not None:
        return space, row
    assert space.metadata is not None
    added = pa.Table.from_pylist(
        [{"smiles": name, learned.molecules.property: None, "predicted": found.value}],
        schema=space.metadata.schema,
    )
    return (
        EmbeddingSpace(
            [*space.labels, name],
            np.vstack([space.vectors, found.vector]),
            name=space.name,
            metadata=pa.concat_tables([space.metadata, added]),
        ),
        len(space),
    )


def ask_about(learned: Learned) -> Callable[[int | None], None]:
    """Return what a click on the map does."""

    def ask(row: int | None) -> None:
        if row is not None and row < len(learned.molecules):
            st.session_state[ASKED] = learned.molecules.labels[row]

    return ask
