"""How much memory is left for jobs of this process, and the sentence where it is too little."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from explorer.settings import memory_limit

MB = 1 << 20


@dataclass(frozen=True)
class Needs:
    """The memory that a job takes at its peak, at most, and what to say where it is not there.

    Attributes
    ----------
    bytes
        What the process grows by.
    what
        The job, as the beginning of a sentence: “UMAP of 10,000 points”.
    instead
        What to do instead, in a sentence.
    """

    bytes: int
    what: str
    instead: str

    def refusal(self) -> str:
        """Return what to tell before the job starts, or nothing where there is room for it."""
        left = memory_left()
        if self.bytes <= left:
            return ""
        return (
            f"{self.what} needs up to {self.bytes / MB:,.0f} MB of memory, and of this server's "
            f"{memory_limit() / MB:,.0f} MB {left / MB:,.0f} are left. {self.instead}"
        )


def memory_left() -> int:
    """Return the bytes that this process may still take: within its limit, and what is free."""
    import psutil

    process = psutil.Process()
    used = anonymous(process.pid)
    used += sum(anonymous(child.pid) for child in process.children(recursive=True))
    free = int(psutil.virtual_memory().available)
    return max(0, min(memory_limit() - used, free))


def anonymous(process: int) -> int:
    """Return the bytes of a process that no file stands for, 0 where it has just ended.

    The system drops pages of mapped files, such as libraries, where it needs room. Where it does
    not tell them apart, all that the process holds counts.
    """
    import psutil

    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
        found = next(line for line in lines if line.startswith("RssAnon"))
        return int(found.split()[1]) * 1024
    except (OSError, StopIteration):
        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(process).memory_info().rss)
    return 0
