"""Compiled functions work even where their cache cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from explorer import compiled as compiled_module
from explorer.compiled import compiled


def half(number: float) -> float:
    return number / 2


def test_it_computes() -> None:
    assert compiled("f8(f8)")(half)(7) == 3.5


def test_without_a_folder_to_write_to_it_computes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    njit = compiled_module.njit

    def in_a_read_only_container(signature: str, **options: Any) -> Callable[..., Any]:
        def compile_it(function: Callable[..., Any]) -> Callable[..., Any]:
            if options.get("cache"):
                raise RuntimeError("cannot cache function 'half': no locator available")
            return njit(signature, **options)(function)

        return compile_it

    monkeypatch.setattr(compiled_module, "njit", in_a_read_only_container)
    assert compiled("f8(f8)")(half)(7) == 3.5
