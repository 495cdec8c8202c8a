"""The steps of “Molecules”, and the first: watch it train."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from explorer import EmbeddingSpace
from explorer.beyond.course import Course
from explorer.beyond.molecules import job
from explorer.beyond.molecules.drawing import draw_thumbnails
from explorer.beyond.molecules.learned import Learned
from explorer.beyond.molecules.lesson import plane_of
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.training import Recipe, course_key
from explorer.errors import TrainingError
from explorer.figures.course import course_figure
from explorer.figures.molecules import molecule_map
from explorer.pictures.column import with_pictures
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.molecules import ask, judge, lesson
from explorer.ui.beyond.molecules.cards import Card, show_cards
from explorer.ui.beyond.molecules.data import NOT_MEDICAL, Wanted, tell_molecules
from explorer.ui.lessons.lesson import choose_step
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.navigation import open_map
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import opened_spaces

SHOWN_BASELINES = ("mean", "Morgan, forest", "descriptors, forest")
INTRODUCED = 7  # molecules
MOST_DRAWN = 3_000  # for the Map: some 15 seconds
FAMILIAR = ("o,p'-ddt", "ibuprofen", "naphthalene", "menthol", "caffeine", "phenol", "glucose")
DOORS: dict[str, Callable[[Learned], EmbeddingSpace]] = {
    "Learned": lambda learned: with_drawings(learned, learned.learned_space),
    "Morgan fingerprint": lambda learned: with_drawings(learned, learned.spaces["Morgan"]),
    "Eight descriptors": lambda learned: with_drawings(learned, learned.spaces["descriptors"]),
    "Its atoms": lambda learned: learned.atoms,
}


def show(wanted: Wanted) -> None:
    """Draw the steps, and the one that is open."""
    step = choose_step(pattern.STEPS, key="molecules_step")
    try:
        training = training_of(wanted.molecules, wanted.recipe)
        draw = partial(watch, wanted) if step == pattern.WATCH else None
        course = pattern.train(training, draw)
    except TrainingError as error:
        tell(error)
        return
    if course is None and training.key not in st.session_state.get(pattern.WANTED, ()):
        introduce(wanted)
    if course is None or (course.epoch == 0 and step != pattern.WATCH):
        st.caption(NOT_MEDICAL)
        return
    learned = learned_from(wanted.molecules, wanted.recipe, course)
    if step == pattern.ASK:
        ask.show(learned, is_sample=wanted.is_sample)
    elif step == pattern.JUDGE:
        judge.show(learned, is_sample=wanted.is_sample)
    elif step == pattern.LESSON:
        lesson.show(learned, is_sample=wanted.is_sample)
    else:
        offer_spaces(learned)
        split = learned.split
        tell_molecules(wanted, len(split.train), len(split.valid), len(split.test))
    st.caption(NOT_MEDICAL)


def training_of(molecules: Molecules, recipe: Recipe) -> pattern.Training:
    """Return what has to be done to learn molecules."""
    return pattern.Training(
        course_key(molecules, recipe),
        partial(job.start, progress.jobs(), molecules, recipe),
        "the network",
    )


def learned_from(molecules: Molecules, recipe: Recipe, course: Course) -> Learned:
    """Return what was learned, with its vectors computed once for all visitors."""
    return learned_once(course_key(molecules, recipe), course.epoch, molecules, recipe, course)


@st.cache_resource(show_spinner=False, max_entries=16)
def learned_once(
    key: str, epoch: int, _molecules: Molecules, _recipe: Recipe, _course: Course
) -> Learned:
    """Return what was learned up to an epoch."""
    return Learned(_molecules, _recipe, _course)


def watch(wanted: Wanted, course: Course) -> None:
    """Draw the molecules by their vectors as they stand, and how good the network is by now."""
    molecules = wanted.molecules
    learned = learned_from(molecules, wanted.recipe, course)
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        vectors = learned.seen.vectors
        show_chart(
            molecule_map(
                plane_of(vectors, molecules.values).places(vectors),
                molecules.values,
                molecules.labels,
                molecules.property,
                dark=is_dark(),
            ),
            f"The molecules by their learned vectors after epoch {course.epoch}, colored by "
            f"{molecules.property}",
            key="molecules map",
        )
        st.caption(
            f"Each point is a molecule, after epoch {course.epoch:,}: its {wanted.recipe.width} "
            f"numbers in two dimensions (PCA), colored by measured {plain(molecules.property)}."
        )
    with right:
        st.markdown(idea(wanted))
        show_course(learned)


def introduce(wanted: Wanted) -> None:
    """Show some of the molecules, from the lowest value to the highest, before any is learned."""
    molecules = wanted.molecules
    st.markdown(idea(wanted))
    order = np.argsort(molecules.values)
    shown = order[np.linspace(0, len(order) - 1, INTRODUCED).round().astype(int)]
    if wanted.is_sample:
        shown = [molecules.row_of[name] for name in FAMILIAR]
    show_cards(
        [
            Card(
                molecules.chemistry.structure(int(row)),
                molecules.labels[row],
                f"{molecules.values[row]:.2f}".replace("-", "−"),
            )
            for row in shown
        ],
        width=120,
        height=96,
    )
    st.caption(
        f"Each number is the measured {plain(molecules.property)}. A corner or an end of lines is "
        "a carbon atom, a letter another atom; a line is a bond. Hydrogen is mostly left out."
    )


def idea(wanted: Wanted) -> str:
    """Say what is learned here, for somebody who knows no chemistry."""
    if wanted.is_sample:
        return (
            "**How much of a substance dissolves in water?** The network sees only atoms and "
            "bonds. It gives each molecule a vector, its *embedding*, from which it has to say "
            "the solubility. So molecules that dissolve alike end up near each other.  \n"
            ":small[0 means a lot, as much as 94 g of phenol in a liter; each step down is ten "
            "times less.]"
        )
    return (
        f"**What is its {plain(wanted.molecules.property)}?** The network sees only atoms and "
        "bonds. It gives each molecule a vector, its *embedding*, from which it has to say the "
        "number. So molecules that are alike in it end up near each other."
    )


def show_course(learned: Learned) -> None:
    """Draw the error on molecules that are not learned from, beside the baselines'."""
    course, valid = learned.course, learned.split.valid
    epochs = [look.epoch for look in course.looks]
    errors = [look.figures["RMSE"] for look in course.looks]
    beside = {name: learned.error(learned.baseline(name), valid) for name in SHOWN_BASELINES}
    show_chart(
        course_figure(
            epochs, errors, beside, course.epochs, title="error (RMSE)", dark=is_dark(), height=240
        ),
        f"Error on molecules held out after each epoch: {errors[-1]:.2f} after the last",
        {"epoch": epochs, "RMSE": errors, "loss": [look.loss for look in course.looks]},
        key="molecules course",
    )
    st.caption(
        f"The typical error (RMSE) on {len(valid):,} molecules that are not learned from. Dotted: "
        "always saying the mean, and two random forests, on *fingerprints* and on *descriptors*."
    )


def with_drawings(learned: Learned, space: EmbeddingSpace) -> EmbeddingSpace:
    """Return a space of the molecules with their drawings as a column of pictures."""
    molecules = learned.molecules
    if len(molecules.labels) > MOST_DRAWN:
        return space
    drawings = drawn(molecules.digest, molecules)
    return space.with_metadata(with_pictures(space.metadata, "structure", drawings))


@st.cache_resource(show_spinner="Drawing the molecules …", max_entries=4)
def drawn(digest: str, _molecules: Molecules) -> list[bytes]:
    """Return a drawing of each molecule for the Map, made once for all visitors."""
    structures = (_molecules.chemistry.structure(row) for row in range(len(_molecules.labels)))
    return draw_thumbnails(structures)


def offer_spaces(learned: Learned) -> None:
    """Draw a button for each space that can be opened on the Map."""
    text, *places = st.columns([1.1, 1, 1.3, 1.2, 0.9], vertical_alignment="center")
    text.markdown("**Open on the Map**")
    for place, (name, space) in zip(places, DOORS.items(), strict=True):
        pressed = place.button(
            name, key=f"molecules open {name}", icon=":material/scatter_plot:", width="stretch"
        )
        if pressed:
            open_map(opened_spaces().add(space(learned)))
