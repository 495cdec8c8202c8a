"""Functions that numba compiles: once, and kept on disk where there is a folder to write to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(signature: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function for one signature; it runs without Python's global lock (GIL)."""

    def compile_it(function: Callable[..., Any]) -> Callable[..., Any]:
        try:
            made: Callable[..., Any] = njit(signature, nogil=True, cache=True, **options)(function)
        except RuntimeError:  # neither the package's folder nor the user's can be written to
            made = njit(signature, nogil=True, **options)(function)
        return made

    return compile_it
