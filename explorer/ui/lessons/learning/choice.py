"""Which lesson, which text, which settings; and the button that starts a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import streamlit as st

from explorer.errors import TrainingError
from explorer.training import grammar, runs
from explorer.training.corpus import MOST_BYTES, Corpus, make, read_text
from explorer.training.options import LIMITS, TrainingOptions
from explorer.ui.lessons.learning import playback
from explorer.ui.lessons.learning.own_text import OwnText, ask_own_text
from explorer.ui.open.telling import tell
from explorer.ui.shell import address

REAL = "Train for real"
RUNS = "runs of lessons"  # session state: for each lesson, the id of the run that it showed last
LESSON = "lesson shown last"  # session state
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
        "At first the words lie in a heap. Then similar words move together, though nobody told "
        "the model which words are similar."
    ),
    "Too few dimensions": Preset(
        "Two dimensions are enough for a map, but too few for these words: classes overlap, and "
        "analogies fail.",
        changed={"dimensions": 2},
    ),
    "Too large a step": Preset(
        "Each step overshoots: the vectors jump about, grow, and in the end overflow.",
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
    "negatives": ("Negatives", 1, "Random words drawn for each pair, as wrong answers."),
    "subsample": ("Subsampling", 0.001, "Words above this share are skipped often; 0: none."),
    "learning_rate": ("Learning rate", 0.005, "How far a vector moves at each step."),
    "epochs": ("Epochs", 1, "Passes through the text."),
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


def ask() -> Preset | None:
    """Draw the presets, the settings and the button that starts.

    Returns the preset, or None if the visitor wants to train for real.
    """
    if not st.query_params.get("lesson") and LESSON in st.session_state:
        st.session_state.setdefault("lesson", st.session_state[LESSON])
    choice, settings, start = st.columns([4.9, 1.2, 1.2], vertical_alignment="bottom")
    name = choice.segmented_control(
        "Lesson",
        [*PRESETS, REAL],
        default=next(iter(PRESETS)),
        required=True,
        key=address.choice("lesson", [*PRESETS, REAL]),
        bind="query-params",
        on_change=take_preset,
        label_visibility="collapsed",
    )
    st.session_state[LESSON] = name
    if name == REAL:
        return None
    preset = PRESETS[name]
    with settings.popover("Settings", icon=":material/tune:", width="stretch"):
        text, own = ask_text(preset)
        chosen = ask_settings(preset)
    shown = st.session_state.setdefault(RUNS, {})
    run = playback.named_run()
    if run is not None:
        shown[name] = run
    elif name in shown:  # back from another page, whose address does not have it
        run = shown[name]
        address.change("run", run)
    label = "Start again" if run else "Start"
    icon = ":material/replay:" if run else ":material/play_arrow:"
    if start.button(label, type="primary", icon=icon, width="stretch"):
        begin(text, own, chosen)
    return preset


def take_preset() -> None:
    """Set the controls to what the chosen lesson needs, and show its own run if it has one."""
    lesson = st.session_state["lesson"]
    preset = PRESETS.get(lesson)
    if preset is None:
        return
    playback.stop()
    address.change("run", st.session_state.get(RUNS, {}).get(lesson))
    for name, value in {**asdict(TrainingOptions()), **preset.changed}.items():
        st.session_state[f"set {name}"] = value
    st.session_state["text"] = preset.text


def ask_text(preset: Preset) -> tuple[str, OwnText | None]:
    """Draw the choice of texts; return it, with the visitor's own."""
    st.session_state.setdefault("text", preset.text)
    text = st.segmented_control("Text", TEXTS, required=True, key="text") or preset.text
    if text != OWN:
        return text, None
    return text, ask_own_text("A plain text of some ten thousand words or more", "own text")


def ask_settings(preset: Preset) -> dict[str, float]:
    """Draw a control for each setting, with its sentence; return the values."""
    chosen = {}
    columns = st.columns(2)
    for number, (name, default) in enumerate(
        {**asdict(TrainingOptions()), **preset.changed}.items()
    ):
        label, step, sentence = CONTROLS[name]
        kind = type(getattr(TrainingOptions(), name))
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


def begin(text: str, own: OwnText | None, chosen: dict[str, float]) -> None:
    """Start a new run; say why if it cannot be."""
    if text == OWN and own is None:
        st.info("Add your text in the settings first.", icon=":material/upload_file:")
        return
    try:
        with st.spinner("Counting words …"):
            options = TrainingOptions(**chosen)  # type: ignore[arg-type]
            if own:
                corpus = read_text(own.beginning(MOST_BYTES), own.name, size=own.size)
                run = runs.new_run(corpus, options)
            else:
                run = runs.shared_run(grammar_corpus(shuffled=text == SHUFFLED), options)
    except TrainingError as error:
        tell(error)
        return
    playback.start(run)
    st.rerun()
