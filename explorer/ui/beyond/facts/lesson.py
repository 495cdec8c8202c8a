"""The lesson of “Facts”, measured on the facts at hand: parallel arrows, dimensions, symmetry."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer.beyond.facts import job
from explorer.beyond.facts.graph import HEAD, TAIL, Graph
from explorer.beyond.facts.learned import Learned
from explorer.beyond.facts.lesson import arrows, plain_names, single_facts, symmetry
from explorer.beyond.facts.training import Recipe, course_key, recipe_for
from explorer.errors import QueryError
from explorer.figures.analogies import pairs_figure
from explorer.probes.relations import MOST_PAIRS, PairFamily
from explorer.ui.beyond.course import course_so_far
from explorer.ui.lessons.climbing import encoded
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

FLAT = 2  # dimensions
FEWEST = 5  # arrows of a relation
DRAWN = 8  # arrows in each picture: more would hide each other
VANISHED = 0.1  # of the mean distance: a shorter step leads nowhere
MIRRORED = 0.9  # share of facts that hold both ways, from which a relation is called symmetric
WANTED = "lesson of facts"  # session state: the graphs whose lesson this visitor has asked for
SENTENCES = "MiniLM, which read texts"


def show(graph: Graph, *, is_sample: bool) -> None:
    """Draw the lesson; train what it needs first."""
    fitting = [one for one in graph.relations if len(single_facts(graph, one)) >= FEWEST]
    if not fitting:
        st.info(
            "The lesson compares arrows. It needs a relation like *capital*, in which five or more "
            "things each have a partner of their own. These facts have none."
        )
        return
    learned = both(graph)
    if learned is None:
        return
    left, right = st.columns([1, 3], vertical_alignment="center")
    relation = left.selectbox("Relation", fitting, key="facts lesson of")
    right.caption(
        "An arrow leads from a head to its tail. Left out are facts whose head or tail occurs in "
        "another fact of this relation."
    )
    facts = single_facts(graph, relation)
    wide, flat = learned
    try:
        families = {
            f"TransE, {wide.recipe.dim} dimensions": arrows(graph, facts, wide.entities),
            f"TransE, {FLAT} dimensions": arrows(graph, facts, flat.entities),
        }
        if (read := read_names(graph, facts)) is not None:
            families[SENTENCES] = arrows(graph, facts, read)
        parallel_arrows(relation, families, wide, flat)
        shown_symmetry(wide)
    except QueryError as error:
        tell(error)


def both(graph: Graph) -> tuple[Learned, Learned] | None:
    """Return TransE with its usual dimensions and with two; None while they are learned."""
    recipes: list[Recipe] = [recipe_for("transe"), recipe_for("transe", dim=FLAT)]
    keys = [course_key(graph, recipe) for recipe in recipes]
    found = [course_so_far(key) for key in keys]
    if not all(course and course.is_over for course in found):
        wanted: set[str] = st.session_state.setdefault(WANTED, set())
        if graph.digest not in wanted:
            text, button = st.columns([3.2, 1], vertical_alignment="center")
            text.markdown(
                "Three questions, measured on these facts. Are the arrows parallel? Are two "
                "dimensions enough? What becomes of a relation that holds both ways, such as "
                "*borders*?"
            )
            button.button(
                "Measure it",
                type="primary",
                icon=":material/science:",
                width="stretch",
                on_click=wanted.add,
                args=(graph.digest,),
            )
            return None
        starts = {
            key: partial(job.start, progress.jobs(), graph, recipe)
            for key, recipe in zip(keys, recipes, strict=True)
        }
        wait = progress.Wait(place="lesson", running="TransE learns, twice.", again="Go on")
        jobs = progress.follow(starts, wait)
        if not jobs or any(one.state.state != "done" for one in jobs):
            return None
        found = [course_so_far(key) for key in keys]
    wide, flat = (
        Learned(graph, recipe, course) if course else None
        for recipe, course in zip(recipes, found, strict=True)
    )
    return None if wide is None or flat is None else (wide, flat)


def read_names(graph: Graph, facts: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """Return MiniLM's vectors of the names in some facts (number of entities, d), others zero.

    None while it reads them, which is shown.
    """
    rows = np.unique(facts[:MOST_PAIRS, [HEAD, TAIL]])
    names = plain_names([graph.entities[row] for row in rows])
    texts = tuple(dict.fromkeys(names))
    space = encoded(texts, "names")
    if space is None:
        return None
    vectors = np.zeros((len(graph.entities), space.dim), np.float32)
    place = {text: row for row, text in enumerate(texts)}
    vectors[rows] = space.vectors[[place[name] for name in names]]
    return vectors


def parallel_arrows(
    relation: str, families: dict[str, PairFamily], wide: Learned, flat: Learned
) -> None:
    """Show arrows side by side, and how parallel they are."""
    flat_name = list(families)[1]
    st.markdown(f"#### Are the arrows of “{plain(relation)}” parallel?")
    drawn = [name for name in families if name != flat_name]
    for place, name in zip(st.columns(2, gap="medium"), drawn, strict=False):
        family = families[name]
        with place:
            st.markdown(f"**{name}**: mean cosine **{family.parallelism:.2f}**")
            show_chart(
                pairs_figure(first_of(family), height=340, dark=is_dark()),
                f"Arrows of {relation}, {name}",
                first_of(family).to_arrow(),
                key=f"facts arrows {name}",
            )
    predicted = [wide.predicted.hits(), flat.predicted.hits(), None]
    named_table(
        pa.table(
            {
                "vectors": list(families),
                "arrows": [len(family.pairs) for family in families.values()],
                "mean cosine": [family.parallelism for family in families.values()],
                "partners swapped": [one.shuffled_parallelism for one in families.values()],
                "predicted, Hits@10": predicted[: len(families)],
            }
        ),
        "arrows of",
        relation,
        "how parallel",
        column_config={
            name: st.column_config.NumberColumn(format="%.2f")
            for name in ("mean cosine", "partners swapped", "predicted, Hits@10")
        },
    )
    trained, low = list(families.values())[:2]
    st.markdown(
        f"TransE is trained so that head + step ends near the tail: {trained.parallelism:.2f}. "
        + (
            f"MiniLM was trained on sentences, and nobody asked it for that: "
            f"{families[SENTENCES].parallelism:.2f}. "
            if SENTENCES in families
            else ""
        )
        + (
            "*Partners swapped* joins each head with the tail of another one. What is still "
            "parallel comes from the two groups, not from who belongs to whom "
            f"({trained.shuffled_parallelism:.2f} here).\n\nTwo dimensions are too few for these "
            f"facts. Of the facts that it never saw, it finds {flat.predicted.hits():.0%} among "
            f"the first ten, and {wide.predicted.hits():.0%} with all dimensions. Parallel arrows "
            "say little in a plane: arrows easily point the same way there "
            f"({low.parallelism:.2f}), even with partners swapped "
            f"({low.shuffled_parallelism:.2f}). Another seed gives other figures."
        )
    )


def first_of(family: PairFamily) -> PairFamily:
    """Return an even choice of a family's arrows, to be drawn."""
    rows = np.unique(np.linspace(0, len(family.pairs) - 1, DRAWN).astype(int))
    return PairFamily(
        tuple(family.pairs[row] for row in rows), family.starts[rows], family.ends[rows]
    )


def shown_symmetry(learned: Learned) -> None:
    """Show how long each relation's step is, and say what became of those that hold both ways."""
    st.markdown("#### What becomes of a relation that holds both ways?")
    table = symmetry(learned)
    left, right = st.columns([1, 1.2], gap="large")
    with left:
        named_table(
            table,
            "facts that hold both ways",
            column_config={
                name: st.column_config.NumberColumn(format="%.2f")
                for name in ("mirrored facts", "length of its step")
            },
        )
    both_ways = [row for row in table.to_pylist() if row["mirrored facts"] >= MIRRORED]
    told = "No relation of these facts holds both ways."
    if both_ways:
        one = both_ways[0]
        name, length = plain(one["relation"]), one["length of its step"]
        end = "it has vanished" if length < VANISHED else "the two pull it towards zero"
        told = (
            f"If A {name} B and B {name} A, one step has to lead from A to B and from B to A. "
            f"Only a step of length zero does both. Here it is {length:.2f} of the mean distance "
            f"between two points: {end}. All that TransE can say of “{name}” is: near each other."
        )
    right.markdown(f"{told} RotatE was made for that: half a turn, taken twice, leads back.")
