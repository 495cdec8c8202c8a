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
from explorer.errors import ExplorerError
from explorer.formats.file import as_file
from explorer.formats.whole_table import TABLES
from explorer.ui.beyond.tastes import films
from explorer.ui.encode.own_texts import PACKED
from explorer.ui.open.telling import tell
from explorer.ui.shell import address, progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.wording import count

DISHES, FILMS, OWN = "Dishes", "Films", "My own table"
SOURCES = (DISHES, FILMS, OWN)
USUAL = Recipe()
SHOWN_ROWS = 4
MOST_DIM, MOST_EPOCHS = 128, 100
READ = "tastes read"  # session state: the file's key and its table
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
        recipe = ask_settings()
    openers: dict[str, Callable[[], Tastes | None]] = {
        DISHES: dishes,
        FILMS: films.films,
        OWN: own_tastes,
    }
    tastes = openers[source]()
    return None if tastes is None else Wanted(tastes, recipe, source)


def ask_settings() -> Recipe:
    """Draw a control for each setting; return what they say."""
    return Recipe(
        dim=int(
            st.number_input(
                "Dimensions", 1, MOST_DIM, USUAL.dim, key="tastes dim",
                help="Numbers of each point. The lesson shows what one, two or four can hold.",
            )
        ),
        epochs=int(
            st.number_input(
                "Epochs", 1, MOST_EPOCHS, USUAL.epochs, key="tastes epochs",
                help="How often all points are computed anew.",
            )
        ),
        weight=float(
            st.number_input(
                "Weight of what occurs", 1.0, 1000.0, USUAL.weight, key="tastes weight",
                help="How much more a pair that occurs counts than one that does not.",
            )
        ),
        penalty=float(
            st.number_input(
                "Penalty", 0.0, 100_000.0, USUAL.penalty, key="tastes penalty",
                help="Keeps vectors short: little is learned of what occurs rarely.",
            )
        ),
        seed=int(
            st.number_input(
                "Seed", 0, 9999, USUAL.seed, key="tastes seed",
                help="The same seed gives the same vectors. Another one begins anew.",
            )
        ),
    )  # fmt: skip


def own_tastes() -> Tastes | None:
    """Return the tastes that the address names, or draw the uploader until there are some."""
    digest = st.query_params.get("table", "")
    tastes = kept_tastes(digest) if digest else None
    if digest and tastes is None:
        kept_tastes.clear(digest)
        st.warning(
            "This link names a table that is not kept here (any more). Open its file again.",
            icon=":material/link_off:",
        )
    if tastes is None:
        ask_file()
        return None
    told, button = st.columns([4, 1], vertical_alignment="center")
    told.caption(f"From {plain(tastes.name)}.")
    if button.button("Another table", icon=":material/upload_file:", width="stretch"):
        address.change("table", None)
        st.rerun()
    return tastes


def ask_file() -> None:
    """Draw the uploader and the choice of columns; name the tastes in the address."""
    known = [suffix for kind in TABLES for suffix in kind.suffixes]
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        st.markdown(
            "**Two columns are enough**: a *user* and an *item* in each row, which this user took, "
            "bought, read or saw. A *rating* and a *time* may stand beside them.\n\n"
            f"CSV, Excel, Parquet, JSON …, also compressed; up to {MOST_PAIRS:,} rows."
        )
        st.code(
            "reader,book,stars,date\nAda,Middlemarch,5,2024-03-01\nAda,Emma,4,2024-04-12\n"
            "Ben,Emma,2,2024-04-20",
            language=None,
        )
    with left:
        upload = st.file_uploader("A table of tastes", type=[*known, *PACKED], key="tastes file")
        if upload is None:
            return
        try:
            table = read_once(upload)
            columns = ask_columns(table)
            name = Path(upload.name).stem
            asked = (upload.file_id, tuple(columns.items()), name)
            if st.button("Use this table", type="primary", icon=":material/check:"):
                st.session_state[WANTED] = asked
            if st.session_state.get(WANTED) == asked:
                make(table, columns, name)
        except ExplorerError as error:
            tell(error)


def read_once(upload: Any) -> pa.Table:
    """Return an uploaded table, read once and not with each click."""
    kept = st.session_state.get(READ)
    if kept is None or kept[0] != upload.file_id:
        with st.spinner("Reading …"):
            kept = st.session_state[READ] = (upload.file_id, read_pairs_table(as_file(upload)))
    table: pa.Table = kept[1]
    return table


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
    st.dataframe(table.slice(0, SHOWN_ROWS).select(shown), hide_index=True)
    return chosen


def make(table: pa.Table, columns: dict[str, str | None], name: str) -> None:
    """Have the table sorted into tastes by a job, and name them in the address."""
    start = partial(job.start_reading, progress.jobs(), table, columns, name)
    wait = progress.Wait(place="table", running="The table is sorted.", again="Sort it again")
    digest = progress.wait_for(job.reading_key(table, columns, name), start, wait)
    if digest is not None:
        st.session_state.pop(WANTED)
        st.session_state.pop(READ, None)
        address.change("table", digest)
        st.rerun()


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
