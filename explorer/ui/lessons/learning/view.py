"""The view of “Watch it learn”: the buttons, the map of one frame, and its curves."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer.errors import QueryError
from explorer.figures import learning as figures
from explorer.training.film import Film, TrainingFrame
from explorer.ui.lessons.learning.choice import Preset
from explorer.ui.lessons.learning.playback import TICK_SECONDS, Playback, current
from explorer.ui.lessons.lesson import offer_map
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.progress import jobs
from explorer.ui.shell.tables import named_table
from explorer.ui.shell.word_fields import LONGEST_LIST
from explorer.words import split_words

NEIGHBORS = 4  # of each followed word, beside the map
WORDS = "king, dog, paris"
PAIRS = "king queen, eats ate, king soup"
LOSS = """\
loss = -(logsigmoid(v @ u)
         + logsigmoid(-v @ n).sum())"""


def show(preset: Preset) -> None:
    """Draw the run: live while it plays."""
    shown = current()
    if shown is None:
        invitation(preset)
        return
    every = TICK_SECONDS if shown.playing else None
    st.fragment(film_view, run_every=every)(preset, ticks=shown.playing)


def invitation(preset: Preset) -> None:
    """Say what to look for, and what to try."""
    st.markdown(f"**Look for this.** {preset.look_for}")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### What it does")
        st.markdown(
            "A word's vector learns one thing: to tell the words that really stood beside it "
            "from random words. That is skip-gram with negative sampling (Mikolov et al. 2013)."
        )
        st.code(LOSS, language="python")
        st.caption("v: the word · u: the word beside it · n: random words")
    with right:
        st.markdown("#### Try this")
        st.markdown(
            "1. Press **Start** and watch the heap come apart.\n2. **Pause**, and read which "
            "words are beside *king*.\n3. Choose **Shuffled**: the same words, nothing to "
            "learn.\n4. Choose **Too few dimensions**, and see what no longer fits.\n5. In the "
            "settings, drop a text of your own."
        )


def film_view(preset: Preset, *, ticks: bool) -> None:
    """Draw buttons, map and figures of the current frame; go on if it plays.

    `ticks` says whether this fragment reruns by itself; that can only change with the whole page.
    """
    shown = current()
    if shown is None:
        return
    if shown.playing:
        shown.tick()
    if ticks != shown.playing:
        st.rerun()
    words, pairs = controls(shown)
    if shown.problem:
        st.error(plain(shown.problem), icon=":material/error:")
    picture, beside = st.columns([1.55, 1], gap="medium")
    with picture:
        corpus, frame = shown.run.corpus, shown.frame
        show_chart(
            figures.frame_map(frame.places, corpus.words, corpus.classes, words, dark=is_dark()),
            f"The words after {frame.step:,} steps",
            key="frame map",
        )
        st.caption(preset.look_for)
    with beside:
        curves(shown, words, pairs)


def controls(shown: Playback) -> tuple[list[str], list[tuple[str, str]]]:
    """Draw pause, step, go on, replay, the place; return the words and pairs to follow."""
    # centered buttons would move under the mouse when bar and slider change places
    go, step, replay, place, follow, keep = st.columns(
        [1.15, 0.9, 1.15, 2.3, 1.2, 1.1], vertical_alignment="top"
    )
    with place:  # first: the buttons depend on the slider
        place_in_film(shown)
    if shown.playing:
        go.button("Pause", icon=":material/pause:", on_click=shown.pause, width="stretch")
    else:
        go.button(
            "Go on",
            icon=":material/play_arrow:",
            on_click=shown.play,
            disabled=shown.is_done,
            width="stretch",
        )
    step.button(
        "Step",
        icon=":material/skip_next:",
        on_click=shown.step,
        disabled=shown.playing or shown.is_done,
        width="stretch",
    )
    replay.button(
        "Replay",
        icon=":material/replay:",
        on_click=shown.play,
        args=(0,),
        disabled=shown.seen == 0,
        width="stretch",
    )
    with keep.popover("Keep", icon=":material/bookmark:", width="stretch"):
        keeping(shown)
    with follow.popover("Follow", icon=":material/visibility:", width="stretch"):
        return followed(shown.film)


def place_in_film(shown: Playback) -> None:
    """Draw where the film stands: a bar while it plays, a slider while it does not."""
    if shown.playing or shown.seen == 0:
        step, steps = shown.frame.step, shown.run.steps
        st.progress(step / steps, text=f"step {step:,} of {steps:,}{waits_for(shown)}")
        return
    chosen = st.select_slider(
        "Frame",
        range(shown.seen + 1),
        value=shown.at,
        format_func=lambda frame: f"step {shown.film.frames[frame].step:,}",
        key=f"frame {shown.run.id} {shown.moves}",
        label_visibility="collapsed",
    )
    shown.show(chosen)


def waits_for(shown: Playback) -> str:
    """Return what the training waits for, as the end of a line; usually nothing."""
    job = shown.job
    if not shown.playing or job is None or job.state.state not in ("starting", "waiting"):
        return ""
    place = jobs().place(job)
    return f" · number {place} in line …" if place else f" · {job.state.step} …"


def curves(shown: Playback, words: list[str], pairs: list[tuple[str, str]]) -> None:
    """Draw what has been measured up to the last frame that was shown."""
    film, frame, end = shown.film, shown.frame, shown.run.steps
    measured(film, frame)
    steps = [one.step for one in shown.frames]
    losses = [one.loss for one in shown.frames]
    show_chart(
        figures.loss_curve(steps, losses, frame.step, end, dark=is_dark()),
        "The loss after each step",
        key="loss",
    )
    cosines = {
        f"{one} – {other}": film.cosine(one, other)[: shown.seen + 1] for one, other in pairs
    }
    show_chart(
        figures.cosine_curves(steps, cosines, frame.step, end, dark=is_dark()),
        "The cosine of chosen pairs after each step",
        key="cosines",
    )
    near = film.neighbors(frame, words, NEIGHBORS)
    named_table(
        {"word": list(near), "nearest now": [", ".join(found) for found in near.values()]},
        f"neighbors after step {frame.step}",
        key="neighbors now",
    )


def followed(film: Film) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the words and the pairs to follow: asked for, or the first that fit."""
    frequent = [word for word in film.run.corpus.words if len(word) > 3][:6]
    known = set(film.run.corpus.words)
    own = not known.issuperset(("king", "dog", "paris", "queen"))
    words_default = ", ".join(frequent[:3]) if own else WORDS
    pairs_default = f"{' '.join(frequent[:2])}, {' '.join(frequent[2:4])}" if own else PAIRS
    name = film.run.corpus.name
    asked = st.text_input(
        "Three words", words_default, key=f"words of {name}", max_chars=LONGEST_LIST
    )
    asked_pairs = st.text_input(
        "Pairs", pairs_default, key=f"pairs of {name}", help="Two words, a comma, two words."
    )
    words, pairs = [], []
    try:
        for word in split_words(asked.lower())[:3]:
            film.row(word)
            words.append(word)
        for part in asked_pairs.lower().split(",")[:4]:
            pair = part.split()
            if len(pair) == 2:
                film.row(pair[0]), film.row(pair[1])
                pairs.append((pair[0], pair[1]))
    except QueryError as error:
        tell(error)
    return words or list(film.run.corpus.words[:1]), pairs


def measured(film: Film, frame: TrainingFrame) -> None:
    """Show how much has been learned so far, in two numbers."""
    left, right = st.columns(2)
    if film.run.corpus.classes:
        left.metric(
            "Next to its own kind",
            f"{frame.same_class:.0%}",
            help="Share of the words whose nearest neighbor belongs to their own class.",
        )
    else:
        left.metric("Words", f"{len(film.run.corpus.words):,}")
    answer = film.answer(frame)
    if answer is not None:
        first, place = answer
        right.metric(
            "king − man + woman",
            f"{first} {'✓' if place == 1 else '✗'}",
            help=f"The word nearest to this sum; queen is number {place}.",
        )
    else:
        right.metric("Loss", f"{frame.loss:.3f}")


def keeping(shown: Playback) -> None:
    """Offer to open the frame's vectors as a space, and say how the run is found again."""
    st.markdown("The run is kept: this page's address opens it again, also after a restart.")
    offer_map(shown.film.space(shown.frame), "Explore as a space", key="keep frame")
    named_table(
        pa.table(
            {
                "step": [one.step for one in shown.frames],
                "loss": [one.loss for one in shown.frames],
                "next to its own kind": [one.same_class for one in shown.frames],
            }
        ),
        "loss by step",
        height=180,
    )
    for note in shown.run.corpus.notes:
        st.caption(f":material/info: {plain(note)}")
