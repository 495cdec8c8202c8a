"""Step 3: TF-IDF of three sentences, each step in numbers."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.lessons.by_hand.weighing import Weighed, weigh
from explorer.ui.lessons import lesson
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.wording import count

SENTENCES = (
    "The cat chased the mouse.",
    "The dog chased the cat.",
    "The stock market fell.",
)
LONGEST = 120  # characters


def show(space: EmbeddingSpace) -> None:
    """Ask for three sentences, and weigh their words."""
    columns = st.columns(len(SENTENCES))
    texts = [
        column.text_input(
            f"Sentence {number}",
            sentence,
            max_chars=LONGEST,
            key=f"sentence_{number}",
            bind="query-params",
        )
        or ""
        for number, (column, sentence) in enumerate(zip(columns, SENTENCES, strict=True), 1)
    ]
    found = weigh(texts)
    if not found.words:
        st.info("Type words of two letters and more.", icon=":material/edit:")
        return
    left, right = st.columns([2.4, 1], gap="medium")
    with left:
        named_table(
            pa.table(
                {
                    "word": found.words,
                    "sentences": found.texts_with,
                    "idf": found.idf,
                    **{
                        f"count {number}": found.counts[number - 1]
                        for number in range(1, len(texts) + 1)
                    },
                    **{
                        f"weight {number}": found.weights[number - 1]
                        for number in range(1, len(texts) + 1)
                    },
                }
            ),
            "TF-IDF by hand",
            height=min(388, 38 + 35 * len(found.words)),
            column_config={
                "idf": st.column_config.NumberColumn(format="%.2f"),
                **{
                    f"weight {number}": st.column_config.NumberColumn(format="%.2f")
                    for number in range(1, len(texts) + 1)
                },
            },
        )
    with right:
        tell(found)
    lesson.try_this(
        "Write *cat* into all three sentences. What happens to its idf, and to its weights?",
        "Write sentence 2 so that it means the same as sentence 1 without a common word. How "
        "similar does TF-IDF find them?",
    )
    st.caption(
        "As scikit-learn’s TfidfVectorizer does it with its own settings: words of two letters or "
        "digits and more, in lower case; idf smoothed by the two ones; each sentence scaled to "
        "length 1 (norm = “l2”)."
    )


def tell(found: Weighed) -> None:
    """Compute one weight by hand, and the similarity of the sentences."""
    word = st.selectbox(
        "One weight by hand: the word",
        found.words,
        key=address.choice("word", found.words),
        bind="query-params",
    )
    at, n = found.words.index(word), len(found.counts)
    row = int(found.counts[:, at].argmax())
    often, idf = int(found.counts[row, at]), float(found.idf[at])
    st.markdown(
        f"In sentence {row + 1}, “{plain(word)}” stands **{count(often, 'time')}**.\n\n"
        f"- How rare is it? It stands in {int(found.texts_with[at])} of {n} sentences: idf = "
        f"ln((1 + {n}) / (1 + {int(found.texts_with[at])})) + 1 = **{idf:.2f}**\n"
        f"- Count times idf: {often} × {idf:.2f} = **{found.products[row, at]:.2f}**\n"
        f"- Divided by the length of the row: {found.products[row, at]:.2f} / "
        f"{found.lengths[row]:.2f} = **{found.weights[row, at]:.2f}**"
    )
    similar = found.weights @ found.weights.T
    pairs = [(one, other) for one in range(n) for other in range(one + 1, n)]
    told = ", ".join(f"{one + 1} and {two + 1}: **{similar[one, two]:.2f}**" for one, two in pairs)
    st.markdown(
        f"How similar are the sentences (cosine)? {told}. Sentences without a common word get 0."
    )
