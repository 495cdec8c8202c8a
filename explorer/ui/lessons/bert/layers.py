"""Step 3: the tokens after each layer, and who looks at whom."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.encoding.models import DEFAULT_MODEL
from explorer.figures import bert as figures
from explorer.figures.bert import layer_name
from explorer.lessons.bert.attention import WHO_IS_IT, attention_patterns, mean_looks
from explorer.lessons.bert.forward import cosines
from explorer.lessons.bert.tokens import shared_words
from explorer.lessons.bert.trajectories import walk
from explorer.ui.lessons.bert.shown import code, table
from explorer.ui.lessons.bert.visit import Visit, ask_token, which
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain

DRIFT, ATTENTION = "Drift", "Attention"
MOST_LOOKS = 4  # words listed of a token's looks


# Measured over all heads and layers: tests/lessons/bert/test_forward.py
IT_LOOK = (
    "**Look for** the answer. The words *big* and *small* tell us whether *it* is the cup or the "
    "case. But *it* looks at nearly the same words in both sentences: **this small model does not "
    "know.** If a head links *it* to a noun, that shows where it looks. It does not show that it "
    "understood."
)


def draw(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the tokens' path through the layers, or one head's attention."""
    with beside:
        shown = st.segmented_control(
            "Shown", [DRIFT, ATTENTION], default=DRIFT, required=True,
            key=address.choice("shown", [DRIFT, ATTENTION]), bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    (drift if shown == DRIFT else attention)(visit, picture, beside)


def drift(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the tokens' way through the layers."""
    beside.markdown(
        "**Look for** words that move as each layer adds context. The same word in both sentences "
        "starts on one spot. Where does it end? Press play."
    )
    path = walk(visit.readings)
    with picture:
        figure = figures.walk_figure(path, dark=is_dark())
        show_chart(
            figure, "The tokens after each layer, on two axes that all layers share", key="walk"
        )
        st.caption(
            f"{parting(visit)}The axes are the last layer’s first two principal components, which "
            f"keep {path.kept:.0%} of its variance. Thin lines: the path so far."
        )
    with beside:
        code(beside, "layers", visit)
        with st.expander("The same as a table"):
            table(
                "path through the layers",
                {
                    "piece": list(path.pieces),
                    **{
                        f"{layer_name(layer)} {axis}": path.places[layer, :, number]
                        for layer in range(len(path.places))
                        for number, axis in enumerate("xy")
                    },
                },
            )


def over_all_heads(visit: Visit, piece: str) -> str:
    """Say at which words a token looks most over all heads, in each sentence that has it."""
    lines = []
    for number, reading in enumerate(visit.readings, 1):
        pieces = reading.tokens.pieces
        if reading.attention is None or piece not in pieces:
            continue
        looks = mean_looks(reading.attention, pieces.index(piece), pieces)[:MOST_LOOKS]
        listed = ", ".join(f"*{plain(other)}* {share:.1%}" for other, share in looks)
        lines.append(f"{listed} in sentence {number}")
    heads = visit.readings[0].attention
    count = 0 if heads is None else heads.shape[0] * heads.shape[1]
    return f"Mean of all {count} heads: **{plain(piece)}** looks at {'; '.join(lines)}."


def parting(visit: Visit) -> str:
    """Say how similar the longest shared word's two vectors are, in all dimensions."""
    shared = shared_words([reading.tokens for reading in visit.readings])
    if len(visit.readings) < 2 or not shared:
        return ""
    first, second = (reading.word(shared[0]) for reading in visit.readings)
    similar = cosines(first, second)
    return (
        f"The two vectors of **{plain(shared[0])}**: cosine **{similar[0]:.2f}** before the first "
        f"layer, **{similar[-1]:.2f}** after the last, in all {first.shape[1]} dimensions. "
    )


def attention(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw one head's attention, and where one token looks."""
    reading = which(visit, beside)
    if reading.attention is None:
        picture.info(
            f"{plain(visit.bert.title)} does not hand out its attention weights, so there is "
            "nothing to show here. The other steps work.",
            icon=":material/visibility_off:",
        )
        return
    patterns = "; ".join(
        f"{what}: layer {most.layer}, head {most.head} ({most.share:.0%})"
        for what, most in attention_patterns(reading.attention).items()
    )
    beside.markdown(
        IT_LOOK
        if [one.tokens.sentence for one in visit.readings] == list(WHO_IS_IT)
        and visit.bert.name == DEFAULT_MODEL  # it was measured on this one
        else f"**Look for** what each head does. The strongest looks: {patterns}."
    )
    tokens = reading.tokens
    layers, heads = reading.attention.shape[:2]
    with beside:
        left, right = st.columns(2)
        for name, most in (("layer", layers), ("head", heads)):  # another model may have fewer
            st.session_state[name] = min(st.session_state.get(name, 1), most)
        layer = left.number_input("Layer", 1, layers, key="layer")
        head = right.number_input("Head", 1, heads, key="head")
        at = ask_token(visit, reading, key="attention token")
    row = reading.attention[layer - 1, head - 1, at]
    with picture:
        st.markdown(over_all_heads(visit, tokens.pieces[at]))
        left, right = st.columns([1.35, 1])
        with left:
            show_chart(
                figures.attention_map(
                    reading.attention[layer - 1, head - 1], tokens.pieces, at, dark=is_dark()
                ),
                f"Attention of layer {layer}, head {head}: a row for each looking token",
                key="attention map",
            )
        with right:
            show_chart(
                figures.attention_bars(row, tokens.pieces, dark=is_dark()),
                f"Where {tokens.pieces[at]} looks, a bar for each token",
                key="attention bars",
            )
        most = int(row.argmax())
        st.caption(
            f"{plain(tokens.pieces[at])} looks most at {plain(tokens.pieces[most])} "
            f"({row[most]:.0%}). Its row sums to {row.sum():.4f}."
        )
    code(beside, "attention", visit, first=reading, layer=layer, head=head, token=at, height=160)
    with beside.expander("The row as a table"):
        table(f"attention of {tokens.pieces[at]}", {"looked at": list(tokens.pieces), "share": row})
