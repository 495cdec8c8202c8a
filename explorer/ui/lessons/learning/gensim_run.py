"""“Train for real”: gensim on the visitor's own text, in a job; the result is a space."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from explorer import EmbeddingSpace, cache, nearest_neighbors, save_space
from explorer.errors import ExplorerError, TrainingError
from explorer.jobs.pool import Job
from explorer.training import word2vec
from explorer.training.word2vec import ARCHITECTURES, LEARNERS, Recipe
from explorer.ui.lessons.learning.own_text import OwnText, ask_own_text
from explorer.ui.lessons.lesson import offer_map
from explorer.ui.open.telling import tell
from explorer.ui.shell import address, progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLES, find_space, sample_space, title
from explorer.ui.shell.tables import named_table

TRAINING = "training for real"  # session state: the Training that was started here
COMPARED = 8  # neighbors
BYTES_A_SECOND = 1e6  # of a text, on two cores
SHORT_BYTES = 200_000  # a text below is too short for the usual settings
FOR_SHORT = {"dimensions": 30, "min_count": 1, "epochs": 50}
MOST_SAVED = 50_000  # words that are made ready for saving in the browser
CONTROLS = {  # a setting: its label, its limits, and its sentence
    "dimensions": ("Dimensions", 2, 500, "Numbers per word."),
    "window": ("Window", 1, 20, "How many words to each side count as neighbors."),
    "negatives": ("Negatives", 1, 30, "Random words drawn for each pair, as wrong answers."),
    "min_count": ("Rarest word", 1, 1000, "Words that occur less often are left out."),
    "epochs": ("Epochs", 1, 100, "Passes through the text."),
}


@dataclass(frozen=True)
class Training:
    """A training that was asked for: the text, the recipe, and the key its result is kept under."""

    text: Path
    recipe: Recipe
    learned: str

    @property
    def key(self) -> str:
        """The key of its job."""
        return f"learn-{self.learned}"

    def start(self) -> Job:
        """Start the job, or join an equal one."""
        size = self.text.stat().st_size if self.text.exists() else 0
        return progress.jobs().submit(
            self.key,
            word2vec.learn_kept,
            str(self.text),
            asdict(self.recipe),
            self.learned,
            seconds=size * self.recipe.epochs / BYTES_A_SECOND,
        )


def show() -> None:
    """Draw the text and the recipe, the job, and what was learned."""
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        text = ask_own_text("A plain text, up to a gigabyte", "real text")
        if text is not None and text.size < SHORT_BYTES:
            hint_for_short(text)
        recipe = ask_recipe()
    with right:
        if text is None and "learned" not in st.query_params:
            explain()
            return
        if text is not None and recipe is not None:
            offer_training(text, recipe)
        if not is_under_way():
            show_learned()


def hint_for_short(text: OwnText) -> None:
    """Say that the text is short, and offer the settings that make the most of it."""
    words = len(text.beginning(SHORT_BYTES).split())
    st.info(
        f"A short text of about {words:,} words: expect rough vectors. It helps to keep rare "
        "words and to pass through the text more often.",
        icon=":material/short_text:",
    )
    st.button("Settings for a short text", on_click=set_for_short, icon=":material/tune:")


def set_for_short() -> None:
    """Set the controls to values for a short text."""
    for name, value in FOR_SHORT.items():
        st.session_state[f"real {name}"] = value


def explain() -> None:
    """Say what it does, and how to do it without the app."""
    st.markdown(
        "**From a whole book, or a whole library.** The text is read part by part, so it may be "
        "larger than memory. More text, better vectors: a book gives a first idea, a hundred "
        "megabytes a good map. The library gensim does the training."
    )
    st.markdown("The same from the command line, where a text can be larger than a gigabyte:")
    st.code(
        "embedding-explorer train text.txt vectors.txt --method fasttext",
        language="bash",
        wrap_lines=True,
    )


def ask_recipe() -> Recipe | None:
    """Draw the controls; return the recipe."""
    standard = Recipe()
    one, other = st.columns(2)
    method = one.segmented_control(
        "Method", list(LEARNERS), default=standard.method, required=True,
        key=address.choice("method for real", list(LEARNERS), LEARNERS.__getitem__),
        format_func=LEARNERS.__getitem__, bind="query-params",
        help="FastText also learns parts of words, which helps with rare words.",
    )  # fmt: skip
    architecture = other.segmented_control(
        "Architecture", list(ARCHITECTURES), default=standard.architecture, required=True,
        key=address.choice("architecture", list(ARCHITECTURES)), bind="query-params",
        help="Skip-gram guesses the neighbors from the word, CBOW the word from its neighbors.",
    )  # fmt: skip
    values = {}
    columns = st.columns(3)
    for number, (name, (label, low, high, sentence)) in enumerate(CONTROLS.items()):
        # set, and not given as a default: the settings for a short text change it
        st.session_state.setdefault(f"real {name}", getattr(standard, name))
        values[name] = columns[number % 3].number_input(
            label, low, high, key=f"real {name}", help=sentence, persist_state="session"
        )
    try:
        return Recipe(method, architecture, **values)
    except TrainingError as error:
        tell(error)
        return None


def offer_training(text: OwnText, recipe: Recipe) -> None:
    """Draw the button that learns from the text."""
    if st.button("Train", type="primary", icon=":material/model_training:"):
        try:
            kept = word2vec.keep_text(text.stream)
            word2vec.check_text(kept, text.name)
            begin(kept, recipe, Path(text.name).stem)
        except (ExplorerError, OSError) as error:
            tell(error if isinstance(error, ExplorerError) else TrainingError(str(error)))


def begin(text: Path, recipe: Recipe, name: str) -> None:
    """Start to learn, join an equal job, or take the kept result."""
    key = word2vec.learned_key(text, recipe)
    address.change("learned", key)
    address.change("called", name)
    st.session_state.pop(TRAINING, None)
    if cache.find(word2vec.LEARNED, key) is None:
        training = st.session_state[TRAINING] = Training(text, recipe, key)
        progress.come_back(training.key)
        training.start()


def is_under_way() -> bool:
    """Show how far this session's training is; return whether there is no result yet."""
    training: Training | None = st.session_state.get(TRAINING)
    if training is None:
        return False
    wait = progress.Wait(
        place="training", stopped="The training was stopped. Nothing of it is kept."
    )
    followed = progress.follow({training.key: training.start}, wait)
    return followed is None or followed[0].state.state != "done"


@st.cache_resource(show_spinner=False, max_entries=4)
def learned_space(key: str, name: str) -> EmbeddingSpace | None:
    """Return what was learned under a key, or None."""
    return word2vec.open_kept(key, name)


def show_learned() -> None:
    """Show what the address names: what was learned, now or before a restart."""
    key = st.query_params.get("learned", "")
    if not key.isalnum():
        return
    if cache.find(word2vec.LEARNED, key) is None:
        st.warning("The vectors of this link are not kept here, or no longer. Train them again.")
        return
    space = learned_space(key, st.query_params.get("called", "my text")[:40] or "my text")
    if space is None:
        st.error("The learned vectors cannot be read any more. Train them again.")
        return
    st.success(
        f"**{plain(space.name)}**: {len(space):,} words, {space.dim} dimensions. "
        "It is kept: this page's address opens it again.",
        icon=":material/check:",
    )
    explore, save = st.columns(2)
    with explore:
        offer_map(space, "Explore as a space", key="keep learned")
    if len(space) <= MOST_SAVED:
        save.download_button(
            "Save as word2vec text",
            lambda: as_word2vec_text(space),
            f"{space.name}.txt",
            icon=":material/download:",
            width="stretch",
        )
    compare(space)


def as_word2vec_text(space: EmbeddingSpace) -> bytes:
    """Return a space as the bytes of a word2vec text file."""
    with TemporaryDirectory() as folder:
        (written,) = save_space(space, Path(folder) / "vectors.txt")
        return written.read_bytes()


def compare(space: EmbeddingSpace) -> None:
    """Show the neighbors of a word in what was learned and in another space, side by side."""
    left, right = st.columns(2)
    word = left.text_input("Neighbors of", space.labels[min(20, len(space) - 1)], key="compared")
    others = [*SAMPLES, *st.session_state.get("opened", [])]
    other_id = right.selectbox("… beside those in", others, format_func=title, key="other space")
    other = find_space(other_id) or sample_space("words")
    for side, place, one in zip("12", st.columns(2), (space, other), strict=True):
        with place:
            try:
                found = nearest_neighbors(one, (word or "").strip(), COMPARED)
                named_table(
                    {f"in {one.name}"[:40]: found.labels, "cosine": found.scores},
                    one.name,
                    f"neighbors of {(word or '').strip()}",
                    key=f"compared neighbors {side}",
                )
            except ExplorerError as error:
                tell(error)
