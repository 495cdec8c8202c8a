"""The five steps: which there are, and the chosen one drawn."""

from __future__ import annotations

from collections.abc import Callable

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.ui.lessons.lesson import choose_step, place_of_step
from explorer.ui.open.telling import tell
from explorer.ui.search import cost, curse, inside, stages, tradeoff

STEPS: dict[str, Callable[[EmbeddingSpace], None]] = {
    "1 What is given up": tradeoff.draw,
    "2 How it works": inside.draw,
    "3 Two stages": stages.draw,
    "4 Many dimensions": curse.draw,
    "5 What it costs": cost.draw,
}


def show(space: EmbeddingSpace) -> None:
    """Draw the choice of steps and the chosen one."""
    step = choose_step(tuple(STEPS), key="search_step")
    with place_of_step(step):
        try:
            STEPS[step](space)
        except ExplorerError as error:
            tell(error)
