"""Where a model computes: the choice of a GPU, as far as a machine without one can show it.

No code ran on CUDA or MPS here: torch is told that there is one, and nothing is moved to it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.encoding import batches, linear
from explorer.encoding.device import TOKEN_BUDGET, Device, choose_device, choose_precision, devices
from explorer.encoding.encoding import encode_texts
from explorer.encoding.transformer import TransformerEncoder
from explorer.errors import EncodeError

TEXTS = [f"the old house of {number} cats and a dog" for number in range(64)]


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose torch says that it has an NVIDIA GPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA Test")


@pytest.fixture
def mps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose torch says that it has an Apple GPU."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)


def test_cuda_comes_before_mps_and_mps_before_the_processor(cuda: None, mps: None) -> None:
    assert [one.name for one in devices()] == ["cuda", "mps", "cpu"]
    assert choose_device().title == "NVIDIA Test"


def test_the_processor_can_be_chosen_beside_a_gpu(mps: None) -> None:
    assert choose_device().name == "mps"
    assert choose_device("cpu").name == "cpu"


def test_a_gpu_computes_in_half_precision_unless_told(cuda: None) -> None:
    assert choose_precision(choose_device()) == "float16"
    assert choose_precision(choose_device(), "float32") == "float32"
    assert choose_precision(choose_device("cpu")) == "float32"


def test_fast_is_what_the_device_computes_fast_and_else_exact(cuda: None) -> None:
    slow = Device("cpu", "processor", ("float32",))
    assert choose_precision(choose_device("cuda"), "fast") == "float16"
    assert (
        choose_precision(Device("cpu", "processor", ("float32", "bfloat16")), "fast") == "bfloat16"
    )
    assert choose_precision(slow, "fast") == "float32"
    assert choose_precision(choose_device("cuda"), "exact") == "float32"


@pytest.mark.parametrize("faster", [True, False])
def test_a_processor_offers_bfloat16_only_where_it_is_faster(
    faster: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    monkeypatch.setattr(linear, "is_bfloat16_faster", lambda: faster)
    assert ("bfloat16" in devices()[-1].precisions) == faster


class SmallMemory(TransformerEncoder):
    """A model on a device whose memory holds few tokens at once; it fails as torch does."""

    holds = 40
    failed = 0

    def forward(self, batch):  # type: ignore[no-untyped-def]
        if len(batch) * max(map(len, batch)) > self.holds:
            self.failed += 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return super().forward(batch)


def test_batches_that_do_not_fit_are_halved_and_no_text_is_lost(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed = []
    monkeypatch.setattr(batches, "free_memory", lambda: freed.append(1))
    small = SmallMemory(str(tiny_bert))
    made = encode_texts(TEXTS, small)
    expected = encode_texts(TEXTS, TransformerEncoder(str(tiny_bert)))
    np.testing.assert_allclose(made.vectors, expected.vectors, atol=1e-5)
    assert small.failed == len(freed) > 2
    assert len(TEXTS) * 9 < TOKEN_BUDGET["cpu"]  # all would have been one batch


def test_a_text_that_the_memory_cannot_hold_is_told(tiny_bert: Path) -> None:
    small = SmallMemory(str(tiny_bert))
    small.holds = 4
    with pytest.raises(EncodeError, match="not enough memory for a single text"):
        encode_texts(TEXTS, small)
