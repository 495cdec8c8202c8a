"""safetensors: a JSON header that says where each tensor lies, and then the tensors.

The format (https://github.com/huggingface/safetensors) is simple enough to be read
here, so that a tensor is mapped and not copied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.parse_json import parse_json

HEADER_BYTES = 100_000_000  # the format's own bound
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}


def is_safetensors(file: File, head: bytes) -> bool:
    """Tell whether the file begins with a length and a JSON object of that length."""
    if len(head) < 10 or head[8:9] != b"{":
        return False
    return 2 <= int.from_bytes(head[:8], "little") <= min(HEADER_BYTES, file.size - 8)


def look(file: File, options: Options) -> Contents:
    """Look at the tensors of a file."""
    return from_arrays(file, list(tensors(file)), options, True, labels_inside(file))


def read(file: File, options: Options) -> Contents:
    """Read the chosen tensor of a file."""
    return from_arrays(file, list(tensors(file)), options, False, labels_inside(file))


def header(file: File) -> tuple[dict[str, Any], int]:
    """Return the header and where the tensors begin."""
    with file.open() as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > min(HEADER_BYTES, file.size - 8):
            raise ParseError(
                f"{file.name}: its header should have {length:,} bytes, but the file has "
                f"{file.size:,}. Was it cut off?"
            )
        found = parse_json(f"The header of {file.name}", stream.read(length))
    if not isinstance(found, dict):
        raise ParseError(f"The header of {file.name} is no JSON object.")
    return found, 8 + length


def tensors(file: File) -> Iterator[Stored]:
    """Yield the tensors; raises ParseError where one is not where the header says."""
    found, start = header(file)
    for name, facts in found.items():
        if name == "__metadata__":
            continue
        try:
            kind = str(facts["dtype"])
            shape = tuple(int(extent) for extent in facts["shape"])
            begin, end = (int(offset) for offset in facts["data_offsets"])
        except (KeyError, TypeError, ValueError) as error:
            raise ParseError(f"{file.name}: the header of “{name[:60]}” is broken.") from error
        if kind not in DTYPES:
            yield Stored(name, shape, kind, lambda rows: np.empty(0), is_real=False)
            continue
        dtype = np.dtype(DTYPES[kind])
        needed = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if (
            min(shape, default=0) < 0
            or begin < 0
            or end - begin != needed
            or start + end > file.size
        ):
            raise ParseError(
                f"{file.name}: “{name[:60]}” should hold {' x '.join(map(str, shape))} values of "
                f"{kind}, {needed:,} bytes, but {end - begin:,} bytes from {begin:,} on are given "
                f"for it, and the file has {file.size - start:,}. Was it cut off?"
            )
        yield Stored(name, shape, kind, reader(file, dtype, shape, start + begin, kind == "BF16"))


def reader(
    file: File, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int, brain: bool
) -> Any:
    """Return how to read one tensor; brain floats are the upper halves of float32."""

    def read_rows(rows: NDArray[np.intp] | None) -> NDArray[Any]:
        values = file.array(dtype, shape, offset, rows=rows)
        return (values.astype("<u4") << 16).view("<f4") if brain else values

    return read_rows


def labels_inside(file: File) -> list[str] | None:
    """Return the labels that `save_space` puts into the header, or None."""
    found, _ = header(file)
    kept = found.get("__metadata__")
    if not isinstance(kept, dict) or not isinstance(kept.get("labels"), str):
        return None
    try:
        labels = json.loads(kept["labels"])
    except (ValueError, RecursionError):
        return None
    return [str(one) for one in labels] if isinstance(labels, list) else None
