"""Train the small CLIP before one's eyes: the diagonal grows, the two clouds meet."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.beyond.clip import job
from explorer.beyond.clip.lesson import Clouds, clouds, cone
from explorer.beyond.clip.pairs import CHOSEN_BY, TRAINED, Pairs
from explorer.beyond.clip.retrieval import chance, ranks, recall
from explorer.beyond.clip.training import Recipe, course_key, first_maps, learned_maps
from explorer.beyond.course import Course
from explorer.figures.course import course_figure
from explorer.figures.pictures import clouds_figure, matrix_figure, plane_of
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.pictures import data
from explorer.ui.beyond.pictures.data import Wanted
from explorer.ui.beyond.pictures.sorting import ridge
from explorer.ui.lessons.lesson import try_this
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart

TEMPERATURES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
BATCHES = (8, 32, 128, 256, 512, 1024)
USUAL = Recipe()


def show(wanted: Wanted) -> None:
    """Ask for the settings, and show the training."""
    if wanted.pairs is None:
        st.info("It learns from the emoji: choose them above.", icon=":material/info:")
        return
    pairs = data.sample()
    recipe = ask_recipe()
    training = pattern.Training(
        course_key(pairs, recipe),
        partial(job.start, progress.jobs(), pairs, recipe),
        "Small CLIP",
    )
    pattern.train(training, partial(watch, pairs, recipe))
    explain(pairs)


def ask_recipe() -> Recipe:
    """Draw the settings."""
    one, two, three, four = st.columns([1.2, 1.2, 1, 0.6], vertical_alignment="bottom")
    temperature = one.select_slider(
        "Temperature",
        TEMPERATURES,
        USUAL.temperature,
        key="clip temperature",
        help="Cosines are divided by it before the softmax. Low: only the nearest wrong texts "
        "count. High: all of them push a little.",
    )
    batch = two.select_slider(
        "Batch size",
        BATCHES,
        USUAL.batch,
        key="clip batch",
        help="Pairs at once. Each picture has to find its text among so many.",
    )
    centered = three.toggle(
        "Subtract the means first",
        value=False,  # so that one sees the clouds meet
        key="clip centered",
        help="On: the clouds have one middle from the beginning. Recall is a little better.",
    )
    seed = four.number_input("Seed", 0, 9999, USUAL.seed, key="clip seed")
    return Recipe(temperature=temperature, batch=batch, centered=centered, seed=int(seed))


@st.cache_resource(show_spinner=False, max_entries=32)
def before(key: str, _pairs: Pairs, _recipe: Recipe) -> Clouds:
    """Return the clouds before the first epoch, once for all visitors."""
    return clouds(_pairs, first_maps(_pairs, _recipe))


@st.cache_resource(show_spinner=False)
def pixel_recall(digest: str, _pairs: Pairs) -> float:
    """Return how often a text finds its picture by 16 x 16 pixels."""
    rows = _pairs.rows(CHOSEN_BY)
    made = ridge(digest, _pairs)
    return recall(ranks(_pairs.texts[1, rows] @ made[rows].T))


def watch(pairs: Pairs, recipe: Recipe, course: Course) -> None:
    """Draw the matrix, the course and both clouds as they stand."""
    start = before(course_key(pairs, recipe), pairs, recipe)
    now = clouds(pairs, learned_maps(course.state))
    shown = now.some()
    show_chart(
        clouds_figure(
            {
                f"before: gap {start.gap:.2f}": plane_of(start.pictures, start.texts),
                f"epoch {course.epoch}: gap {now.gap:.2f}": plane_of(now.pictures, now.texts),
            },
            dark=is_dark(),
            height=250,
        ),
        f"Pictures and texts before training and after epoch {course.epoch}",
        key="clip clouds",
    )
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        show_chart(
            matrix_figure(shown.scores, shown.names, dark=is_dark()),
            f"Cosines of {len(shown.names)} pictures with their texts after epoch {course.epoch}",
            key="clip matrix",
        )
        st.caption(
            f"Rows: {len(shown.names)} pictures that are not learned from, after epoch "
            f"{course.epoch:,}; columns: their texts. A bright diagonal means that each picture "
            "lies near its own text."
        )
    with right:
        epochs = [look.epoch for look in course.looks]
        hits = [look.figures["Recall@10"] for look in course.looks]
        n = len(pairs.rows(CHOSEN_BY))
        show_chart(
            course_figure(
                epochs,
                hits,
                {"16 × 16 pixels": pixel_recall(pairs.digest, pairs), "chance": chance(n)},
                course.epochs,
                title="Recall@10",
                dark=is_dark(),
                height=300,
            ),
            f"Recall at 10 after each epoch: {hits[-1]:.3f} after the last",
            {
                "epoch": epochs,
                "Recall@10": hits,
                "loss": [look.loss for look in course.looks],
                "gap": [look.figures["gap"] for look in course.looks],
            },
            key="clip course",
        )
    loss = course.looks[-1].loss
    told = "" if course.epoch == 0 else f" The loss is {loss:.2f}."
    st.caption(
        f"Recall@10: how often a text finds its picture among the first ten of {n}, all of them "
        f"never learned from: {hits[-1]:.2f}.{told} Gap: the distance between the mean of the "
        "pictures and the mean of the texts; both clouds are drawn by PCA."
    )


def explain(pairs: Pairs) -> None:
    """Say what is learned, and what the modality gap is."""
    trained = pairs.rows(TRAINED)
    pictures, texts = cone(pairs.pictures[trained]), cone(pairs.texts[1, trained])
    left, right = st.columns(2, gap="large")
    left.markdown(
        "**What is learned.** Two encoders are frozen: one never saw a text, the other never saw "
        f"a picture. For each, one matrix into {USUAL.dim} dimensions is learned from "
        f"{len(trained):,} pairs. In a batch, each picture has to find its text among all texts, "
        "and each text its picture (Radford 2021)."
    )
    right.markdown(
        "**The modality gap** (Liang 2022). An encoder's vectors fill a narrow cone: two pictures "
        f"have a mean cosine of {pictures:.2f}, two texts {texts:.2f}. Two cones point two ways, "
        "so the clouds begin apart. The loss only asks who is nearest: they need not meet. "
        "Subtract both means first, and most of the gap is gone."
    )
    try_this(
        "Switch on “Subtract the means first”: how far apart do the clouds begin then?",
        "A temperature of 0.01 or of 1: which one finds more, and what happens to the gap?",
        "A batch of 8: each picture has only seven wrong texts to be told from.",
    )
