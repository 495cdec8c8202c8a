"""safetensors: a JSON header that says where each tensor lies, and then the tensors.

The format (https://github.com/huggingface/safetensors) is simple enough to be read
here, so that a tensor is mapped and not copied.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats import kept
from explorer.formats.bounds import ARRAYS, READ_HERE_BYTES
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.isolated import read_once
from explorer.formats.parse_json import parse_json
from explorer.labels import LabelArray, as_label_array

HEADER_BYTES = 100_000_000  # the format's own bound
NAME, HEADER = "safetensors", "header"  # what the isolated process is asked for, and how
TENSOR = pa.struct(
    {"name": pa.string(), "kind": pa.string(), "shape": pa.list_(pa.int64()), "begin": pa.int64()}
)
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


@dataclass(frozen=True)
class Tensor:
    """What a header says of a tensor: checked, so that its values lie within the file."""

    name: str
    kind: str
    shape: tuple[int, ...]
    begin: int  # in the file, in bytes


@dataclass(frozen=True)
class Header:
    """What a header holds: the tensors, and the labels that `save_space` puts into it."""

    tensors: tuple[Tensor, ...]
    labels: LabelArray | None


def look(file: File, options: Options) -> Contents:
    """Look at the tensors of a file."""
    found = header(file, options)
    return from_arrays(file, stored(file, found), options, True, found.labels)


def read(file: File, options: Options) -> Contents:
    """Read the chosen tensor of a file."""
    found = header(file, options)
    return from_arrays(file, stored(file, found), options, False, found.labels)


def header(file: File, options: Options) -> Header:
    """Return the checked header; a long one is parsed in a process of its own."""
    with file.open() as stream:
        length = int.from_bytes(stream.read(8), "little")
    if length > min(HEADER_BYTES, file.size - 8):
        raise ParseError(
            f"{file.name}: its header should have {length:,} bytes, but the file has "
            f"{file.size:,}. Was it cut off?"
        )
    if options.isolated or length <= READ_HERE_BYTES:
        return parse_header(file, length)
    table = read_once(file, NAME, HEADER, Options(report=options.report), kept.load_table)
    tensors = tuple(
        Tensor(one["name"], one["kind"], tuple(one["shape"]), one["begin"])
        for one in table["tensors"][0].as_py()
    )
    return Header(tensors, table["labels"][0].values)


def write_header(name: str, file: File, options: Options, folder: Path) -> None:
    """Parse a header and write what it holds into a folder: in the isolated process."""
    found = header(file, options)
    tensors = [vars(one) for one in found.tensors]
    labels = None
    if found.labels is not None:
        ends = pa.array([0, len(found.labels)], pa.int64())
        labels = pa.LargeListArray.from_arrays(ends, found.labels)
    columns = {
        "tensors": pa.array([tensors], pa.list_(TENSOR)),
        "labels": labels or pa.nulls(1, pa.large_list(pa.large_string())),
    }
    with (folder / kept.TABLE).open("wb") as stream:
        kept.write(columns, {}, stream)


def parse_header(file: File, length: int) -> Header:
    """Parse a header; raises ParseError where a tensor is not where it says."""
    with file.open() as stream:
        stream.seek(8)
        found = parse_json(f"The header of {file.name}", stream.read(length))
    if not isinstance(found, dict):
        raise ParseError(f"The header of {file.name} is no JSON object.")
    labels = labels_inside(found.pop("__metadata__", None))
    if len(found) > ARRAYS:
        raise ParseError(f"{file.name} holds {len(found):,} tensors. Up to {ARRAYS:,} are read.")
    tensors = tuple(checked(file, name, facts, 8 + length) for name, facts in found.items())
    return Header(tensors, labels)


def checked(file: File, name: str, facts: Any, start: int) -> Tensor:
    """Return what is said of one tensor; raises ParseError where the file cannot hold it."""
    try:
        kind = str(facts["dtype"])
        shape = tuple(int(extent) for extent in facts["shape"])
        begin, end = (int(offset) for offset in facts["data_offsets"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ParseError(f"{file.name}: the header of “{name[:60]}” is broken.") from error
    room = file.size - start
    if kind not in DTYPES:  # it is named, and not read
        return Tensor(name, kind[:20], tuple(min(one, room) for one in shape), start)
    needed = math.prod(shape) * np.dtype(DTYPES[kind]).itemsize
    if not (0 <= begin <= end <= room and min(shape, default=0) >= 0 and needed == end - begin):
        raise ParseError(
            f"{file.name}: “{name[:60]}” should hold {' x '.join(map(said, shape))} values of "
            f"{kind}, {said(needed)} bytes, but {said(end - begin)} bytes from {said(begin)} on "
            f"are given for it, and the file has {room:,}. Was it cut off?"
        )
    return Tensor(name, kind, shape, start + begin)


def said(number: int) -> str:
    """Return a number for a message; one of hundreds of digits in words."""
    return f"{number:,}" if abs(number) < 1 << 64 else "very many"


def stored(file: File, found: Header) -> list[Stored]:
    """Return the records of the tensors."""
    return [
        Stored(
            one.name,
            one.shape,
            one.kind,
            reader(file, np.dtype(DTYPES[one.kind]), one.shape, one.begin, one.kind == "BF16")
            if one.kind in DTYPES
            else lambda rows: np.empty(0),
            is_real=one.kind in DTYPES,
        )
        for one in found.tensors
    ]


def reader(
    file: File, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int, brain: bool
) -> Any:
    """Return how to read one tensor; brain floats are the upper halves of float32."""

    def read_rows(rows: NDArray[np.intp] | None) -> NDArray[Any]:
        values = file.array(dtype, shape, offset, rows=rows)
        return (values.astype("<u4") << 16).view("<f4") if brain else values

    return read_rows


def labels_inside(metadata: Any) -> LabelArray | None:
    """Return the labels that `save_space` puts into the header, or None."""
    if not isinstance(metadata, dict) or not isinstance(metadata.get("labels"), str):
        return None
    try:
        labels = json.loads(metadata["labels"])
    except (ValueError, RecursionError):
        return None
    return as_label_array([str(one) for one in labels]) if isinstance(labels, list) else None
