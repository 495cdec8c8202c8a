"""Lesson plans: one idea in steps, each a page to look at, most with a question to guess first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NEAR = 0.05  # of the range: a number so near to the answer is right


@dataclass(frozen=True)
class Measurement:
    """What is measured to answer a question: one of MEASURES, and the labels it is asked of."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What to guess before looking.

    Attributes
    ----------
    text, answer, why
        The question, its answer, and the reason for it.
    choices
        The answers to choose from; empty for a number or a free guess.
    low, high
        The least and the largest number to guess; None without numbers.
    measured
        What measures the answer on any space, or None.
    """

    text: str
    answer: str
    why: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    measured: Measurement | None = None

    def accepts(self, guess: str) -> bool:
        """Return whether a guess is right: the same words, or a number near enough."""
        if self.low is not None and self.high is not None and is_number(guess):
            return abs(float(guess) - float(self.answer)) <= NEAR * (self.high - self.low)
        return guess.casefold() == self.answer.casefold()


@dataclass(frozen=True)
class Step:
    """A page to look at: its name, the parameters of its address, and what to do there.

    On paper, the labels of `draw` are drawn from the head first, then as the space has them.
    """

    title: str
    page: str
    text: str
    address: Mapping[str, str]
    question: Question | None = None
    look: str = ""
    teacher: str = ""
    draw: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A lesson: one idea, in steps."""

    title: str
    minutes: int
    level: str
    idea: str
    steps: tuple[Step, ...]


def is_number(text: str) -> bool:
    """Return whether a text is a finite decimal number, such as 3 or −0.5 (with a hyphen).

    Examples
    --------
    >>> is_number("3"), is_number("-0.5"), is_number("nan"), is_number("1e9")
    (True, True, False, False)
    """
    return re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) is not None
