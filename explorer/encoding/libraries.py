"""transformers, loaded by one thread while others wait.

It loads its parts when they are first asked for. Two threads that ask at once may wait for each
other's part; Python then gives one of them a part half loaded: "cannot import name".
"""

from __future__ import annotations

import threading

_loading = threading.Lock()


def load_transformers() -> None:
    """Load what all models need, once."""
    with _loading:
        import sentence_transformers  # noqa: F401
        from transformers import AttentionInterface, AutoTokenizer, BertConfig, BertModel  # noqa: F401
