"""Whose facts: the countries, or the visitor's own; which model, with which settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from explorer.beyond.facts.graph import Graph
from explorer.beyond.facts.models import MODELS
from explorer.beyond.facts.reading import (
    N_TRIPLES,
    PARTS,
    graph_from_table,
    read_facts_table,
    read_graph,
    usual_columns,
)
from explorer.beyond.facts.storage import GraphFile, open_graph
from explorer.beyond.facts.training import RECIPES, Recipe, recipe_for
from explorer.formats.file import as_file
from explorer.ui.beyond.own_data import SHOWN_ROWS, TABLE_TYPES, OwnData, own, use_button
from explorer.ui.beyond.settings import SEED, Setting, ask_settings
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.ui.shell.tables import without_export
from explorer.wording import count

COUNTRIES, OWN = "Countries", "My own facts"
LICENSE = (
    "Countries: from [world-countries](https://github.com/mledoze/countries) 5.1 by Mohammed "
    "Le Doze and others, under the "
    "[Open Database License](https://opendatacommons.org/licenses/odbl/1-0/) "
    "1.0, as is this table."
)
SETTINGS = (
    Setting("dim", "Dimensions", 1, 256, "Numbers for each entity. With two, little fits."),
    Setting("epochs", "Epochs", 1, 500, "How often all facts are gone through."),
    SEED,
)


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a visitor wants to be learned."""

    graph: Graph
    recipe: Recipe
    is_sample: bool


@st.cache_resource(show_spinner=False)
def countries() -> Graph:
    """Return the sample, read once for all visitors."""
    return read_graph(as_file(SAMPLE_FOLDER / "countries.csv"), COUNTRIES)


@st.cache_resource(show_spinner=False, max_entries=4)
def kept_graph(digest: str) -> Graph | None:
    """Return a visitor's graph by its digest."""
    return open_graph(digest)


def ask() -> Wanted | None:
    """Draw the choice of facts, of the model and its settings; None while there are no facts."""
    data, model_choice, more = st.columns([1.25, 1.6, 0.7], vertical_alignment="bottom")
    source = data.segmented_control(
        "Facts",
        [COUNTRIES, OWN],
        default=COUNTRIES,
        required=True,
        key=address.choice("facts", [COUNTRIES, OWN]),
        bind="query-params",
        label_visibility="collapsed",
    )
    model = model_choice.segmented_control(
        "Model",
        list(MODELS),
        default="transe",
        required=True,
        key=address.choice("facts_model", list(MODELS), title_of),
        format_func=title_of,
        bind="query-params",
        label_visibility="collapsed",
    )
    with more.popover("Settings", icon=":material/tune:", width="stretch"):
        changed = ask_settings("facts", SETTINGS, RECIPES[model], model)
    graph = countries() if source == COUNTRIES else own(OWN_FACTS)
    if graph is None:
        return None
    return Wanted(graph, recipe_for(model, **changed), source == COUNTRIES)


def title_of(model: str) -> str:
    """Return a model's name."""
    return MODELS[model].title


def use_facts(table: pa.Table, upload: Any) -> str | None:
    """Ask for the columns; return the digest of the graph once they are chosen."""
    columns = ask_columns(table)
    if not use_button("Use these facts"):
        return None
    with st.spinner("Reading the facts …"):
        graph = graph_from_table(table, columns, Path(upload.name).stem)
        GraphFile.of(graph)
    return graph.digest


OWN_FACTS = OwnData(
    parameter="graph",
    called="facts",
    other="Other facts",
    explained="**Three columns are enough.** A row is a fact: *head*, *relation*, *tail*.\n\n"
    "- CSV, Excel, Parquet, JSON …, also compressed\n"
    "- N-Triples (`.nt`)\n"
    "- what the Wikidata query page saves as CSV or JSON: "
    "`SELECT ?item ?itemLabel ?relation ?value …`",
    example="France,capital,Paris\nFrance,borders,Spain\nSpain,capital,Madrid",
    types=(*TABLE_TYPES, *N_TRIPLES),
    kept=kept_graph,
    read=read_facts_table,
    use=use_facts,
)


def ask_columns(table: pa.Table) -> tuple[str, ...]:
    """Ask which columns are head, relation and tail."""
    names = table.column_names
    usual = usual_columns(names)
    places = st.columns(3)
    chosen = tuple(
        place.selectbox(part.capitalize(), names, names.index(one), key=f"facts {part}")
        for place, part, one in zip(places, PARTS, usual, strict=True)
    )
    without_export("first facts").dataframe(
        table.slice(0, SHOWN_ROWS).select(list(dict.fromkeys(chosen))), hide_index=True
    )
    return chosen


def tell_graph(wanted: Wanted) -> None:
    """Say how large the graph is, what was left out of it, and whose it is."""
    graph = wanted.graph
    st.caption(
        f"{count(len(graph.entities), 'entity', 'entities')}, "
        f"{count(len(graph.relations), 'relation')}, {count(len(graph.facts), 'fact')}: "
        f"{len(graph.train):,} to learn from, {len(graph.valid):,} held out to choose by and "
        f"{len(graph.test):,} to judge by." + (f" {LICENSE}" if wanted.is_sample else "")
    )
    for note in graph.notes:
        st.caption(f":material/info: {plain(note)}")
