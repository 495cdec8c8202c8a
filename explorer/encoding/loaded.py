"""Models that are loaded already: each once in a process, for all who ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from explorer.encoding.device import AUTO, choose_device, choose_precision
from explorer.encoding.models import check_allowed

if TYPE_CHECKING:
    from explorer.encoding.transformer import TransformerEncoder

MOST = 3
_loaded: OrderedDict[tuple[str | None, ...], TransformerEncoder] = OrderedDict()
_lock = threading.Lock()


def load_encoder(
    model: str, *, pooling: str | None = None, device: str = AUTO, precision: str = AUTO
) -> TransformerEncoder:
    """Return a model ready to encode; a second call with the same wishes returns the same."""
    from explorer.encoding.transformer import TransformerEncoder

    check_allowed(model)
    chosen = choose_device(device)  # “auto” and what it comes to are one model in memory
    device, precision = chosen.name, choose_precision(chosen, precision)
    key = (model, pooling, device, precision)
    with _lock:
        if key not in _loaded:
            _loaded[key] = TransformerEncoder(
                model, pooling=pooling, device=device, precision=precision
            )
            while len(_loaded) > MOST:
                _loaded.popitem(last=False)
        _loaded.move_to_end(key)
        return _loaded[key]
