"""Linear layers by the product that is fastest here.

torch multiplies float32 matrices by MKL and takes oneDNN for bfloat16 only. Which is faster depends
on the processor: on an AMD EPYC, oneDNN took 0.43 of MKL's time; on an Intel Xeon both take the
same. So they are timed once on each processor, in turns, and the answer is kept on disk. The
results differ by rounding alone.
"""

from __future__ import annotations

import contextlib
import copy
import threading
import time
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from explorer import cache
from explorer.encoding.libraries import load_transformers
from explorer.errors import ExplorerError
from explorer.neighbors.indexes.known import processor

TIMED = cache.Kind("linear-products", 1)
ROWS, WIDTHS = 256, (384, 1536)  # the timed product: 256 tokens through MiniLM's widest layer
ROUNDS = 15
CLOSE = 1e-4  # largest difference that is rounding, for values around 1
ENOUGH = 0.8  # of the other's time; a smaller gain may be noise of the timing


class OneDnnLinear(nn.Linear):
    """A linear layer computed by oneDNN; for inference on the CPU only."""

    def forward(self, values: Tensor) -> Tensor:
        """Return the product with the weights, plus the bias."""
        return by_onednn(values, self.weight, self.bias)


class HalfLinear(nn.Linear):
    """A linear layer whose weights are bfloat16 in a model that otherwise is float32."""

    def forward(self, values: Tensor) -> Tensor:
        """Return the product with the weights, plus the bias, in bfloat16."""
        return linear(values.to(torch.bfloat16), self.weight, self.bias)


class ReorderedLinear(nn.Linear):
    """The same, its weights in the order in which oneDNN reads them; it cannot be copied."""

    reordered: Tensor

    def forward(self, values: Tensor) -> Tensor:
        """Return the product with the weights, plus the bias, in bfloat16."""
        return by_onednn(values.to(torch.bfloat16), self.reordered, self.bias)


def by_onednn(values: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return values @ weight.T + bias."""
    # torch's own compiler calls it by this name; there is no public one
    result: Tensor = torch.ops.mkldnn._linear_pointwise(values, weight, bias, "none", [], "")
    return result


def use_faster_linear(model: nn.Module) -> None:
    """Have oneDNN compute a model's linear layers if that is faster here."""
    if is_onednn_faster():
        for layer in linear_layers(model):
            layer.__class__ = OneDnnLinear  # its weights stay where they are


def use_half_linear(model: nn.Module) -> None:
    """Turn a model's linear layers to bfloat16.

    What else it computes stays float32: sums along the layers, their normalization. For MiniLM
    that leaves a third of the error of a model that is bfloat16 throughout.
    """
    for layer in linear_layers(model):
        layer.to(torch.bfloat16)
        try:
            layer.reordered = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), ROWS)
        except (AttributeError, RuntimeError, NotImplementedError):  # torch was built without
            layer.__class__ = HalfLinear
        else:
            layer.__class__ = ReorderedLinear
            del layer.weight  # not twice in memory


def linear_layers(model: nn.Module) -> list[nn.Linear]:
    """Return the linear layers of a model that are torch's own."""
    return [layer for layer in model.modules() if type(layer) is nn.Linear]


_timing = threading.Lock()  # two at once would time each other


@lru_cache(maxsize=1)
def is_onednn_faster() -> bool:
    """Return whether oneDNN is faster than MKL here; timed once, then read from the cache."""
    return kept("oneDNN", time_onednn)


@lru_cache(maxsize=1)
def is_bfloat16_faster() -> bool:
    """Return whether bfloat16 is faster than float32 here; timed once, then read from the cache."""
    return kept("bfloat16", time_bfloat16)


def kept(product: str, compute: Callable[[], bool]) -> bool:
    """Return what was found on this processor, or find it now and keep it on disk."""
    key = cache.content_key(
        product=product,
        processor=processor(),
        instructions=str(dict(torch.cpu.get_capabilities())),  # virtual processors share names
        torch=torch.__version__,
    )
    with _timing:
        with contextlib.suppress(OSError, ExplorerError):  # no cache folder: it is timed each time
            found = cache.load_json(TIMED, key)
            if isinstance(found, bool):
                return found
        faster = compute()
        with contextlib.suppress(OSError, ExplorerError):
            cache.save_json(TIMED, key, faster)
        return faster


def time_bfloat16() -> bool:
    """Return whether a layer of MiniLM's size is faster in bfloat16, attention counted."""
    load_transformers()
    from transformers import BertConfig, BertModel

    from explorer.encoding.packed import packed, use_packing

    size = BertConfig(
        vocab_size=8, hidden_size=WIDTHS[0], intermediate_size=WIDTHS[1], num_hidden_layers=1
    )
    both: list[nn.Module] = [BertModel(size), BertModel(copy.deepcopy(size))]
    for model in both:
        use_packing(model.eval())
    exact, half = both
    use_half_linear(half)
    batch = [[1] * (ROWS // 2)] * 2
    with torch.inference_mode():
        ours, theirs = shortest(lambda: packed(half, batch), lambda: packed(exact, batch))
    return ours < ENOUGH * theirs


def time_onednn() -> bool:
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
        ours, mkl = shortest(
            lambda: by_onednn(values, layer.weight, layer.bias), lambda: layer(values)
        )
    return ours < ENOUGH * mkl


def shortest(*computed: Callable[[], Tensor]) -> list[float]:
    """Return the shortest processor time of each, in seconds, over ROUNDS in which they take turns.

    On one thread, whose own time does not count what other programs take meanwhile.
    """
    best = [float("inf")] * len(computed)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(ROUNDS):
            for place, compute in enumerate(computed):
                start = time.thread_time()
                compute()
                best[place] = min(best[place], time.thread_time() - start)
    finally:
        torch.set_num_threads(threads)
    return best
