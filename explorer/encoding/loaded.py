"""Models that are loaded already: each once in a process, for all who ask."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from explorer.encoding.device import AUTO, choose_device, choose_precision
from explorer.encoding.libraries import load_transformers
from explorer.encoding.models import check_allowed, model_folder
from explorer.jobs.progress import Report, no_report

if TYPE_CHECKING:
    from explorer.encoding.transformer import TransformerEncoder

MOST = 3  # models in memory; the one unused for longest goes
LOOK_SECONDS = 0.2  # between two looks whether somebody has pressed Stop


class Turn:
    """Whose turn it is to download and load one model."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_loaded: OrderedDict[tuple[str | None, ...], TransformerEncoder] = OrderedDict()
_turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()  # gone when nobody waits
_lock = threading.Lock()  # of these two tables; never held while something is loaded


def load_encoder(
    model: str,
    *,
    pooling: str | None = None,
    device: str = AUTO,
    precision: str = AUTO,
    report: Report = no_report,
) -> TransformerEncoder:
    """Return a model ready to encode; a second call with the same options returns the same.

    Who asks for a model that somebody else loads waits for it; other models are loaded
    meanwhile. `report` is told what is waited for, and what it raises ends the waiting.
    Raises ModelError and EncodeError as `explorer.encode` does.
    """
    from explorer.encoding.transformer import TransformerEncoder

    check_allowed(model)
    load_transformers()
    chosen = choose_device(device)  # “auto” and what it comes to are one model in memory
    device, precision = chosen.name, choose_precision(chosen, precision)
    key = (model, pooling, device, precision)
    if (known := find(key)) is not None:
        return known
    with turn(model, report):
        if (known := find(key)) is not None:
            return known
        model_folder(model, report)
        report(0.0, f"loading {model}")
        encoder = TransformerEncoder(model, pooling=pooling, device=device, precision=precision)
        with _lock:
            _loaded[key] = encoder
            while len(_loaded) > MOST:
                _loaded.popitem(last=False)
        return encoder


def find(key: tuple[str | None, ...]) -> TransformerEncoder | None:
    """Return a loaded model, which counts as used now, or None."""
    with _lock:
        if key in _loaded:
            _loaded.move_to_end(key)
        return _loaded.get(key)


@contextlib.contextmanager
def turn(model: str, report: Report) -> Iterator[None]:
    """Wait until nobody else downloads or loads this model; what the report raises ends that."""
    with _lock:
        mine = _turns.setdefault(model, Turn())
    while not mine.lock.acquire(timeout=LOOK_SECONDS):
        report(0.0, f"waiting for {model}, which is being loaded")
    try:
        yield
    finally:
        mine.lock.release()
