"""What a process that reads strangers' files may take: memory, and the size of what it writes."""

from __future__ import annotations

import contextlib


def limit(memory: int, disk: int) -> None:
    """Bound this process's memory and the files it writes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such bounds: see isolated.watch
        return
    for what, bound in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (bound, bound))
