"""A graph small enough to learn in a moment: a ring of towns, each with a river of its own."""

from __future__ import annotations

import pytest

from explorer.beyond.facts.graph import Graph, make_graph

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
