"""Reading a file in a process of its own, with bounds on its memory and its time.

The libraries that read HDF5, Parquet, torch files and the like are large, and what a
hostile file makes of them cannot be foreseen: a crash, or memory without end. There it
ends a small process, and a sentence tells it. This is the side that asks; the process is
`reader_process.py`.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from explorer import cache, errors
from explorer.errors import BrokenRowsError, ParseError
from explorer.formats import kept
from explorer.formats.bounds import (
    CHILD_BYTES,
    CHILD_BYTES_PER_BYTE,
    CHILD_SECONDS,
    CHILD_SECONDS_PER_MB,
    PICTURE_SECONDS,
    PICTURES,
    unpacked_bytes,
)
from explorer.formats.contents import Options
from explorer.formats.digest import refuse_changed, stamps_of
from explorer.formats.file import File
from explorer.formats.memory_budget import readers_budget
from explorer.formats.picture_cells import own_folder

# Linux refuses a process memory beyond its bound. Elsewhere it is looked at again and again.
KERNEL_BOUNDS = sys.platform == "linux"
WATCH_SECONDS = 0.1

Found = TypeVar("Found")


def read_once(
    file: File, format_name: str, kind: str, options: Options, load: Callable[[str], Found | None]
) -> Found:
    """Return what is kept of a reading, or have a process of its own read the file and keep it.

    `kind` is what is asked for, a key of `reader_process.WORK`; `load` takes what that kind writes
    out of the cache.

    Raises
    ------
    FormatError
        What the reader raised over there, or that it crashed or passed its bounds.
    ParseError
        The file was changed while it was read, or what was kept had to leave the cache at once.
    """
    before = stamps_of(file)
    folder = own_folder(file)
    key = kept.kept_key(file, format_name, options, kind, str(folder or ""))
    found = load(key)
    if found is None:
        with cache.create(kept.PARSED, key) as folder:
            read_isolated(file, format_name, kind, options, folder)
            refuse_changed(file, before)
        found = load(key)
    if found is None:
        raise kept.gone(file)
    return found


def read_isolated(file: File, format_name: str, kind: str, options: Options, out: Path) -> None:
    """Have a process of its own read the file, and write what it finds into the folder `out`.

    Raises
    ------
    FormatError
        What the reader raised over there, or that it crashed or passed its bounds.
    """
    with on_disk(file) as given:
        memory = CHILD_BYTES + CHILD_BYTES_PER_BYTE * file.size
        request = {
            "name": given.name,
            "path": str(given.path),
            "beside": [[one.name, str(one.path), one.guessed] for one in given.beside],
            "format": format_name,
            "kind": kind,
            "options": {
                "label_column": options.label_column,
                "array": options.array,
                "skip_broken": options.skip_broken,
                "metadata_columns": options.metadata_columns,
            },
            "out": str(out),
            "memory": memory,
            "disk": unpacked_bytes(),
        }
        seconds = CHILD_SECONDS + CHILD_SECONDS_PER_MB * file.size / 1e6
        answer = ask(request, seconds, options)
    if answer is None:
        raise ParseError(
            f"{file.name} could not be read as {format_name}: its reader crashed, needed more than "
            f"{memory / 1e9:.1f} GB of memory, or took longer than {seconds:.0f} s. "
            "The file is broken, or too large for this machine."
        )
    if "error" in answer:
        kind_of_error = getattr(errors, str(answer["error"]), ParseError)
        if kind_of_error is BrokenRowsError:
            raise BrokenRowsError(str(answer["message"]), tuple(answer["columns"]))
        raise kind_of_error(str(answer["message"]))


@contextlib.contextmanager
def on_disk(file: File) -> Iterator[File]:
    """Give the file and those beside it with paths; what is in memory is written to the cache."""
    with cache.scratch() as folder:

        def placed(one: File, name: str) -> File:
            if one.path is not None:
                return replace(one, path=one.path.resolve())
            path = folder / name
            path.write_bytes(one.content)
            return File(one.name, path=path)

        beside = tuple(placed(one, f"beside-{index}") for index, one in enumerate(file.beside))
        yield replace(placed(file, "main"), beside=beside)


def ask(
    request: dict[str, Any],
    seconds: float,
    options: Options,
    *,
    program: str = "explorer.formats.reader_process",
    told: Callable[[dict[str, Any]], None] = lambda message: None,
) -> dict[str, Any] | None:
    """Start the process, pass its progress on, and return its answer; None if it has none.

    `told` gets what is neither progress nor an answer: messages with “at”, where it stands.
    """
    root = Path(__file__).parents[2]
    turn = readers_budget().take(int(request["memory"]), options.report)
    with (
        turn,
        subprocess.Popen(
            [sys.executable, "-m", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        ended = threading.Event()
        more = MoreTime()
        memory = None if KERNEL_BOUNDS else int(request["memory"])
        threading.Thread(
            target=watch, args=(process, seconds, memory, ended, more), daemon=True
        ).start()
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(request))
                process.stdin.close()
            answer = None
            for line in process.stdout:
                with contextlib.suppress(ValueError):
                    message = json.loads(line)
                    if "seconds" in message:
                        more.add(float(message["seconds"]))
                    elif "share" in message:
                        options.report(message["share"], message["step"])
                    elif "at" in message:
                        told(message)
                    else:
                        answer = message
            return answer
        except BaseException:  # a report may raise to stop the work
            process.kill()
            raise
        finally:
            ended.set()


class MoreTime:
    """The seconds that a reader asked for when it saw what is in its file, within a bound."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Allow so many seconds more; all together no more than so many pictures may take."""
        self.seconds = min(self.seconds + max(0.0, seconds), PICTURES * PICTURE_SECONDS)


def watch(
    process: subprocess.Popen[str],
    seconds: float,
    memory: int | None,
    ended: threading.Event,
    more: MoreTime | None = None,
) -> None:
    """End the process when its time is over, or when it holds more than so many bytes."""
    import psutil

    end = time.monotonic() + seconds
    with contextlib.suppress(psutil.Error):
        seen = psutil.Process(process.pid)
        while not ended.wait(WATCH_SECONDS):
            too_large = memory is not None and seen.memory_info().rss > memory
            allowed = end + (more.seconds if more is not None else 0.0)
            if too_large or time.monotonic() >= allowed:
                process.kill()
                return
