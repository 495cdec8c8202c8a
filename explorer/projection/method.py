"""What a projection method is, and what of it can be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer.projection.projection import Projection


@dataclass(frozen=True)
class Parameter:
    """Something to set: its name in code and on the page, and a sentence on what it does.

    `low` and `high` bound a number, `choices` lists what else there is; a default of True
    or False makes a switch. None as the default leaves the choice to the method.
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
    """One way to project: its title, what to say of it, and the function that does it."""

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
