"""The process that decodes pictures: `python -m explorer.pictures.process`.

A request is a line of JSON and the bytes of a file on standard input; the answer is a line of JSON,
the pixels and the thumbnail on standard output. `isolated.py` starts it, and starts another when
a picture has brought it down.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import BinaryIO

from explorer.errors import PictureError
from explorer.pictures.decode import decode, out_of_memory, shrunk

MEMORY = 2 << 30  # of this process: the largest picture that is opened takes a third of it


def main() -> None:
    """Decode one picture after the other until the standard input ends."""
    given = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not be taken for an answer
    limit()
    while line := given.readline():
        request = json.loads(line)
        answer(request, given.read(request["size"]), answers)
        answers.flush()


def answer(request: dict[str, object], data: bytes, answers: BinaryIO) -> None:
    """Write what became of one file."""
    name, fit, size = str(request["name"]), request["fit"], request["thumbnail"]
    pixels = small = b""
    told: dict[str, object]
    try:
        picture = decode(data, name, fit if isinstance(fit, int) else None)
        if isinstance(size, int):
            small = shrunk(picture.image, size)
        told = {"notes": picture.notes, "width": picture.image.width}
        told["height"] = picture.image.height
        if request["pixels"]:
            pixels = picture.image.tobytes()
    except PictureError as error:
        told = {"error": str(error)}
    except MemoryError:
        told = {"error": str(out_of_memory(name))}
    told |= {"pixels": len(pixels), "thumbnail": len(small)}
    answers.write(json.dumps(told).encode() + b"\n")
    answers.write(pixels)
    answers.write(small)


def limit() -> None:
    """Bound this process's memory, where the system can, and let it write no file."""
    try:
        import resource
    except ImportError:  # Windows has no such bounds; those of a picture's pixels hold there
        return
    for what, bound in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (bound, bound))


if __name__ == "__main__":
    main()
