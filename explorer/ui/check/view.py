"""The summary of all findings, read in ten seconds; below it, the chosen one."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from explorer import EmbeddingSpace
from explorer.checks import job
from explorer.checks.agreement import check_labels, coded
from explorer.checks.duplicates import check_parts
from explorer.checks.findings import (
    FINDINGS,
    LABELS,
    SPLIT,
    Findings,
    Found,
    notes,
)
from explorer.checks.measured import Measured
from explorer.errors import QueryError
from explorer.figures.colors import MOST_CATEGORIES
from explorer.projection.sampling import whole_space
from explorer.ui.check import details
from explorer.ui.check.columns import CHOSEN, findings, measured, own_columns
from explorer.ui.filter import state
from explorer.ui.shell import address, progress
from explorer.ui.shell.navigation import PAGES, link_parameters
from explorer.ui.shell.plain import plain
from explorer.wording import count

CHOSEN_FINDING = "finding"  # the parameter of the address
NO_COLUMN = "—"
USUAL = {  # names, in small letters
    SPLIT: frozenset({"split", "subset", "fold", "partition", "train_test", "dataset"}),
    LABELS: frozenset({"category", "class", "label_name", "target", "kind", "genre", "topic"}),
}
ADVICE = {
    LABELS: "Choose a **label column** above to look for wrong labels.",
    SPLIT: "Choose a **split column** above, such as train and test, to look for leaks.",
}
NO_COLUMNS = (
    "This file has no column besides the labels. Add one (a category, a class) to the file and "
    "open it again, or tag points on the Map."
)


def show(space: EmbeddingSpace) -> None:
    """Draw the page for the whole space, also where a sample of it is drawn on the map."""
    whole = whole_space(space)
    chosen = ask_columns(whole)
    if len(whole) == 1:
        st.info("This space has one row. There is nothing to compare it with, and nothing wrong.")
        return
    key = job.key_of(whole)
    found = measured(whole) or progress.wait_for(
        key,
        lambda: job.start(progress.jobs(), whole),
        progress.Wait(
            place="check",
            running=f"**{len(whole):,} vectors are compared.**",
            stopped="The check was stopped; nothing of it is kept.",
        ),
    )
    if found is None or not isinstance(found, Measured):
        return
    results = findings(whole, found, chosen[LABELS], chosen[SPLIT])
    summary = st.container(gap="xxsmall")
    with st.container():
        bounds = details.bounds(whole)
        name = shown(results)
        if name:
            details.show(whole, results, name, bounds)
    with summary:
        tell(whole, results, results.summary(bounds), name)


def ask_columns(space: EmbeddingSpace) -> dict[str, str]:
    """Ask for the label column and the split column; '' where none is chosen or it is unfit."""
    table = own_columns(space)
    options = [NO_COLUMN, *table.column_names]
    chosen: dict[str, str] = {}
    proposed = proposed_for(space.digest, tuple(table.column_names), table)
    titles = {
        LABELS: ("Label column", "What near rows should share: a class, a category."),
        SPLIT: ("Split column", "What divides the rows into parts: train and test."),
    }
    places = st.columns([1, 1, 2], vertical_alignment="bottom")
    for (needs, (title, why)), place in zip(titles.items(), places, strict=False):
        name = place.selectbox(
            title,
            options,
            index=options.index(proposed[needs]),
            key=address.choice(f"check_{needs}", options),
            bind="query-params",
            help=why,
        )
        name = "" if name == NO_COLUMN else str(name)
        try:
            if name:
                check_column(table, name, needs)
        except QueryError as error:
            st.warning(plain(str(error)), icon=":material/help:")
            name = ""
        chosen[needs] = name
        st.session_state[CHOSEN[needs]] = (space.digest, name)
    with places[2]:
        missing = [needs for needs in chosen if not chosen[needs]]
        if len(options) == 2 and missing:
            st.caption(NO_COLUMNS)
        else:
            st.caption(" ".join(ADVICE[needs] for needs in missing))
    return chosen


def propose(table: pa.Table) -> dict[str, str]:
    """Return the columns to begin with: by their names, else the first categories as labels.

    A column is proposed only where it can be used; `NO_COLUMN` where none can.
    """

    def first(names: Iterable[str]) -> str:
        return next((name for name in names if is_fit(table, name)), NO_COLUMN)

    names = table.column_names
    found = {
        needs: first(name for name in names if name.casefold() in USUAL[needs]) for needs in USUAL
    }
    if found[LABELS] == NO_COLUMN:
        others = (name for name in names if name.casefold() not in USUAL[SPLIT])
        found[LABELS] = first(name for name in others if is_category(table[name]))
    return found


@st.cache_data(show_spinner=False, max_entries=32)
def proposed_for(digest: str, columns: tuple[str, ...], _table: pa.Table) -> dict[str, str]:
    """Keep what is proposed: looking through 400,000 rows of 20 columns takes a while."""
    return propose(_table)


def is_fit(table: pa.Table, name: str) -> bool:
    """Whether a column can be a label, and a split as well."""
    try:
        check_column(table, name, LABELS)
        check_column(table, name, SPLIT)
    except QueryError:
        return False
    return True


def is_category(column: pa.ChunkedArray) -> bool:
    """Whether a column holds few texts that repeat."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    different = int(pc.count_distinct(column).as_py())
    return 2 <= different <= min(MOST_CATEGORIES, len(column) // 2)


def check_column(table: pa.Table, name: str, needs: str) -> None:
    """Raise QueryError where a column cannot be a label, or a split."""
    column = coded(table, name)
    if needs == LABELS:
        check_labels(column)
    else:
        check_parts(column.codes, column.texts, name)


def shown(results: Findings) -> str:
    """Return the finding that the address names, if it can be shown; '' for none."""
    name = st.query_params.get(CHOSEN_FINDING, "")
    fits = name in FINDINGS and results.chosen(FINDINGS[name].needs) is not None
    return name if fits else ""


def tell(space: EmbeddingSpace, results: Findings, summary: dict[str, Found], current: str) -> None:
    """Draw a line for each finding: how many rows, what it means, and where to go."""
    st.markdown(headline(results, summary))
    for note in notes(space, results):
        st.caption(f":material/info: {plain(note)}")
    for name, found in summary.items():
        number, sentence, to_map, to_list = st.columns(
            [0.55, 6.0, 2.15, 1.25], vertical_alignment="center", gap="small"
        )
        n = len(found.rows)
        number.markdown(f"**{n:,}**" if n else ":gray[0]", text_alignment="right")
        line = f"**{found.finding.title}.** {found.finding.meaning}"
        sentence.markdown(line if n else f":gray[{line}]")
        if n and to_map.button(
            "Show on the map",
            icon=":material/scatter_plot:",
            key=f"map {name}",
            width="stretch",
            help=f"`{found.clause}`",
        ):
            go_to_map(found.clause)
        if (n or name in details.AXES) and to_list.button(
            "List" if n else "Details",
            key=f"list {name}",
            width="stretch",
            type="primary" if name == current else "secondary",
        ):
            address.change(CHOSEN_FINDING, name)
            st.rerun()


def headline(results: Findings, summary: dict[str, Found]) -> str:
    """Return how many rows are concerned, in one sentence."""
    concerned = {row for found in summary.values() for row in found.rows.tolist()}
    n = len(results)
    if not concerned:
        return (
            f":green[:material/check_circle:] **Nothing was found.** None of {n:,} rows is a "
            "duplicate, an outlier or a hub by the bounds used here."
        )
    return (
        f"**{count(len(concerned), 'row')} of {n:,}** deserve a look; a row can be in several "
        f"lines. All rest on each row’s {results.measured.neighbors.shape[1]} nearest neighbors "
        "by cosine."
    )


def go_to_map(clause: str) -> None:
    """Filter by a finding alone, so that the Map shows as many as are told here.

    The Map's undo leads back to what was filtered before.
    """
    parameters = link_parameters("map", st.session_state["space"])
    state.apply(state.condition() or parameters.get(address.FILTER, ""))
    state.apply(clause)
    st.switch_page(PAGES["map"].file, query_params={**parameters, address.FILTER: clause})
