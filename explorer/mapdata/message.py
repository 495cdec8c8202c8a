"""The binary message that carries points to the browser; frontend/src/message.ts reads it.

    "EPC1" | length of the header, uint32 | header, JSON | zeros to a multiple of 8 | arrays

The header names each array's dtype, count and offset from where the arrays begin. All is
little-endian, and each array begins at a multiple of 8.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"EPC1"
DTYPES = ("float32", "uint32", "uint16", "uint8")


def write_message(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a message.

    Parameters
    ----------
    header
        What JSON can hold; `arrays` is ours.
    arrays
        Of a dtype in DTYPES; the reader gets them flat.

    Raises
    ------
    ValueError
        If an array has another dtype.
    """
    entries = []
    chunks = []
    offset = 0
    for name, values in arrays.items():
        if values.dtype.name not in DTYPES:
            raise ValueError(
                f"The array “{name}” is of {values.dtype}. A message holds {', '.join(DTYPES)}: "
                "convert it first."
            )
        chunk = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
        chunks.append(padded(chunk.tobytes()))
        entries.append([name, values.dtype.name, values.size, offset])
        offset += len(chunks[-1])
    text = json.dumps({**header, "arrays": entries}, ensure_ascii=True).encode()
    return b"".join([padded(MAGIC + struct.pack("<I", len(text)) + text), *chunks])


def padded(data: bytes) -> bytes:
    """Return the bytes with zeros up to a multiple of 8."""
    return data + bytes(-len(data) % 8)
