"""What was read from a file, kept in the cache as one Arrow file that is mapped into memory.

All who open the same file share one copy of its vectors, and a file that was read once
stands at once. The key is the digest of the file's content, so a changed file is read anew.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer import cache
from explorer.formats.contents import Contents, Options, as_float32
from explorer.formats.digest import file_digest
from explorer.formats.file import File
from explorer.formats.subwords import Subwords

VERSION = 2  # to be raised when the readers change what they return
FACTS = b"embedding-explorer"
LABEL, VECTOR, METADATA = "label", "vector", "metadata "


def kept_name(file: File, format_name: str, options: Options, kind: str) -> str:
    """Return the name under which a reading of the file is kept."""
    key = cache.content_key(
        version=VERSION,
        file=file_digest(file),
        beside=[[one.name, file_digest(one)] for one in file.beside],
        format=format_name,
        label_column=options.label_column,
        array=options.array,
        skip_broken=options.skip_broken,
        kind=kind,
    )
    return f"{key}.arrow"


def load(path: Path) -> Contents | None:
    """Return what is kept at a path, mapped into memory, or None where it is not there."""
    try:
        os.utime(path)  # used just now: last to go
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        facts = json.loads(table.schema.metadata[FACTS])
        return from_table(table, facts, path)
    except FileNotFoundError:
        return None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError):  # broken: out with it
        path.unlink(missing_ok=True)
        return None


def from_table(table: Any, facts: dict[str, Any], path: Path) -> Contents:
    """Return the contents that a kept table holds."""
    column = table[VECTOR].chunk(0)
    dim = column.type.list_size
    vectors = values_of(column).reshape(len(column), dim)
    names = [name for name in table.column_names if name.startswith(METADATA)]
    metadata = table.select(names).rename_columns([name[len(METADATA) :] for name in names])
    subwords = None
    if facts["subwords"]:
        with pa.memory_map(str(subwords_path(path))) as source:
            ngrams = pa.ipc.open_file(source).read_all()[VECTOR].chunk(0)
        matrix = values_of(ngrams).reshape(len(ngrams), dim)
        subwords = Subwords(matrix, *facts["subwords"])
    return Contents(
        table[LABEL].chunk(0) if facts["labelled"] else None,
        vectors,
        metadata.replace_schema_metadata(None) if names else None,
        rows=facts["rows"],
        dtype=facts["dtype"],
        labels_from=facts["labels_from"],
        label_name=facts["label_name"],
        vector_names=tuple(facts["vector_names"]),
        arrays=tuple(facts["arrays"]),
        columns=tuple(facts["columns"]),
        notes=tuple(facts["notes"]),
        subwords=subwords,
    )


def save(contents: Contents, path: Path) -> None:
    """Keep contents at a path in the cache."""
    vectors = as_float32(contents.vectors)
    cache.make_room(2 * vectors.nbytes)
    subwords = contents.subwords
    labels = contents.labels
    facts = {
        "rows": contents.rows,
        "dtype": contents.dtype,
        "labels_from": contents.labels_from,
        "label_name": contents.label_name,
        "vector_names": contents.vector_names,
        "arrays": contents.arrays,
        "columns": contents.columns,
        "notes": contents.notes,
        "labelled": labels is not None,
        "subwords": [subwords.min_n, subwords.max_n] if subwords is not None else None,
    }
    columns = {VECTOR: as_lists(vectors)}
    if labels is not None:
        columns[LABEL] = contents.label_array()
    if contents.metadata is not None:
        flat = contents.metadata.combine_chunks()
        columns |= {f"{METADATA}{name}": flat[name] for name in flat.column_names}
    if subwords is not None:
        with cache.temporary(subwords_path(path)) as stream:
            write({VECTOR: as_lists(as_float32(subwords.ngrams))}, {}, stream)
    with cache.temporary(path) as stream:
        write(columns, facts, stream)


def write(columns: dict[str, Any], facts: dict[str, Any], stream: BinaryIO) -> None:
    """Write columns as an Arrow file of one batch, whose values lie side by side."""
    # not combine_chunks of a table: it copies what is one piece already
    arrays = [
        one.combine_chunks() if isinstance(one, pa.ChunkedArray) else one
        for one in columns.values()
    ]
    batch = pa.RecordBatch.from_arrays(arrays, names=list(columns))
    batch = batch.replace_schema_metadata({FACTS: json.dumps(facts)})
    with pa.ipc.new_file(stream, batch.schema) as writer:
        writer.write_batch(batch)


# Between NumPy and Arrow the buffers are passed: pa.array and to_numpy import pandas on their
# first call, which takes as long as opening what was kept.


def as_lists(matrix: NDArray[np.float32]) -> Any:
    """Return a matrix as an Arrow array of lists of one size, without copying it."""
    values = pa.Array.from_buffers(pa.float32(), matrix.size, [None, pa.py_buffer(matrix)])
    return pa.FixedSizeListArray.from_arrays(values, matrix.shape[1])


def values_of(lists: Any) -> NDArray[np.float32]:
    """Return the numbers in an Arrow array of lists of one size, without copying them."""
    flat = lists.flatten()
    if flat.null_count or flat.type != pa.float32():
        raise ValueError("not what was kept")
    return np.frombuffer(flat.buffers()[1], np.float32, len(flat), 4 * flat.offset)


def subwords_path(path: Path) -> Path:
    """Return where the n-grams of the contents at a path are kept."""
    return path.with_suffix(".ngrams")


def move(path: Path, target: Path) -> None:
    """Move what is kept at one path to another."""
    if subwords_path(path).exists():
        subwords_path(path).replace(subwords_path(target))
    path.replace(target)


def discard(path: Path) -> None:
    """Remove what is kept at a path."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        subwords_path(path).unlink(missing_ok=True)
