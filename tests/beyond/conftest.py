"""Data small enough to learn in a moment: towns in a ring, circles of readers, few molecules."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from explorer.beyond.facts.graph import Graph, make_graph
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.reading import read_molecules
from explorer.beyond.tastes.tastes import Column, Tastes, make_tastes
from explorer.formats.file import File

SAMPLE = Path(__file__).parents[2] / "sample_data"

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


def small_sample(every: int = 12) -> str:
    """Return every twelfth molecule of the sample, and phenol, as a table's text."""
    lines = (SAMPLE / "molecules.csv").read_text(encoding="utf-8").splitlines()
    rows = lines[1::every]
    rows += [line for line in lines if line.startswith("phenol,") and line not in rows]
    return "\n".join([lines[0], *rows]) + "\n"


@cache
def read_small_sample() -> Molecules:
    """Return a hundred molecules of the sample, read once for all tests."""
    return read_molecules(File("small.csv", content=small_sample().encode()), "small")


@pytest.fixture
def molecules() -> Molecules:
    """A hundred molecules of the sample."""
    return read_small_sample()
