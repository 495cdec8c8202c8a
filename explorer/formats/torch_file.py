"""torch tensors (.pt, .pth), with `weights_only=True`: nothing in the file is run.

Read in a process of its own: see isolated.py.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ParseError, RefusedError
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.parquet import required_path
from explorer.formats.unpack import is_zip, member_names

LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # the magic number before torch 1.6
DEPTH = 8
FLOATS = ("torch.bfloat16", "torch.float8_e4m3fn", "torch.float8_e5m2")


def is_torch(file: File, head: bytes) -> bool:
    """Tell whether the file is a zip with torch's `data.pkl`, or of torch's older format."""
    if head.startswith(LEGACY):
        return True
    return is_zip(head) and any(
        name.endswith("/data.pkl") or name == "data.pkl" for name in member_names(file)
    )


def look(file: File, options: Options) -> Contents:
    """Look at the tensors, and at some rows of the chosen one."""
    return parse(file, options, look_only=True)


def read(file: File, options: Options) -> Contents:
    """Read the chosen tensor."""
    return parse(file, options, look_only=False)


def parse(file: File, options: Options, look_only: bool) -> Contents:
    """Read a tensor, or some of its rows."""
    import torch

    mapped = is_zip(file.head(4))
    try:
        given = torch.load(required_path(file), map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise RefusedError(
            f"{file.name} holds more than tensors, and opening that could run code. "
            "Where you trust it, save the tensor alone:\n"
            "import torch\n"
            f"model = torch.load({file.name!r}, map_location='cpu', weights_only=False)\n"
            "print(model)  # find the matrix in it, model.embedding.weight for example\n"
            "torch.save(model.embedding.weight.detach(), 'vectors.pt')"
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # torch has no error of its own for broken files
        raise ParseError(f"{file.name} is a broken torch file: {str(error)[:300]}") from error
    found: list[Stored] = []
    labels: list[list[str]] = []
    try:
        for name, one in flat(given):
            if isinstance(one, torch.Tensor):
                found.append(stored(name, one))
            else:
                labels.append(one)
    except (RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise ParseError(f"{file.name} is a broken torch file: {str(error)[:300]}") from error
    rows = {one.shape[0] for one in found if one.shape}
    inside = next((one for one in labels if len(one) in rows), None)
    return from_arrays(file, found, options, look_only, inside)


def flat(given: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the tensors and the lists of texts in what was loaded, with their names."""
    if isinstance(given, dict) and depth < DEPTH:
        if given and all(isinstance(row, int) for row in given.values()):  # {word: row}
            yield name, [str(word) for word, _ in sorted(given.items(), key=lambda one: one[1])]
        for key, value in given.items():
            yield from flat(value, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(given, list | tuple) and depth < DEPTH:
        if given and all(isinstance(one, str) for one in given):
            yield name, list(given)
            return
        for index, value in enumerate(given):
            yield from flat(value, f"{name}.{index}" if name else str(index), depth + 1)
    elif hasattr(given, "layout"):
        yield name, given


def stored(name: str, tensor: Any) -> Stored:
    """Return the record of a tensor."""
    kind = str(tensor.dtype)
    plain = str(tensor.layout) == "torch.strided" and not tensor.is_quantized

    def read_rows(rows: NDArray[np.intp] | None) -> NDArray[Any]:
        values = tensor.detach()
        values = values if rows is None else values[rows]
        return np.asarray((values.float() if kind in FLOATS else values).numpy())

    real = plain and not tensor.dtype.is_complex
    return Stored(name, tuple(tensor.shape), kind.removeprefix("torch."), read_rows, is_real=real)
