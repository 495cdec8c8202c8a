"""Whose tastes: the dishes, the films, or the visitor's own table; with which settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from explorer.beyond.tastes import job
from explorer.beyond.tastes.reading import (
    NEEDED,
    PARTS,
    read_dishes,
    read_pairs_table,
    usual_columns,
)
from explorer.beyond.tastes.storage import open_tastes
from explorer.beyond.tastes.tastes import MOST_PAIRS, TEST, TRAIN, VALID, Tastes
from explorer.beyond.tastes.training import Recipe
from explorer.formats.file import as_file
from explorer.ui.beyond.own_data import SHOWN_ROWS, TABLE_TYPES, OwnData, own, use_button
from explorer.ui.beyond.settings import SEED, Setting, ask_settings
from explorer.ui.beyond.tastes import films
from explorer.ui.shell import address, progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.ui.shell.tables import without_export
from explorer.wording import count

DISHES, FILMS, OWN = "Dishes", "Films", "My own table"
SOURCES = (DISHES, FILMS, OWN)
SETTINGS = (
    Setting(
        "dim",
        "Dimensions",
        1,
        128,
        "Numbers of each point. The lesson shows what one, two or four can hold.",
    ),
    Setting("epochs", "Epochs", 1, 100, "How often all points are computed anew."),
    Setting(
        "weight",
        "Weight of what occurs",
        1.0,
        1000.0,
        "How much more a pair that occurs counts than one that does not.",
    ),
    Setting(
        "penalty",
        "Penalty",
        0.0,
        100_000.0,
        "Keeps vectors short: little is learned of what occurs rarely.",
    ),
    SEED,
)
WANTED = "tastes wanted"  # session state: the file's key, the columns and the name
NONE = "(none)"
ABOUT = {
    DISHES: "Dishes of all the world's kitchens with their usual ingredients, collected for this "
    "page; every house cooks them differently.",
    FILMS: films.SOURCE,
    OWN: "",
}


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a visitor wants to be learned."""

    tastes: Tastes
    recipe: Recipe
    source: str


@st.cache_resource(show_spinner=False)
def dishes() -> Tastes:
    """Return the sample, read once for all visitors."""
    return read_dishes(as_file(SAMPLE_FOLDER / "dishes.csv"))


@st.cache_resource(show_spinner=False, max_entries=2)
def kept_tastes(digest: str) -> Tastes | None:
    """Return a visitor's tastes by their digest."""
    return open_tastes(digest)


def ask() -> Wanted | None:
    """Draw the choice of the table and the settings; None while there is no table."""
    choice, more = st.columns([3.2, 0.8], vertical_alignment="bottom")
    source = choice.segmented_control(
        "Tastes",
        SOURCES,
        default=DISHES,
        required=True,
        key=address.choice("tastes_of", SOURCES),
        bind="query-params",
        label_visibility="collapsed",
    )
    with more.popover("Settings", icon=":material/tune:", width="stretch"):
        recipe = Recipe(**ask_settings("tastes", SETTINGS, Recipe()))
    openers: dict[str, Callable[[], Tastes | None]] = {
        DISHES: dishes,
        FILMS: films.films,
        OWN: partial(own, OWN_TASTES),
    }
    tastes = openers[source]()
    return None if tastes is None else Wanted(tastes, recipe, source)


def ask_columns(table: pa.Table) -> dict[str, str | None]:
    """Ask which columns are user, item, rating and time; the last two may be none."""
    names = table.column_names
    usual = usual_columns(names)
    chosen: dict[str, str | None] = {}
    for place, part in zip(st.columns(len(PARTS)), PARTS, strict=True):
        options = names if part in NEEDED else [NONE, *names]
        picked = place.selectbox(
            part.capitalize(), options, options.index(usual[part] or NONE), key=f"tastes {part}"
        )
        chosen[part] = None if picked == NONE else picked
    shown = [one for one in dict.fromkeys(chosen.values()) if one]
    without_export("first tastes").dataframe(
        table.slice(0, SHOWN_ROWS).select(shown), hide_index=True
    )
    return chosen


def use_table(table: pa.Table, upload: Any) -> str | None:
    """Ask for the columns, and have the table sorted by a job; return the digest at its end."""
    columns = ask_columns(table)
    name = Path(upload.name).stem
    asked = (upload.file_id, tuple(columns.items()), name)
    if use_button("Use this table"):
        st.session_state[WANTED] = asked
    if st.session_state.get(WANTED) != asked:
        return None
    start = partial(job.start_reading, progress.jobs(), table, columns, name)
    wait = progress.Wait(place="table", running="The table is sorted.", again="Sort it again")
    digest: str | None = progress.wait_for(job.reading_key(table, columns, name), start, wait)
    if digest is not None:
        st.session_state.pop(WANTED)
    return digest


OWN_TASTES = OwnData(
    parameter="table",
    called="tastes",
    other="Another table",
    explained="**Two columns are enough**: a *user* and an *item* in each row, which this user "
    "took, bought, read or saw. A *rating* and a *time* may stand beside them.\n\n"
    f"CSV, Excel, Parquet, JSON …, also compressed; up to {MOST_PAIRS:,} rows.",
    example="reader,book,stars,date\nAda,Middlemarch,5,2024-03-01\nAda,Emma,4,2024-04-12\n"
    "Ben,Emma,2,2024-04-20",
    types=TABLE_TYPES,
    kept=kept_tastes,
    read=read_pairs_table,
    use=use_table,
)


def tell_tastes(wanted: Wanted) -> None:
    """Say how large the table is, what was left out of it, and whose it is."""
    tastes, nouns = wanted.tastes, wanted.tastes.nouns
    learned, valid, test = ((tastes.parts == part).sum() for part in (TRAIN, VALID, TEST))
    st.caption(
        f"{count(len(tastes.users), nouns.user, nouns.users)}, "
        f"{count(len(tastes.items), nouns.item, nouns.items)}, "
        f"{count(len(tastes.pairs), 'pair')} of both: {learned:,} to learn from, {valid:,} held "
        f"out to choose by and {test:,} to judge by. {ABOUT[wanted.source]}"
    )
    for note in tastes.notes:
        st.caption(f":material/info: {plain(note)}")
