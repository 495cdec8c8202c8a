"""Decoding pictures of strangers in a process of its own, with bounds on its memory and its time.

What crashes it, or takes too long, is told as one broken picture; the next process goes on.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from explorer.errors import PictureError
from explorer.pictures.decode import BYTES, THUMBNAIL, decode

SECONDS = 30.0  # for one picture; the largest that is opened takes some three
START_SECONDS = 60.0  # for the first of a process, which has Pillow to load on a busy machine


@dataclass(frozen=True)
class Decoded:
    """What became of one picture: its pixels and thumbnail, or the sentence why there are none.

    Attributes
    ----------
    name
        What the picture is called.
    pixels
        (h, w, 3) uint8, read-only; None where it could not be opened or none were asked for.
    thumbnail
        A WebP of ours; empty where it could not be opened or none was asked for.
    notes
        What a viewer should know of it.
    error
        Why it could not be opened; empty where it was.
    """

    name: str
    pixels: NDArray[np.uint8] | None = None
    thumbnail: bytes = b""
    notes: tuple[str, ...] = ()
    error: str = ""


def decoded_pictures(
    items: Iterable[tuple[str, bytes]],
    *,
    fit: int | None = None,
    thumbnail: int | None = THUMBNAIL,
    pixels: bool = True,
) -> Iterator[Decoded]:
    """Yield each named file as a picture, in order, decoded in a process of its own.

    A file that cannot be opened comes as a `Decoded` with an `error`; the others go on. While
    the caller works on one, the next is decoded. `fit` is `decode`'s; `thumbnail` the pixels of
    a thumbnail's longer side, None for none. The process ends with the iterator.
    """
    with contextlib.closing(Decoder()) as decoder:
        waiting: tuple[str, bytes] | None = None
        for name, data in items:
            done = decoder.receive(waiting[0]) if waiting else None
            decoder.send(name, data, fit, thumbnail, pixels)
            waiting = (name, data)
            if done is not None:
                yield done
        if waiting:
            yield decoder.receive(waiting[0])


def decoded_picture(data: bytes, name: str, fit: int | None = None) -> Decoded:
    """Return one picture, decoded in a process of its own; raises PictureError if it is none."""
    (one,) = decoded_pictures([(name, data)], fit=fit)
    if one.error:
        raise PictureError(one.error)
    return one


class Decoder:
    """A process that decodes one picture after the other; started anew where one ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._seconds = START_SECONDS
        self._refused = ""

    def send(
        self, name: str, data: bytes, fit: int | None, thumbnail: int | None, pixels: bool
    ) -> None:
        """Begin to decode a file; `receive` gives what became of it."""
        self._refused = ""
        if not data or len(data) > BYTES:  # needs no process to be refused
            try:
                decode(data, name)
            except PictureError as error:
                self._refused = str(error)
            return
        if self._process is None:
            self._process = started()
            self._seconds = START_SECONDS
        request = {
            "name": name,
            "size": len(data),
            "fit": fit,
            "thumbnail": thumbnail,
            "pixels": pixels,
        }
        into = self._process.stdin
        assert into is not None
        with contextlib.suppress(OSError):  # it has ended: told when its answer is asked for
            into.write(json.dumps(request).encode() + b"\n")
            into.write(data)
            into.flush()

    def receive(self, name: str) -> Decoded:
        """Wait for the file that was sent, for a bounded time."""
        if self._refused:
            return Decoded(name, error=self._refused)
        process = self._process
        assert process is not None
        assert process.stdout is not None
        timer = threading.Timer(self._seconds, process.kill)
        timer.start()
        try:
            answer = read_answer(process.stdout)
        finally:
            timer.cancel()
        self._seconds = SECONDS
        if answer is None:
            self.close()
            return Decoded(name, error=brought_down(name))
        told, pixels, small = answer
        return Decoded(
            name,
            as_pixels(pixels, told) if pixels else None,
            small,
            tuple(told.get("notes", ())),
            str(told.get("error", "")),
        )

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def started() -> subprocess.Popen[bytes]:
    """Start a process that decodes."""
    return subprocess.Popen(
        [sys.executable, "-m", "explorer.pictures.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )


def read_answer(stream: BinaryIO | Any) -> tuple[dict[str, Any], bytes, bytes] | None:
    """Return an answer, its pixels and its thumbnail; None where the process ended before."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    told = json.loads(line)
    pixels, small = (stream.read(told[part]) for part in ("pixels", "thumbnail"))
    if len(pixels) < told["pixels"] or len(small) < told["thumbnail"]:
        return None
    return told, pixels, small


def as_pixels(data: bytes, told: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the bytes of an answer as (h, w, 3) uint8, read-only."""
    return np.frombuffer(data, np.uint8).reshape(told["height"], told["width"], 3)


def brought_down(name: str) -> str:
    """Say that a picture ended the process that decoded it."""
    return (
        f"{name} could not be decoded: it crashed its reader, needed too much memory, or took "
        f"longer than {SECONDS:.0f} s. Is it broken? Save it anew."
    )
