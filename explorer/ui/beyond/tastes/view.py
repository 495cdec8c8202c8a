"""The steps of “Tastes”: watch it train, ask it, see how good it is."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import streamlit as st

from explorer.beyond.course import Course
from explorer.beyond.tastes import job
from explorer.beyond.tastes.learned import Learned
from explorer.beyond.tastes.models import RECOMMENDERS, popularity
from explorer.beyond.tastes.ranking import Ranking, rank
from explorer.beyond.tastes.tastes import VALID, Tastes
from explorer.beyond.tastes.training import LOOKED_AT, Recipe, course_key
from explorer.figures.course import course_figure
from explorer.figures.tastes import beside_figure
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.tastes import ask, lesson, points
from explorer.ui.beyond.tastes.data import DISHES, Wanted, tell_tastes
from explorer.ui.lessons.lesson import choose_step, offer_map
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.tables import named_table

FIGURE = "nDCG@10"
TOLD = (
    "nDCG@10: 1 if all held-out ones come first, 0 if none is among the first ten. Higher places "
    "count more."
)


def show(wanted: Wanted) -> None:
    """Draw the steps, and the one that is open."""
    step = choose_step(pattern.STEPS, key="tastes_step")
    if step == pattern.LESSON:
        lesson.show(wanted.tastes, wanted.recipe)
        return
    training = training_of(wanted.tastes, wanted.recipe, at_once=is_sample(wanted))
    draw = partial(watch, wanted) if step == pattern.WATCH else None
    course = pattern.train(training, draw)
    if course is None or (course.epoch == 0 and step != pattern.WATCH):
        return
    learned = learned_from(wanted.tastes, wanted.recipe, course)
    if step == pattern.ASK:
        ask.show(learned)
    elif step == pattern.JUDGE:
        judge(learned)
    else:
        tell_tastes(wanted)
        offer_maps(learned)


def is_sample(wanted: Wanted) -> bool:
    """Whether it is learned in a second or two: the dishes, with the settings that come along."""
    return wanted.source == DISHES and wanted.recipe == Recipe()


def training_of(tastes: Tastes, recipe: Recipe, *, at_once: bool = False) -> pattern.Training:
    """Return what has to be done to learn tastes."""
    start = partial(job.start, progress.jobs(), tastes, recipe)
    return pattern.Training(course_key(tastes, recipe), start, "ALS", at_once)


def learned_from(tastes: Tastes, recipe: Recipe, course: Course) -> Learned:
    """Return what was learned, with its rankings computed once for all visitors."""
    return learned_once(course_key(tastes, recipe), course.epoch, tastes, recipe, course)


@st.cache_resource(show_spinner=False, max_entries=8)
def learned_once(
    key: str, epoch: int, _tastes: Tastes, _recipe: Recipe, _course: Course
) -> Learned:
    """Return what was learned up to an epoch."""
    return Learned(_tastes, _recipe, _course)


@st.cache_resource(show_spinner=False, max_entries=8)
def usual_on_valid(digest: str, _tastes: Tastes) -> Ranking:
    """Return what popularity reaches on the pairs by which progress is judged."""
    return rank(_tastes.train, _tastes.matrix(VALID), popularity(_tastes.train), most=LOOKED_AT)


def offer_maps(learned: Learned) -> None:
    """Draw a button for each of the two spaces that opens it on the Map."""
    nouns = learned.tastes.nouns
    first, second, _ = st.columns([1.3, 1.3, 1])
    with first:
        offer_map(learned.user_space(), f"Open the {nouns.users} on the Map", key="tastes users")
    with second:
        offer_map(learned.item_space(), f"Open the {nouns.items} on the Map", key="tastes items")


def watch(wanted: Wanted, course: Course) -> None:
    """Draw the points as they stand, and how good the model is by now."""
    tastes = wanted.tastes
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        points.draw_points(learned_from(tastes, wanted.recipe, course))
    with right:
        nouns = tastes.nouns
        idea = RECOMMENDERS["als"].idea.format(user=nouns.user, item=nouns.item)
        st.markdown(
            f"**Alternating least squares (ALS).** {idea} First the {nouns.items} stand "
            f"still and each {nouns.user} moves to its best place. Then the {nouns.users} stand "
            f"still and each {nouns.item} moves. And so on."
        )
        usual = usual_on_valid(tastes.digest, tastes)
        epochs = [look.epoch for look in course.looks]
        values = [look.figures[FIGURE] for look in course.looks]
        if len(usual.ndcg):
            show_chart(
                course_figure(
                    epochs,
                    values,
                    {"popularity": usual.mean_ndcg, "chance": usual.chance_ndcg},
                    course.epochs,
                    title=FIGURE,
                    dark=is_dark(),
                ),
                f"{FIGURE} on held-out pairs after each epoch: {values[-1]:.3f} after the last",
                {"epoch": epochs, FIGURE: values, "loss": [look.loss for look in course.looks]},
                key="tastes course",
            )
            st.caption(f"On {nouns.items} that were hidden from it. {TOLD}")


def judge(learned: Learned) -> None:
    """Show the figures on held-out pairs, beside other recommenders, popularity and chance."""
    model, usual, nouns = learned.predicted, learned.baseline, learned.tastes.nouns
    if not len(model.ndcg):
        st.info("Nothing is held out, so nothing can be said of how well it recommends.")
        return
    key = job.figures_key("rivals", learned.tastes)
    start = partial(job.start_rivals, progress.jobs(), learned.tastes)
    wait = progress.Wait(place="rivals", running="Other recommenders learn the same.")
    rivals = job.kept_figures(key) or progress.wait_for(key, start, wait) or []
    rows = [
        {"model": "ALS", FIGURE: model.mean_ndcg, "recall@10": model.mean_recall},
        *rivals,
        {"model": "popularity", FIGURE: usual.mean_ndcg, "recall@10": usual.mean_recall},
        {"model": "chance", FIGURE: model.chance_ndcg, "recall@10": model.chance_recall},
    ]
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        show_chart(
            beside_figure(
                {row["model"]: row[FIGURE] for row in rows},
                title=FIGURE,
                marked="ALS",
                dark=is_dark(),
            ),
            ", ".join(f"{row['model']} {row[FIGURE]:.3f}" for row in rows),
            key="tastes beside",
        )
        named_table(
            pa.table(
                {name: [row[name] for row in rows] for name in ("model", FIGURE, "recall@10")}
            ),
            "recommenders beside chance",
            column_config={
                name: st.column_config.NumberColumn(format="%.3f") for name in (FIGURE, "recall@10")
            },
        )
    with right:
        st.markdown(
            f"A quarter of each {nouns.user}'s {nouns.items} was hidden; another tenth was used "
            f"to choose settings. Each recommender ranks all {nouns.items} that it was not told "
            "of. How high do the hidden ones stand?"
        )
        st.markdown(
            "\n".join(
                f"- **{one.title[:1].upper() + one.title[1:]}**"
                + (f" ({one.source})" if one.source else "")
                + f": {one.idea.format(user=nouns.user, item=nouns.item)}"
                for one in RECOMMENDERS.values()
            )
        )
        st.caption(
            f"{len(model.ndcg):,} {nouns.users}. {TOLD} Recall@10: the share of what was hidden "
            "that is among the first ten. Settings of EASE and ItemKNN are chosen by the pairs "
            "that are held out for that."
        )
