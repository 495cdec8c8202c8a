"""Projection methods and their parameters, as METHODS lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer.projection.projection import Projection


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name in code and on the page, and a sentence on what it does.

    A number lies between `low` and `high`; other values are one of `choices`; a default of True
    or False makes a switch. With None as the default, the method chooses.
    """

    name: str
    title: str
    sentence: str
    default: Any
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """A projection method: its title, a sentence, and the function that computes it."""

    title: str
    sentence: str
    project: Callable[..., Projection]
    is_slow: bool  # slow ones run outside the web process
    parameters: tuple[Parameter, ...] = ()
    has_seed: bool = False

    @property
    def params(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple(one.name for one in self.parameters)
