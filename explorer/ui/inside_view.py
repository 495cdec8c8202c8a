"""“From a word to BERT”: five steps, each with a picture, what to look for, and its code."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.encode import inside, senses
from explorer.encode.inside import POOLINGS, Bert, Lookup, Reading
from explorer.encode.senses import Separation
from explorer.encode.snippets import snippet
from explorer.encode.walk import place_on, walk
from explorer.errors import ExplorerError
from explorer.figures import inside as figures
from explorer.figures.inside import layer_name
from explorer.ui.lesson import choose_step
from explorer.ui.opening import tell
from explorer.ui.pictures import picture
from explorer.ui.plain import plain
from explorer.ui.pointcloud import is_dark
from explorer.ui.spaces import sample_space

FIRST = "She sat on the river bank."
SECOND = "The bank raised its rates."
LONGEST = 60_000  # characters of a sentence: many more than any model reads
CODE_HEIGHT = 270
NUMBERS_SHOWN = 6  # values of a vector in a table
CONFIG = {"displaylogo": False, "scrollZoom": True}

STYLE = """<style>
.stCode pre, .stCode code { font-size: 0.78rem; }
.pieces { display: flex; flex-wrap: wrap; gap: 6px; margin: 2px 0 10px; }
.piece { border: 2px solid; border-radius: 8px; padding: 2px 10px; text-align: center; }
.piece b { display: block; font-size: 1.25rem; font-weight: 600; white-space: pre; }
.piece small { font-size: 0.95rem; opacity: 0.75; }
</style>"""
TRIES = {
    "One word, two senses": (
        "A bat flew out of the cave at dusk.",
        "He swung the bat at the ball.",
    ),
    "One word, one sense": ("The bank closed at noon.", "I paid the cheque into my bank."),
    "Word order": ("The dog bit the man.", "The man bit the dog."),
    "Who is “it”?": (
        "The cup did not fit the case because it was too big.",
        "The cup did not fit the case because it was too small.",
    ),
    "Words it never saw": ("Flibbertigibbets unbelievableness zeitgeisty!", "🐢 ᚠᛇᚻ naïve 東京"),
}
KINDS = {  # a kind of piece, its color, and what it means
    "word": ("#0072B2", "a whole word"),
    "part": ("#E69F00", "a part of a word that the vocabulary lacks (## joins it to the left)"),
    "unknown": ("#D55E00", "nothing in the vocabulary: all such signs share one vector"),
    "special": ("#999999", "added by the model: begin and end"),
}


@dataclass(frozen=True, eq=False)
class Visit:
    """What the visitor typed, and what the model made of it: one or two sentences."""

    bert: Bert
    sentences: tuple[str, ...]
    readings: tuple[Reading, ...]


@st.cache_resource(show_spinner="Loading the model …")
def model() -> Bert:
    """Return the encoder, loaded once for all visitors."""
    return inside.open_bert()


@st.cache_resource(show_spinner=False, max_entries=16)
def reading_of(sentence: str) -> Reading:
    """Return what the model makes of a sentence."""
    bert = model()
    return inside.read(bert, inside.tokenize(bert, sentence))


@st.cache_resource(show_spinner="Reading 240 sentences, once …")
def measured_senses() -> Separation:
    """Return how well each layer separates the senses of the set."""
    return senses.measure_senses(model(), senses.load_uses())


def ask() -> Visit | None:
    """Draw the two fields for sentences; return what the model made of them."""
    fields = st.columns(2)
    texts = [
        field.text_input(label, value, key=key, bind="query-params", max_chars=LONGEST)
        for field, label, value, key in zip(
            fields,
            ("Sentence", "A second one, to compare"),
            (FIRST, SECOND),
            ("first", "second"),
            strict=True,
        )
    ]
    sentences = tuple(text for text in texts if text and text.strip())
    if not sentences:
        st.info("Type a sentence above, and follow it into the model.", icon=":material/edit:")
        return None
    try:
        bert = model()
        readings = tuple(reading_of(sentence) for sentence in sentences)
    except ExplorerError as error:
        tell(error)
        return None
    for reading in readings:
        if notice := inside.cut_notice(bert, reading.tokens):
            st.warning(notice, icon=":material/content_cut:")
    return Visit(bert, sentences, readings)


def show(visit: Visit) -> None:
    """Draw the choice of steps and the chosen one."""
    st.html(STYLE)
    steps, tries = st.columns([4, 1], vertical_alignment="center")
    with tries.popover("Try this", icon=":material/lightbulb:", width="stretch"):
        for name, pair in TRIES.items():
            st.button(name, on_click=fill_in, args=pair, width="stretch")
    with steps:
        title = choose_step(tuple(STEPS))
    step = STEPS[title]
    picture, beside = st.columns([1.9, 1], gap="medium")
    beside.markdown(step.look_for)
    try:
        step.draw(visit, picture, beside)
    except ExplorerError as error:
        with picture:
            tell(error)


def fill_in(first: str, second: str) -> None:
    """Put two sentences into the fields."""
    st.session_state["first"], st.session_state["second"] = first, second


def tokens_step(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Step 1: the pieces with their ids."""
    with picture.container(height=440, border=False):
        parts = [chips(reading) for reading in visit.readings]
        st.html("".join(parts))
        shown = {kind for reading in visit.readings for kind in kinds(reading)}
        legend = [
            f'<span style="color:{color}">■</span> {meaning}'
            for kind, (color, meaning) in KINDS.items()
            if kind in shown
        ]
        st.html("<br>".join(legend))
        table(
            {
                "piece": [piece for one in visit.readings for piece in one.tokens.pieces],
                "id": [number for one in visit.readings for number in one.tokens.ids],
                "sentence": [
                    number
                    for number, one in enumerate(visit.readings, 1)
                    for _ in range(len(one.tokens))
                ],
                "what it is": [KINDS[kind][1] for one in visit.readings for kind in kinds(one)],
            }
        )
    code(beside, "tokens", visit)


def kinds(reading: Reading) -> list[str]:
    """Return the kind of each piece."""
    tokens = reading.tokens
    found = []
    for at, word in enumerate(tokens.words):
        if word is None:
            found.append("special")
        elif tokens.unknown[at]:
            found.append("unknown")
        else:
            found.append("part" if tokens.words.count(word) > 1 else "word")
    return found


def chips(reading: Reading) -> str:
    """Return the pieces as HTML: a box each, its id below; strangers' text is escaped."""
    boxes = [
        f'<span class="piece" style="border-color:{KINDS[kind][0]}">'
        f"<b>{html.escape(piece)}</b><small>{number}</small></span>"
        for piece, number, kind in zip(
            reading.tokens.pieces, reading.tokens.ids, kinds(reading), strict=True
        )
    ]
    return f'<div class="pieces">{"".join(boxes)}</div>'


PARTS: dict[str, Callable[[Lookup], np.ndarray]] = {
    "word rows": lambda found: found.word,
    "+ position": lambda found: found.position,
    "+ segment": lambda found: found.segment,
    "= sum": lambda found: found.summed,
    "→ norm": lambda found: found.normalized,
}


def lookup_step(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Step 2: rows of three tables, their sum, and its layer norm."""
    reading = which(visit, beside)
    tokens = reading.tokens
    code(beside, "lookup", visit)
    found = inside.look_up(visit.bert, tokens)
    with picture:
        left, right = st.columns([3.6, 1])
        part = left.segmented_control("Shown", list(PARTS), default="word rows", required=True)
        with right:
            at = ask_token(reading, key="lookup token")
        figure = figures.heat_map(PARTS[part](found), tokens.pieces, dark=is_dark(), height=210)
        chart(figure, f"The {part} of {len(tokens)} tokens, one line per token", "lookup")
        rows = {name: values(found)[at] for name, values in PARTS.items()}
        st.dataframe(
            {
                f"{plain(tokens.pieces[at])} ({tokens.ids[at]})": list(rows),
                **{
                    f"dim {column}": [float(row[column]) for row in rows.values()]
                    for column in range(NUMBERS_SHOWN)
                },
                "mean": [float(row.mean()) for row in rows.values()],
                "spread": [float(row.std()) for row in rows.values()],
            },
            hide_index=True,
            column_config={
                name: st.column_config.NumberColumn(format="%.3f")
                for name in [*(f"dim {n}" for n in range(NUMBERS_SHOWN)), "mean", "spread"]
            },
        )


def layers_step(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Step 3: the tokens after each layer, or who looks at whom."""
    with beside:
        shown = st.segmented_control(
            "Shown", ["Drift", "Attention"], default="Drift", required=True, key="shown",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
    if shown == "Drift":
        drift(visit, picture, beside)
    else:
        attention(visit, picture, beside)


def drift(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the tokens' way through the layers."""
    path = walk(visit.readings)
    with picture:
        figure = figures.walk_figure(path, dark=is_dark())
        chart(figure, "The tokens after each layer, on two axes that all layers share", "walk")
        st.caption(
            f"One PCA over all layers; it keeps {path.kept:.0%} of the variance. "
            "Thin lines are the way so far."
        )
    with beside:
        code(beside, "layers", visit)
        with st.expander("The same as a table"):
            table(
                {
                    "piece": list(path.pieces),
                    **{
                        f"{layer_name(layer)} {axis}": path.places[layer, :, number]
                        for layer in range(len(path.places))
                        for number, axis in enumerate("xy")
                    },
                }
            )


def attention(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw one head's attention, and where one token looks."""
    reading = which(visit, beside)
    if reading.attention is None:
        picture.info(
            f"{visit.bert.name} does not hand out its attention weights, so there is nothing to "
            "show here. The other steps work.",
            icon=":material/visibility_off:",
        )
        return
    tokens = reading.tokens
    layers, heads = reading.attention.shape[:2]
    with beside:
        left, right = st.columns(2)
        layer = left.number_input("Layer", 1, layers, 1, key="layer")
        head = right.number_input("Head", 1, heads, 1, key="head")
        at = ask_token(reading, key="attention token")
    row = reading.attention[layer - 1, head - 1, at]
    with picture:
        left, right = st.columns([1.35, 1])
        with left:
            chart(
                figures.attention_map(
                    reading.attention[layer - 1, head - 1], tokens.pieces, at, dark=is_dark()
                ),
                f"Attention of layer {layer}, head {head}: a row for each looking token",
                "attention map",
            )
        with right:
            chart(
                figures.attention_bars(row, tokens.pieces, dark=is_dark()),
                f"Where {tokens.pieces[at]} looks, a bar for each token",
                "attention bars",
            )
        most = int(row.argmax())
        st.caption(
            f"{plain(tokens.pieces[at])} looks most at {plain(tokens.pieces[most])} "
            f"({row[most]:.0%}). Its row sums to {row.sum():.4f}."
        )
    code(beside, "attention", visit, first=reading, layer=layer, head=head, token=at, height=140)
    with beside.expander("The row as a table"):
        table({"looked at": list(tokens.pieces), "share": row})


def context_step(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Step 4: one word in two sentences, and the set of words with two senses."""
    with beside:
        shown = st.segmented_control(
            "Shown", ["Your sentences", "12 words"], default="Your sentences", required=True,
            key="uses", bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
    if shown == "Your sentences":
        own_sentences(visit, picture, beside)
    else:
        sense_set(picture, beside)


def own_sentences(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the cosine of a word's two vectors, layer by layer."""
    if len(visit.readings) < 2:
        picture.info("Type a second sentence above that uses the same word in another sense.")
        return
    tokens = [reading.tokens for reading in visit.readings]
    shared = inside.shared_words(tokens)
    word = beside.text_input(
        "The word to compare",
        placeholder=shared[0] if shared else "a word of both sentences",
        key="word",
        bind="query-params",
    )
    word = word or (shared[0] if shared else "")
    if not word:
        picture.info("The two sentences share no word. Type one into both.")
        return
    first, second = (reading.word(word) for reading in visit.readings)
    similar = inside.cosines(first, second)
    with picture:
        chart(
            figures.context_curve(similar, word, dark=is_dark()),
            f"Cosine of the two vectors of {word} after each layer",
            "context",
        )
        st.caption(
            f"“{plain(word)}” in sentence 1 and in sentence 2: **{similar[0]:.2f}** before the "
            f"first layer, where only the position differs, **{similar[-1]:.2f}** after the last."
        )
    code(beside, "context", visit, word=word.casefold(), height=170)
    with beside.expander("The same as a table"):
        table({"after": [layer_name(n) for n in range(len(similar))], "cosine": similar})


def sense_set(picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw how well each layer separates the senses of the set's words."""
    found = measured_senses()
    uses = senses.load_uses()
    word = beside.selectbox("Highlight", found.words, key="sense word")
    with picture:
        chart(
            figures.senses_curve(found, word, dark=is_dark()),
            "Accuracy of the nearest neighbor's sense and silhouette, for each layer",
            "senses",
        )
        mean = found.accuracy.mean(axis=0)
        st.caption(
            f"{len(uses)} sentences, ten for each of two senses of {len(found.words)} words. "
            f"Before the first layer **{mean[0]:.0%}** (chance: {found.chance:.0%}), after the "
            f"last **{mean[-1]:.0%}** of the uses stand next to one of the same sense."
        )
    with beside:
        table(
            {
                "layer": list(range(len(mean))),
                "accuracy": mean,
                "silhouette": found.silhouette.mean(axis=0),
            },
            height=200,
        )
        with st.expander(f"The sentences with “{word}”"):
            own = [use for use in uses if use.word == word]
            table({"sense": [u.sense for u in own], "sentence": [u.sentence for u in own]})


def pooling_step(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Step 5: token vectors become one sentence vector, which has its place among the books."""
    with beside:
        how = st.segmented_control(
            "Pooling", list(POOLINGS), default=visit.bert.pooling, required=True, key="pooling",
            bind="query-params",
        )  # fmt: skip
        st.caption(
            f"{how}: {POOLINGS[how]}, scaled to length 1. "
            + (
                "This is how the model was trained."
                if how == visit.bert.pooling
                else f"The model was trained with {visit.bert.pooling}: this is for comparison."
            )
        )
    vectors = np.stack([inside.pool(one.hidden[-1], how) for one in visit.readings])
    books = sample_space("books")
    with picture:
        if vectors.shape[1] == books.dim:
            place_among_books(books, vectors)
        else:
            st.info(
                f"The books are {books.dim}-dimensional, these sentences {vectors.shape[1]}-"
                "dimensional: they have no place on that map."
            )
    with beside:
        if len(vectors) == 2:
            st.metric("Cosine of the two sentences", f"{vectors[0] @ vectors[1]:.3f}")
        code(beside, "pooling", visit, how=how, height=160)


def place_among_books(books: EmbeddingSpace, vectors: np.ndarray) -> None:
    """Draw the sentences on the map of the books, with the books nearest to each."""
    projection = picture(books, "pca", 2)
    figure = figures.placed_figure(
        projection, books.labels, place_on(books, projection, vectors), dark=is_dark(), height=300
    )
    chart(figure, "The sentences on the map of 338 books", "books")
    for number, (column, vector) in enumerate(zip(st.columns(2), vectors, strict=False), 1):
        near = nearest_neighbors(books, vector, k=3)
        with column:
            table({f"nearest to sentence {number}": near.labels, "cosine": near.scores})


@dataclass(frozen=True)
class Step:
    """One step of the walk: what to look for, and how it is drawn."""

    look_for: str
    draw: Callable[[Visit, DeltaGenerator, DeltaGenerator], None]


STEPS = {
    "1 Tokens": Step(
        "**Look for** a word that falls into pieces: the vocabulary holds 30,522, and "
        "everything else is put together from them. Try *unbelievableness*, or an emoji.",
        tokens_step,
    ),
    "2 Lookup": Step(
        "**Look for** how little happens: an id picks a row, two more rows are added, and layer "
        "norm evens out the numbers. No word knows its neighbors yet.",
        lookup_step,
    ),
    "3 Layers": Step(
        "**Look for** words that drift as context flows in: what stood together at the lookup need "
        "not end together. Press play.",
        layers_step,
    ),
    "4 Context": Step(
        "**Look for** the fall: one word, one vector at first; from layer to layer its two uses "
        "mostly part. Where they hardly do, the model takes them for alike.",
        context_step,
    ),
    "5 Pooling": Step(
        "**Look for** the books nearest to your sentences: one vector now stands for all tokens.",
        pooling_step,
    ),
}


def which(visit: Visit, place: DeltaGenerator) -> Reading:
    """Ask for one of the sentences, where there are two."""
    if len(visit.readings) == 1:
        return visit.readings[0]
    chosen = place.segmented_control(
        "Sentence", ["Sentence 1", "Sentence 2"], default="Sentence 1", required=True,
        key="which", label_visibility="collapsed",
    )  # fmt: skip
    return visit.readings[int(chosen[-1]) - 1]


def ask_token(reading: Reading, key: str) -> int:
    """Ask for one of the sentence's tokens; return its position."""
    pieces = reading.tokens.pieces
    first = 1 if len(pieces) > 2 else 0
    chosen: int = st.selectbox(
        "Token",
        range(len(pieces)),
        index=first,
        format_func=lambda at: f"{at} · {pieces[at]}",
        key=f"{key} {reading.tokens.sentence[:200]}",
    )
    return chosen


def code(
    place: DeltaGenerator,
    step: str,
    visit: Visit,
    *,
    first: Reading | None = None,
    height: int = CODE_HEIGHT,
    **parts: object,
) -> None:
    """Show the lines that do the same, complete and ready to copy."""
    sentences = list(visit.sentences)
    if first is not None:
        sentences = [first.tokens.sentence]
    text = snippet(step, sentences, visit.bert.max_tokens, **parts)
    place.code(text, language="python", height=height, wrap_lines=True)


def chart(figure: object, alt: str, key: str) -> None:
    """Draw a figure of ours."""
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)


def table(columns: dict[str, object], height: int | Literal["auto"] = "auto") -> None:
    """Show columns as a table that can be saved as CSV."""
    st.dataframe(pa.table(columns), hide_index=True, height=height)
