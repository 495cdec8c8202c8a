"""The lesson of “Tastes”, measured on the table at hand: dimensions, lengths, time, stars."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from explorer.beyond.tastes import job
from explorer.beyond.tastes.tastes import Nouns, Tastes
from explorer.beyond.tastes.training import Recipe
from explorer.figures.tastes import beside_figure, dimensions_figure, lengths_figure
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

WANTED = "lesson of tastes"  # session state: the lessons that this visitor has asked for
SAME = 0.05  # of popularity's nDCG@10: closer is called as good as it
CLOSE = 0.8  # a correlation from which a length “is” popularity
FIGURE = "nDCG@10"


def show(tastes: Tastes, recipe: Recipe) -> None:
    """Draw the lesson; measure it first."""
    found = measured(tastes, recipe)
    if found is None:
        return
    nouns = tastes.nouns
    if found["pairs"] < found["of"]:
        st.caption(
            f"Measured on {found['pairs']:,} of the {found['of']:,} pairs: those of {nouns.users} "
            "drawn at random."
        )
    dimensions(found["dimensions"], nouns)
    lengths(found["lengths"], nouns)
    time(found["time"], nouns, found["lengths"]["dot"])
    stars(found["stars"], nouns)


def measured(tastes: Tastes, recipe: Recipe) -> dict[str, Any] | None:
    """Return what the lesson measured; None while it is not, which is shown."""
    key = job.figures_key("lesson", tastes, recipe)
    found: dict[str, Any] | None = job.kept_figures(key)
    if found is not None:
        return found
    wanted: set[str] = st.session_state.setdefault(WANTED, set())
    if key not in wanted:
        text, button = st.columns([3.2, 1], vertical_alignment="center")
        text.markdown(
            "Four questions, measured on this table. How many dimensions does a taste need? What "
            "makes a point lie far out? What if only the past is known? Do stars help?"
        )
        button.button(
            "Measure it",
            type="primary",
            icon=":material/science:",
            width="stretch",
            on_click=wanted.add,
            args=(key,),
        )
        return None
    start = partial(job.start_lesson, progress.jobs(), tastes, recipe)
    wait = progress.Wait(place="lesson", running="ALS learns, several times.", again="Go on")
    result: dict[str, Any] | None = progress.wait_for(key, start, wait)
    return result


def dimensions(found: dict[str, Any], nouns: Nouns) -> None:
    """Show what 1 to 16 dimensions reach."""
    st.markdown("#### How many dimensions does a taste need?")
    rows, popular = found["rows"], found["popular"]
    dims = [row["dimensions"] for row in rows]
    values = [row[FIGURE] for row in rows]
    left, right = st.columns([1.3, 1], gap="large", vertical_alignment="center")
    with left:
        show_chart(
            dimensions_figure(
                dims, values, {"popularity": popular, "chance": found["chance"]}, dark=is_dark()
            ),
            f"{FIGURE} with {dims[0]} to {dims[-1]} dimensions, from {values[0]:.3f} "
            f"to {values[-1]:.3f}",
            rows_table(rows),
            key="tastes dimensions",
        )
    as_good = abs(values[0] - popular) < SAME * popular
    right.markdown(
        f"**One dimension is popularity.** Sort the {nouns.items} by their one number: it is "
        f"nearly their order by popularity (rank correlation {found['popularity']:.2f})"
        + (
            f", and it recommends as well as popularity: {values[0]:.3f} against {popular:.3f}."
            if as_good
            else f". It reaches {values[0]:.3f}, popularity {popular:.3f}."
        )
        + f"\n\nWhat tells one taste from another needs more: {values[-1]:.3f} with {dims[-1]}."
    )


def lengths(found: dict[str, Any], nouns: Nouns) -> None:
    """Show how long the items' vectors are, and what ranking by cosine costs."""
    st.markdown("#### What makes a point lie far out?")
    left, right = st.columns([1.3, 1], gap="large", vertical_alignment="center")
    with left:
        show_chart(
            lengths_figure(
                found["items"], found["counts"], found["lengths"],
                users=nouns.users, dark=is_dark(),
            ),
            f"Length of each vector beside how many {nouns.users} took it: correlation "
            f"{found['correlation']:.2f}",
            {
                nouns.item: found["items"],
                nouns.users: found["counts"],
                "length": found["lengths"],
            },
            key="tastes lengths",
        )  # fmt: skip
    high = max(found["correlation"], found["with the logarithm"]) >= CLOSE
    right.markdown(
        ("**Its length is its popularity.** " if high else "")
        + f"Correlation of length and number of {nouns.users}: {found['correlation']:.2f}; with "
        f"the number's logarithm, {found['with the logarithm']:.2f}.\n\n"
        "So the dot product of two vectors asks two things at once: does it go with this taste, "
        "and is it common? Cosine asks the first alone:"
    )
    with right:
        named_table(
            pa.table(
                {
                    "ranked by": ["dot product", "cosine", "popularity", "chance"],
                    FIGURE: [found[one] for one in ("dot", "cosine", "popular", "chance")],
                }
            ),
            "offers ranked by length or direction",
            column_config={FIGURE: st.column_config.NumberColumn(format="%.3f")},
        )
    right.markdown(
        f"What it offers first is taken by {found['dot offers']:,.0f} {nouns.users} (median) with "
        f"the dot product, by {found['cosine offers']:,.0f} with cosine. "
        + (
            "To find what is alike, take cosine; to guess what comes next, keep the length."
            if found["dot"] > found["cosine"]
            else "In this table cosine guesses as well: popularity says little here."
        )
    )


def time(found: dict[str, Any] | None, nouns: Nouns, by_chance: float) -> None:
    """Show what becomes of the figures where time divides what is known from what is asked."""
    st.markdown("#### What if only the past is known?")
    if found is None:
        st.markdown(
            "This table has no times. Open *Films*, or a table with a column of times, to see it: "
            "a figure is mostly flattered where chance, and not time, chooses what is hidden."
        )
        return
    rows = found["rows"]
    left, right = st.columns([1.3, 1], gap="large", vertical_alignment="center")
    with left:
        named_table(
            rows_table(rows),
            "recommenders when time divides",
            column_config={
                name: st.column_config.NumberColumn(format="%.3f")
                for name in ("ALS", "popularity", "chance")
            },
        )
    told = "".join(
        f" Held out “{row['held out']}”, {row['ALS'] / by_chance:.0%} of it is left."
        for row in rows[1:]
    )
    right.markdown(
        f"ALS reaches {by_chance:.3f} where chance hides a quarter of each {nouns.user}'s "
        f"{nouns.items}: it has then learned from what came *later*, too.{told} Who recommends "
        "today knows only the past, so that is the figure to believe."
    )


def stars(found: dict[str, Any] | None, nouns: Nouns) -> None:
    """Show that predicting ratings well is not ranking well."""
    st.markdown("#### Do stars help?")
    if found is None:
        st.markdown(
            "This table has no ratings, or too few. Open *Films*, or a table with ratings, to see "
            "that a model can predict stars well and rank badly."
        )
        return
    rows = found["rows"]
    left, right = st.columns([1.3, 1], gap="large", vertical_alignment="center")
    with left:
        show_chart(
            beside_figure(
                {row["model"]: row[FIGURE] for row in rows} | {"chance": found["chance"]},
                title=FIGURE,
                marked="vectors for ratings",
                dark=is_dark(),
            ),
            ", ".join(f"{row['model']} {row[FIGURE]:.3f}" for row in rows),
            key="tastes stars",
        )
        named_table(
            rows_table(rows),
            "recommenders judged by stars",
            column_config={
                "RMSE": st.column_config.NumberColumn("error in stars (RMSE)", format="%.3f"),
                FIGURE: st.column_config.NumberColumn(format="%.3f"),
            },
        )
    by_name = {row["model"]: row for row in rows}
    best = by_name["vectors for ratings"]
    right.markdown(
        f"The model learned from ratings errs by {best['RMSE']:.2f} stars; the mean rating "
        f"errs by {by_name['the mean rating']['RMSE']:.2f}. Yet ranked by the stars that it "
        f"predicts, it reaches {best[FIGURE]:.3f}: popularity, which knows no stars, "
        f"{by_name['popularity'][FIGURE]:.3f}, ALS without stars "
        f"{by_name['ALS, without ratings'][FIGURE]:.3f}.\n\n"
        f"It learned from rated {nouns.items} alone, and {plain(nouns.users)} rate what they "
        f"chose. What a {nouns.user} never chose, it has never been asked about; that is most of "
        "what it has to rank."
    )


def rows_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as a table."""
    return pa.Table.from_pylist(rows)
