"""How long work tells what it does: a callback with the share done and the step's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Report: TypeAlias = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and what is being done.

It may raise to stop the work (`JobCancelled` does): progress and cancel are one idea.
"""


def no_report(share: float, step: str) -> None:
    """Report to nobody."""
