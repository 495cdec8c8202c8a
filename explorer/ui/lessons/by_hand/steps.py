"""The five calculations: which there are, and the chosen one drawn."""

from __future__ import annotations

from collections.abc import Callable

from explorer import EmbeddingSpace
from explorer.ui.lessons.by_hand import attention, distances, embedding, word2vec, words
from explorer.ui.lessons.lesson import choose_step, place_of_step

STEPS: dict[str, Callable[[EmbeddingSpace], None]] = {
    "1 An embedding": embedding.show,
    "2 Distances": distances.show,
    "3 TF-IDF": words.show,
    "4 word2vec": word2vec.show,
    "5 Attention": attention.show,
}


def show(space: EmbeddingSpace) -> None:
    """Draw the choice of steps and the chosen one."""
    step = choose_step(tuple(STEPS), key="by_hand_step")
    with place_of_step(step):
        STEPS[step](space)
