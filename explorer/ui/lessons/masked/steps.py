"""The three steps: hidden words, how well they are guessed, and what the vectors are good for."""

from __future__ import annotations

from collections.abc import Callable

from explorer.ui.lessons.lesson import choose_step, place_of_step
from explorer.ui.lessons.masked import guessing, judging, labels

STEPS: dict[str, Callable[[], None]] = {
    "1 Hide a word": guessing.show,
    "2 How good is it?": judging.show,
    "3 Few labels": labels.show,
}


def show() -> None:
    """Draw the choice of steps and the chosen one."""
    step = choose_step(tuple(STEPS), key="hidden_step")
    with place_of_step(step):
        STEPS[step]()
