"""“Watch it learn”: start a run, look on, stop, step, go on, play it again, keep it."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, field

import pyarrow as pa
import streamlit as st

from explorer.errors import ExplorerError, QueryError, TrainingError
from explorer.figures import learning as figures
from explorer.jobs import Job
from explorer.training import grammar, runs
from explorer.training.corpus import Corpus, make, read_text
from explorer.training.film import Film, Frame
from explorer.training.runs import Run
from explorer.training.skipgram import LIMITS, Settings
from explorer.ui.lesson import offer_map
from explorer.ui.opening import tell
from explorer.ui.pictures import jobs
from explorer.ui.plain import plain
from explorer.ui.pointcloud import is_dark

TICK_SECONDS = 0.6  # a frame a tick: the eye can follow
NEIGHBORS = 4
WORDS = "king, dog, paris"
PAIRS = "king queen, eats ate, king soup"
CONFIG = {"displaylogo": False, "scrollZoom": True}
SPLIT = re.compile(r"[\s,;]+")

REAL = "Train for real"
GRAMMAR, SHUFFLED, OWN = "Made by a grammar", "The same, shuffled", "My own text"
TEXTS = (GRAMMAR, SHUFFLED, OWN)


@dataclass(frozen=True)
class Preset:
    """A lesson: what is different, and what to look for."""

    look_for: str
    text: str = GRAMMAR
    changed: dict[str, float] = field(default_factory=dict)


PRESETS = {
    "Standard": Preset(
        "At first the words lie in a heap. Then like moves beside like, though nobody told the "
        "model which words are alike."
    ),
    "Too few dimensions": Preset(
        "Two dimensions are all there is to the map, and too few for the words: classes "
        "overlap, and analogies fail.",
        changed={"dimensions": 2},
    ),
    "Too large a step": Preset(
        "Each step overshoots: the vectors are thrown about, and at last they burst.",
        changed={"learning_rate": 0.2},
    ),
    "Shuffled": Preset(
        "The control: the same words, as often as before, in random order. There is nothing "
        "to learn, and nothing is learned.",
        text=SHUFFLED,
    ),
}
CONTROLS = {  # a setting: its label, its step, and its sentence
    "dimensions": ("Dimensions", 1, "Numbers per word: room for what tells words apart."),
    "window": ("Window", 1, "How many words to each side count as neighbors."),
    "negatives": ("Negatives", 1, "Random words that each pair is told apart from."),
    "subsample": ("Subsampling", 0.001, "Words above this share are skipped often; 0: none."),
    "learning_rate": ("Learning rate", 0.005, "How far a vector moves at each step."),
    "epochs": ("Epochs", 1, "How often the text is gone through."),
    "seed": ("Seed", 1, "The same seed gives the same run, vector for vector."),
}


@st.cache_resource(show_spinner=False)
def grammar_corpus(*, shuffled: bool) -> Corpus:
    """Return the corpus that the grammar makes, once for all visitors."""
    return make(
        grammar.make_corpus(shuffled=shuffled),
        "shuffled grammar" if shuffled else "grammar",
        classes=grammar.word_classes(),
    )


def ask_lesson() -> Preset | None:
    """Draw the presets, the settings and the button that starts.

    Returns the preset, or None if the visitor wants to train for real.
    """
    choice, settings, start = st.columns([4.9, 1.2, 1.2], vertical_alignment="bottom")
    name = choice.segmented_control(
        "Lesson",
        [*PRESETS, REAL],
        default=next(iter(PRESETS)),
        required=True,
        key="lesson",
        bind="query-params",
        on_change=take_preset,
        label_visibility="collapsed",
    )
    if name == REAL:
        return None
    preset = PRESETS[name]
    with settings.popover("Settings", icon=":material/tune:", width="stretch"):
        text, upload = ask_text(preset)
        chosen = ask_settings(preset)
    label = "Start again" if current_run() else "Start"
    icon = ":material/replay:" if current_run() else ":material/play_arrow:"
    if start.button(label, type="primary", icon=icon, width="stretch"):
        begin(text, upload, chosen)
    return preset


def take_preset() -> None:
    """Set the controls to what the chosen lesson needs."""
    preset = PRESETS.get(st.session_state["lesson"])
    if preset is None:
        return
    for name, value in {**asdict(Settings()), **preset.changed}.items():
        st.session_state[f"set {name}"] = value
    st.session_state["text"] = preset.text


def ask_text(preset: Preset) -> tuple[str, tuple[str, bytes] | None]:
    """Draw the choice of texts; return it, with the visitor's own file."""
    st.session_state.setdefault("text", preset.text)
    text = st.segmented_control("Text", TEXTS, required=True, key="text") or preset.text
    if text != OWN:
        return text, None
    upload = st.file_uploader("A plain text, some ten thousand words or more", key="own text")
    return text, (upload.name, upload.getvalue()) if upload else None


def ask_settings(preset: Preset) -> dict[str, float]:
    """Draw a control for each setting, with its sentence; return what they say."""
    chosen = {}
    columns = st.columns(2)
    for number, (name, default) in enumerate({**asdict(Settings()), **preset.changed}.items()):
        label, step, sentence = CONTROLS[name]
        kind = type(getattr(Settings(), name))
        st.session_state.setdefault(f"set {name}", kind(default))
        low, high = LIMITS[name]
        with columns[number % 2]:
            chosen[name] = st.number_input(
                label,
                kind(low),
                kind(high),
                step=kind(step),
                format="%d" if kind is int else "%.4f",
                key=f"set {name}",
            )
            st.caption(sentence)
    return chosen


def begin(text: str, upload: tuple[str, bytes] | None, chosen: dict[str, float]) -> None:
    """Start a new run; say why if it cannot be."""
    if text == OWN and upload is None:
        st.info("Choose your text in the settings first.", icon=":material/upload_file:")
        return
    try:
        corpus = (
            read_text(upload[1], upload[0]) if upload else grammar_corpus(shuffled=text == SHUFFLED)
        )
        settings = Settings(**chosen)  # type: ignore[arg-type]
        with st.spinner("Counting words …"):
            run = runs.new_run(corpus, settings)
    except TrainingError as error:
        tell(error)
        return
    stop_job()
    st.query_params["run"] = run.id
    st.session_state.pop("film", None)
    st.session_state.pop("drawn at", None)
    st.session_state["at"], st.session_state["playing"] = 0, True
    st.rerun()


def current_run() -> str | None:
    """Return the id of the run that the address names."""
    run_id: str | None = st.query_params.get("run")
    return run_id


def film() -> Film | None:
    """Return the film of the current run, with the frames that have come; None without a run."""
    run_id = current_run()
    if run_id is None:
        return None
    kept: Film | None = st.session_state.get("film")
    if kept is None or kept.run.id != run_id:
        run = runs.open_run(run_id)
        if run is None:
            st.warning(
                "This link names a run that is not kept here (any more). Start a new one: "
                "the same seed gives the same run.",
                icon=":material/link_off:",
            )
            return None
        kept = st.session_state["film"] = Film(run)
        st.session_state.setdefault("playing", False)
        st.session_state.setdefault("at", len(run.frames()) - 1)
    kept.update()
    return kept


def show(preset: Preset) -> None:
    """Draw the run: live while it plays."""
    shown = film()
    if shown is None:
        invitation(preset)
        return
    playing = st.session_state.get("playing", False)
    every = TICK_SECONDS if playing else None
    st.fragment(stage, run_every=every)(preset, ticks=playing)


def invitation(preset: Preset) -> None:
    """Say what will be seen, and what to try."""
    st.markdown(f"**Look for this.** {preset.look_for}")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### What it does")
        st.markdown(
            "A word's vector learns one thing: to tell the words that stood beside it from words "
            "drawn at random. That is skip-gram with negative sampling "
            "(Mikolov et al. 2013)."
        )
        st.code("loss = -(logsigmoid(v @ u) + logsigmoid(-v @ n).sum())", language="python")
        st.caption("v: the word · u: the word beside it · n: random words")
    with right:
        st.markdown("#### Try this")
        st.markdown(
            "1. Press **Start** and watch the heap come apart.\n"
            "2. **Pause**, and read who is beside *king* by now.\n"
            "3. Choose **Shuffled**: the same words, nothing to learn.\n"
            "4. Choose **Too few dimensions**, and see what no longer fits.\n"
            "5. In the settings, drop a text of your own."
        )


def stage(preset: Preset, *, ticks: bool) -> None:
    """Draw buttons, map and figures of the current frame; go on if it plays.

    Whether it is drawn anew by itself, as `ticks` says, is settled when the page is drawn.
    """
    if ticks != st.session_state.get("playing", False):
        st.rerun()
    shown = film()
    if shown is None:
        return
    run, last = shown.run, len(shown.frames) - 1
    if last < 0:
        st.error("This run's frames are not there any more. Start again.")
        return
    at = min(st.session_state.get("at", last), last)
    if st.session_state.get("playing"):
        job = working(run)
        at = min(at + frames_due(), last)
        st.session_state["at"] = at
        if at == last and (run.is_over or job is None or job.state.is_over):
            st.session_state["playing"] = False
            st.rerun()
    else:
        job = jobs().find(st.session_state.get("job", ""))
    frame = shown.frames[at]
    words, pairs = buttons(shown, at, last)
    told(job)
    picture, beside = st.columns([1.55, 1], gap="medium")
    with picture:
        chart(
            figures.frame_map(
                frame.places, run.corpus.words, run.corpus.classes, words, dark=is_dark()
            ),
            f"The words after {frame.step:,} steps",
            "frame",
        )
        st.caption(preset.look_for)
    with beside:
        measured(shown, frame)
        steps = [one.step for one in shown.frames]
        chart(
            figures.loss_curve(
                steps, [one.loss for one in shown.frames], frame.step, dark=is_dark()
            ),
            "The loss after each step",
            "loss",
        )
        chart(
            figures.cosine_curves(
                steps,
                {f"{one} – {other}": shown.cosine(one, other) for one, other in pairs},
                frame.step,
                dark=is_dark(),
            ),
            "The cosine of chosen pairs after each step",
            "cosines",
        )
        near = shown.neighbors(frame, words, NEIGHBORS)
        st.dataframe(
            {"word": list(near), "nearest now": [", ".join(found) for found in near.values()]},
            hide_index=True,
        )


def frames_due() -> int:
    """Return how many frames to go on by: one a tick, more where drawing takes longer."""
    now = time.monotonic()
    waited: float = now - st.session_state.get("drawn at", now)
    st.session_state["drawn at"] = now
    return max(1, round(waited / TICK_SECONDS))


def working(run: Run) -> Job | None:
    """Return the job that trains the run, started if there is something left to learn."""
    job = jobs().find(st.session_state.get("job", ""))
    if run.is_over or (job is not None and job.key.startswith(run.id)):
        return job
    return submit(run, run.steps)


def submit(run: Run, until: int) -> Job:
    """Go on with the run up to a step, outside this process."""
    # each going on is a job of its own: one that was stopped must not be joined
    st.session_state["tries"] = st.session_state.get("tries", 0) + 1
    key = st.session_state["job"] = f"{run.id}-{until}-{st.session_state['tries']}"
    return jobs().submit(key, runs.train, str(run.folder), until)


def stop_job() -> None:
    """Stop whatever this visitor's run is computing."""
    job = jobs().find(st.session_state.pop("job", ""))
    if job is not None and not job.state.is_over:
        job.cancel()


def buttons(shown: Film, at: int, last: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Draw pause, step, go on, replay, the slider; return the words and pairs to follow."""
    run, playing = shown.run, st.session_state.get("playing", False)
    go, step, replay, slider, follow, keep = st.columns(
        [1.15, 0.9, 1.15, 2.3, 1.2, 1.1], vertical_alignment="center"
    )
    done = run.is_over and at == last
    if playing:
        go.button("Pause", icon=":material/pause:", on_click=pause, width="stretch")
    else:
        go.button(
            "Go on", icon=":material/play_arrow:", on_click=play, disabled=done, width="stretch"
        )
    step.button(
        "Step",
        icon=":material/skip_next:",
        on_click=one_step,
        args=(shown, at),
        disabled=playing or done,
        width="stretch",
    )
    replay.button(
        "Replay", icon=":material/replay:", on_click=play, args=(0,), disabled=last == 0,
        width="stretch",
    )  # fmt: skip
    if last > 0:
        # A slider for each place: one that is moved from here would send back where it stood
        # a moment ago, and that would be taken for a wish to go there.
        key = f"frame {run.id} {at}"
        slider.select_slider(
            "Frame",
            range(last + 1),
            value=at,
            format_func=lambda frame: f"step {shown.frames[frame].step:,}",
            key=key,
            on_change=seek,
            args=(key,),
            disabled=playing,
            label_visibility="collapsed",
        )
    with keep.popover("Keep", icon=":material/bookmark:", width="stretch"):
        keeping(shown, shown.frames[at])
    with follow.popover("Follow", icon=":material/visibility:", width="stretch"):
        return followed(shown)


def pause() -> None:
    """Stop playing, and learning."""
    st.session_state["playing"] = False
    stop_job()


def play(start: int | None = None) -> None:
    """Play from a frame, or go on from where it stands."""
    st.session_state["playing"] = True
    st.session_state.pop("drawn at", None)
    if start is not None:
        st.session_state["at"] = start


def seek(slider: str) -> None:
    """Show the frame that the slider of this key asks for."""
    st.session_state["at"] = st.session_state[slider]
    pause()


def one_step(shown: Film, at: int) -> None:
    """Show the frame after the one that stands there; learn it first if it is not there yet."""
    if at >= len(shown.frames) - 1:
        run = shown.run
        until = run.next_frame(shown.frames[-1].step)
        try:
            submit(run, until).result(timeout=60)
        except ExplorerError:
            return  # the stage tells what the job says
    st.session_state["at"] = at + 1


def told(job: Job | None) -> None:
    """Say what the learning does, where the picture does not show it."""
    if job is None:
        return
    if job.state.state == "failed":
        st.error(plain(job.state.error), icon=":material/error:")
    elif job.state.state in ("starting", "waiting"):
        st.caption(f":material/hourglass: {job.state.step[:1].upper()}{job.state.step[1:]} …")


def followed(shown: Film) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the words and the pairs to follow: asked for, or the first that fit."""
    frequent = [word for word in shown.run.corpus.words if len(word) > 3][:6]
    known = set(shown.run.corpus.words)
    own = not known.issuperset(("king", "dog", "paris", "queen"))
    words_default = ", ".join(frequent[:3]) if own else WORDS
    pairs_default = f"{' '.join(frequent[:2])}, {' '.join(frequent[2:4])}" if own else PAIRS
    name = shown.run.corpus.name
    asked = st.text_input("Three words", words_default, key=f"words of {name}")
    asked_pairs = st.text_input(
        "Pairs", pairs_default, key=f"pairs of {name}", help="Two words, a comma, two words."
    )
    words, pairs = [], []
    try:
        for word in [one for one in SPLIT.split(asked.lower()) if one][:3]:
            shown.row(word)
            words.append(word)
        for part in asked_pairs.lower().split(",")[:4]:
            pair = part.split()
            if len(pair) == 2:
                shown.row(pair[0]), shown.row(pair[1])
                pairs.append((pair[0], pair[1]))
    except QueryError as error:
        tell(error)
    return words or list(shown.run.corpus.words[:1]), pairs


def measured(shown: Film, frame: Frame) -> None:
    """Show what has been learned so far, in two figures."""
    left, right = st.columns(2)
    if shown.run.corpus.classes:
        left.metric(
            "Next to its like",
            f"{frame.same_class:.0%}",
            help="Share of the words whose nearest neighbor, of all words, is of their own class.",
        )
    else:
        left.metric("Words", f"{len(shown.run.corpus.words):,}")
    answer = shown.answer(frame)
    if answer is not None:
        first, place = answer
        right.metric(
            "king − man + woman",
            f"{first} {'✓' if place == 1 else '✗'}",
            help=f"The word nearest to this sum; queen is number {place}.",
        )
    else:
        right.metric("Loss", f"{frame.loss:.3f}")


def keeping(shown: Film, frame: Frame) -> None:
    """Offer to open the frame's vectors as a space, and say how the run is found again."""
    st.markdown("The run is kept: this page's address opens it again, also after a restart.")
    offer_map(shown.space(frame), "Explore as a space", key="keep frame")
    st.dataframe(
        pa.table(
            {
                "step": [one.step for one in shown.frames],
                "loss": [one.loss for one in shown.frames],
                "next to its like": [one.same_class for one in shown.frames],
            }
        ),
        hide_index=True,
        height=180,
    )
    for note in shown.run.corpus.notes:
        st.caption(f":material/info: {plain(note)}")


def chart(figure: object, alt: str, key: str) -> None:
    """Draw a figure of ours."""
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)
