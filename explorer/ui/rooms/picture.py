"""Placing a point on the picture of a space, and the cloud of a class's guesses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.projection.job import Picture, measured_key
from explorer.projection.storage import load_quality
from explorer.rooms.moment import Moment, place_of, place_text
from explorer.ui.picture import trust
from explorer.ui.picture.drawing import draw
from explorer.ui.shell import spaces
from explorer.ui.shell.plain import plain
from explorer.ui.shell.svg import svg_component

MOST_POINTS = 500  # enough to see the picture's shape on a phone
MOST_LANDMARKS = 13
APART = 0.3, 0.1  # of the picture's width, between two landmarks across or down
SHORTEST_LABEL, LONGEST_LABEL = 4, 16  # letters of a landmark
LOOKED_AT = 3000  # first rows, which hold the frequent words, to find landmarks
WIDTH = 355  # pixels, of a phone
TALLEST = 380  # pixels
MARGIN = 0.05  # of the width, above and below the points
drawn_by_browser = svg_component(
    "embedding-explorer-room-picture", Path(__file__).with_suffix(".js")
)


def space_of(moment: Moment) -> EmbeddingSpace | None:
    """Return the space whose picture a moment shows, or None where the server has it no more."""
    return spaces.find_space(moment.step.address.get("space", spaces.DEFAULT))


@st.cache_data(show_spinner=False, max_entries=50)
def background(digest: str, place: str, _space: EmbeddingSpace) -> dict[str, Any]:
    """Return the picture of a space: some points, landmarks, and where the label lies.

    Coordinates go from 0 to 1, with one scale for both.
    """
    del digest  # the key of the cache
    projection = draw(_space, Picture(spaces.best_method(_space)))
    drawn = projection.coordinates[:, :2]
    quality = load_quality(measured_key(_space, projection, trust.K))
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    size = float((high - low).max()) or 1.0
    scaled = 0.5 + (drawn - (low + high) / 2) / size
    row = _space.row(place)
    some = np.linspace(0, len(scaled) - 1, min(MOST_POINTS, len(scaled))).astype(int)
    return {
        "points": scaled[some].round(3).tolist(),
        "down": [
            float(1 - scaled[:, 1].max() - MARGIN),
            float(1 - scaled[:, 1].min() + MARGIN),
        ],
        "landmarks": landmarks(_space, scaled, row, None if quality is None else quality.kept),
        "answer": [*scaled[row].round(3).tolist(), place],
    }


def landmarks(
    space: EmbeddingSpace,
    scaled: NDArray[Any],
    left_out: int,
    kept: NDArray[np.floating] | None = None,
) -> list[tuple[float, float, str]]:
    """Return some well-known items that lie apart from each other, and their places.

    First those that the picture draws among their true neighbors: “thirty” stands for the numbers
    around it, where “with” would stand for nothing. `kept` is the share of these, (n,).
    """
    found: list[tuple[float, float, str]] = []
    rows = np.arange(min(len(space), LOOKED_AT))
    if kept is not None:
        rows = np.argsort(-kept[: len(rows)], kind="stable")
    for row in rows.tolist():
        label, (x, y) = space.label(row), (float(one) for one in scaled[row])
        near = any(abs(x - a) < APART[0] and abs(y - b) < APART[1] for a, b, _ in found)
        if row == left_out or near or len(label) < SHORTEST_LABEL or not label[0].isalpha():
            continue
        cut = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
        found.append((round(x, 3), round(y, 3), cut))
        if len(found) == MOST_LANDMARKS:
            break
    return found


def place_point(moment: Moment, mine: str | None) -> str | None:
    """Let a pupil place the moment's label by a tap on the picture; return the place, or None."""
    told = show(moment, [], mine, key=f"room place {moment.number}", is_revealed=False)
    try:
        return place_text(float(told["x"]), float(told["y"]))
    except (TypeError, KeyError, ValueError):
        return None  # nothing yet, or no browser of ours sent that


def cloud(
    moment: Moment,
    guesses: Sequence[tuple[float, float]],
    mine: str | None,
    *,
    is_revealed: bool,
) -> None:
    """Draw all guesses on the picture, and where the label lies once that is revealed."""
    key = f"room cloud {moment.number}"
    show(moment, guesses, mine, key=key, is_revealed=is_revealed, is_open=False)


def show(
    moment: Moment,
    guesses: Sequence[tuple[float, float]],
    mine: str | None,
    *,
    key: str,
    is_revealed: bool,
    is_open: bool = True,
) -> Any:
    """Draw the picture of a moment; return where its reader tapped, if it is open for that."""
    space = space_of(moment)
    if space is None or moment.place not in space:
        st.info(
            "This server does not hold the space of this picture any more. Go on to the next step.",
            icon=":material/link_off:",
        )
        return None
    data = background(space.digest, moment.place, space)
    own = None if mine is None else place_of(mine)
    if guesses:
        st.caption(
            "Orange: guesses."
            + (" Blue: yours." if own else "")
            + (f" Green: where “{plain(moment.place)}” lies." if is_revealed else "")
        )
    said = f"The picture of the space, with {len(guesses)} guesses of where {moment.place} lies."
    found = drawn_by_browser(
        key=key,
        data={
            **data,
            "answer": data["answer"] if is_revealed else None,
            "guesses": list(guesses),
            "mine": own,
            "open": is_open,
            "say": said if not is_open else f"Tap where you think that {moment.place} lies.",
        },
        default={"placed": None},
        on_placed_change=lambda: None,
        height=int(min(TALLEST, WIDTH * (data["down"][1] - data["down"][0]))),
    )
    return found.placed
