"""What is learned in a moment: a ring of towns, each with a river, and two circles of readers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from explorer.beyond.facts.graph import Graph, make_graph
from explorer.beyond.tastes.tastes import Column, Tastes, make_tastes

TOWNS = 12


def triples() -> list[tuple[str, str, str]]:
    """Return the facts: each town borders the next and lies in a region, on its own river."""
    found = []
    for number in range(TOWNS):
        here, there = f"town {number}", f"town {(number + 1) % TOWNS}"
        found += [(here, "borders", there), (there, "borders", here)]
        found += [(here, "lies in", f"region {number % 3}"), (here, "river", f"river {number}")]
    return found


@pytest.fixture
def graph() -> Graph:
    """The ring of towns."""
    return make_graph(triples(), "towns")


@pytest.fixture
def tastes() -> Tastes:
    """Forty readers of two circles, who each took half of the circle's twenty books and the hit."""
    return make_tastes("books", *columns_of(takings()))


def takings() -> list[tuple[str, str]]:
    """Return who took which book: each circle has its own, and the hit is everybody's."""
    drawn = np.random.default_rng(3)
    found = []
    for number in range(40):
        circle = number % 2
        found.append((f"reader {number}", "the hit"))
        for book in sorted(drawn.choice(20, 10, replace=False)):
            found.append((f"reader {number}", f"book {circle}.{book}"))
    return found


def columns_of(rows: Sequence[tuple[str, str]]) -> tuple[Column, Column]:
    """Return users and items as codes and names."""
    made = []
    for side in (0, 1):
        names = list(dict.fromkeys(row[side] for row in rows))
        made.append((np.array([names.index(row[side]) for row in rows]), names))
    return made[0], made[1]
