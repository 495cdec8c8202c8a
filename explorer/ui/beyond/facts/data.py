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
from explorer.errors import ExplorerError
from explorer.formats.file import as_file
from explorer.formats.whole_table import TABLES
from explorer.ui.encode.own_texts import PACKED
from explorer.ui.open.telling import tell
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.wording import count

COUNTRIES, OWN = "Countries", "My own facts"
LICENSE = (
    "Countries: from [world-countries](https://github.com/mledoze/countries) 5.1 by Mohammed "
    "Le Doze and others, under the "
    "[Open Database License](https://opendatacommons.org/licenses/odbl/1-0/) "
    "1.0, as is this table."
)
SHOWN_ROWS = 4
MOST_DIM, MOST_EPOCHS = 256, 500
READ = "facts read"  # session state: the file's key and its table


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
        changed = ask_settings(model)
    graph = countries() if source == COUNTRIES else own_graph()
    if graph is None:
        return None
    return Wanted(graph, recipe_for(model, **changed), source == COUNTRIES)


def title_of(model: str) -> str:
    """Return a model's name."""
    return MODELS[model].title


def ask_settings(model: str) -> dict[str, Any]:
    """Draw a control for each setting; return what they say."""
    usual = RECIPES[model]
    found = {
        "dim": st.number_input(
            "Dimensions",
            1,
            MOST_DIM,
            usual.dim,
            key=f"facts dim {model}",
            help="Numbers for each entity. With two, little fits.",
        ),
        "epochs": st.number_input(
            "Epochs",
            1,
            MOST_EPOCHS,
            usual.epochs,
            key=f"facts epochs {model}",
            help="How often all facts are gone through.",
        ),
        "seed": st.number_input(
            "Seed",
            0,
            9999,
            usual.seed,
            key=f"facts seed {model}",
            help="The same seed gives the same vectors. Another one begins anew.",
        ),
    }
    return {name: int(value) for name, value in found.items()}


def own_graph() -> Graph | None:
    """Return the graph that the address names, or draw the uploader until there is one."""
    digest = st.query_params.get("graph", "")
    graph = kept_graph(digest) if digest else None
    if digest and graph is None:
        kept_graph.clear(digest)
        st.warning(
            "This link names facts that are not kept here (any more). Open their file again.",
            icon=":material/link_off:",
        )
    if graph is None:
        ask_file()
        return None
    told, button = st.columns([4, 1], vertical_alignment="center")
    told.caption(f"From {plain(graph.name)}.")
    if button.button("Other facts", icon=":material/upload_file:", width="stretch"):
        address.change("graph", None)
        st.rerun()
    return graph


def ask_file() -> None:
    """Draw the uploader and the choice of columns; name the graph in the address."""
    known = [suffix for kind in TABLES for suffix in kind.suffixes]
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        st.markdown(
            "**Three columns are enough.** A row is a fact: *head*, *relation*, *tail*.\n\n"
            "- CSV, Excel, Parquet, JSON …, also compressed\n"
            "- N-Triples (`.nt`)\n"
            "- what the Wikidata query page saves as CSV or JSON: "
            "`SELECT ?item ?itemLabel ?relation ?value …`"
        )
        st.code("France,capital,Paris\nFrance,borders,Spain\nSpain,capital,Madrid", language=None)
    with left:
        upload = st.file_uploader(
            "A table of facts", type=[*known, *N_TRIPLES, *PACKED], key="facts file"
        )
        if upload is None:
            return
        try:
            table = read_once(upload)
            columns = ask_columns(table)
            if st.button("Use these facts", type="primary", icon=":material/check:"):
                with st.spinner("Reading the facts …"):
                    graph = graph_from_table(table, columns, Path(upload.name).stem)
                    GraphFile.of(graph)
                address.change("graph", graph.digest)
                st.rerun()
        except ExplorerError as error:
            tell(error)


def read_once(upload: Any) -> pa.Table:
    """Return an uploaded table, read once and not with each click."""
    kept = st.session_state.get(READ)
    if kept is None or kept[0] != upload.file_id:
        with st.spinner("Reading …"):
            kept = st.session_state[READ] = (upload.file_id, read_facts_table(as_file(upload)))
    table: pa.Table = kept[1]
    return table


def ask_columns(table: pa.Table) -> tuple[str, ...]:
    """Ask which columns are head, relation and tail."""
    names = table.column_names
    usual = usual_columns(names)
    places = st.columns(3)
    chosen = tuple(
        place.selectbox(part.capitalize(), names, names.index(one), key=f"facts {part}")
        for place, part, one in zip(places, PARTS, usual, strict=True)
    )
    st.dataframe(table.slice(0, SHOWN_ROWS).select(list(dict.fromkeys(chosen))), hide_index=True)
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
