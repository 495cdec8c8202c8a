"""Linear layers by oneDNN, where it is faster than MKL.

torch multiplies float32 matrices by MKL and takes oneDNN for bfloat16 only. Which is faster depends
on the processor: on an AMD EPYC, oneDNN took 0.43 of MKL's time. So one product is timed, once,
which takes a few milliseconds. The results differ by rounding alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor, nn

ROWS, WIDTHS = 256, (384, 1536)  # the timed product: 256 tokens through MiniLM's widest layer
ROUNDS = 5
CLOSE = 1e-4  # largest difference that is rounding, for values around 1
ENOUGH = 0.9  # of MKL's time; a smaller gain may be noise of the timing


class OneDnnLinear(nn.Linear):
    """A linear layer computed by oneDNN; for inference on the CPU only."""

    def forward(self, values: Tensor) -> Tensor:
        """Return the product with the weights, plus the bias."""
        return by_onednn(values, self.weight, self.bias)


def by_onednn(values: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return values @ weight.T + bias."""
    # torch's own compiler calls it by this name; there is no public one
    result: Tensor = torch.ops.mkldnn._linear_pointwise(values, weight, bias, "none", [], "")
    return result


def use_faster_linear(model: nn.Module) -> None:
    """Have oneDNN compute a model's linear layers if that is faster here."""
    if is_onednn_faster():
        for layer in model.modules():
            if type(layer) is nn.Linear:
                layer.__class__ = OneDnnLinear  # its weights stay where they are


@lru_cache(maxsize=1)
def is_onednn_faster() -> bool:
    """Return whether oneDNN is available, gives the same numbers as MKL, and is faster."""
    layer = nn.Linear(*WIDTHS).eval()
    values = torch.randn(ROWS, WIDTHS[0])
    with torch.inference_mode():
        try:
            gap = (by_onednn(values, layer.weight, layer.bias) - layer(values)).abs().max()
        except (AttributeError, RuntimeError, NotImplementedError):  # torch was built without
            return False
        if not bool(gap < CLOSE):
            return False
        ours = seconds(lambda: by_onednn(values, layer.weight, layer.bias))
        return ours < ENOUGH * seconds(lambda: layer(values))


def seconds(compute: Callable[[], Tensor]) -> float:
    """Return the shortest of ROUNDS times."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        compute()
        best = min(best, time.perf_counter() - start)
    return best
