"""Linear layers by oneDNN give torch's numbers, and are taken only where they are faster."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch
from torch import nn

from explorer.encoding import linear


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(5, 24), (2, 7, 24), (1, 1, 24)])
def test_the_product_is_that_of_torch(shape: tuple[int, ...], bias: bool) -> None:
    layer = nn.Linear(24, 40, bias=bias).eval()
    values = torch.randn(shape)
    with torch.inference_mode():
        found = linear.by_onednn(values, layer.weight, layer.bias)
        torch.testing.assert_close(found, layer(values), atol=1e-5, rtol=1e-5)


def test_values_that_lie_apart_in_memory_are_read_right() -> None:
    layer = nn.Linear(24, 40).eval()
    values = torch.randn(2, 24, 7).transpose(1, 2)
    with torch.inference_mode():
        found = linear.by_onednn(values, layer.weight, layer.bias)
        torch.testing.assert_close(found, layer(values), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("faster", [True, False])
def test_layers_are_exchanged_only_where_it_is_faster(
    faster: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "is_onednn_faster", lambda: faster)
    model = nn.Sequential(nn.Linear(4, 4), nn.GELU(), nn.Linear(4, 2)).eval()
    values = torch.randn(3, 4)
    with torch.inference_mode():
        before = model(values)
        linear.use_faster_linear(model)
        torch.testing.assert_close(model(values), before, atol=1e-6, rtol=1e-5)
    kinds = {type(layer) for layer in model.modules() if isinstance(layer, nn.Linear)}
    assert kinds == {linear.OneDnnLinear if faster else nn.Linear}


def test_torch_without_onednn_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*given: object) -> None:
        raise NotImplementedError("no kernel")

    monkeypatch.setattr(linear, "by_onednn", missing)
    assert not linear.time_onednn()


def test_the_products_are_timed_once_for_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    timed: list[bool] = []

    def timing() -> bool:
        timed.append(True)
        return True

    monkeypatch.setattr(linear, "time_onednn", timing)
    ask = linear.is_onednn_faster.__wrapped__  # as another process asks, which remembers nothing
    assert ask()
    assert ask()
    assert len(timed) == 1
    monkeypatch.setattr(linear, "processor", lambda: "another one")
    ask()
    assert len(timed) == 2


def test_without_a_cache_folder_the_products_are_timed_each_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(linear, "time_onednn", lambda: True)
    assert linear.is_onednn_faster.__wrapped__()


def test_a_product_that_waited_once_is_not_called_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 9.0, 10.0, 12.0, *(n for n in range(20, 20 + 2 * 2 * linear.ROUNDS))])
    monkeypatch.setattr(time, "thread_time", lambda: float(next(clock)))
    assert linear.shortest(lambda: torch.zeros(1), lambda: torch.zeros(1)) == [1.0, 1.0]
