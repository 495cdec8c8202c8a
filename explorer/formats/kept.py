"""What was read from a file, kept in the cache as Arrow files that are mapped into memory.

All who open the same file share one copy of its vectors, and a file that was read once
stands at once. The key is the digest of the file's content, so a changed file is read anew.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer import cache
from explorer.errors import ParseError
from explorer.formats.contents import Contents, Options, as_float32
from explorer.formats.digest import changed, file_digest, hashed
from explorer.formats.file import File
from explorer.formats.subwords import Subwords
from explorer.pictures.column import marked, picture_columns

PARSED = cache.Kind("parsed", 6)  # to be raised when the readers change what they return
COPIES = cache.Kind("copies", 1)
COPY = "content"
CONTENTS, SUBWORDS, TABLE = "contents.arrow", "ngrams.arrow", "table.arrow"
FACTS = b"embedding-explorer"
LABEL, VECTOR, METADATA = "label", "vector", "metadata "


def kept_key(file: File, format_name: str, options: Options, kind: str, folder: str = "") -> str:
    """Return the key under which a reading of the file is kept.

    `folder` is where the files lie that it may name; another folder may hold others.
    """
    return cache.content_key(
        file=file_digest(file),
        beside=[[one.name, file_digest(one), one.guessed] for one in file.beside],
        format=format_name,
        label_column=options.label_column,
        array=options.array,
        skip_broken=options.skip_broken,
        metadata_columns=options.metadata_columns,
        kind=kind,
        folder=folder,
    )


def own_copy(file: File) -> File:
    """Return a file of which nobody else changes a byte, to be mapped: its copy in the cache.

    Raises
    ------
    ParseError
        It was changed while it was copied.
    """
    if file.path is None or cache.holds(file.path):
        return file
    digest = file_digest(file)
    folder = cache.find(COPIES, digest)
    if folder is None:
        try:
            with cache.create(COPIES, digest, file.size) as fresh:
                shutil.copyfile(file.path, fresh / COPY)
                if hashed(File(file.name, path=fresh / COPY)) != digest:
                    raise changed(file)
        except OSError:  # the disk is full: it is read into memory
            return file
        folder = cache.find(COPIES, digest)
    return file if folder is None else replace(file, path=folder / COPY)


def load(key: str) -> Contents | None:
    """Return what is kept under a key, mapped into memory, or None where it is not there."""
    folder = cache.find(PARSED, key)
    if folder is None:
        return None
    try:
        with pa.memory_map(str(folder / CONTENTS)) as source:
            table = pa.ipc.open_file(source).read_all()
        facts = json.loads(table.schema.metadata[FACTS])
        return from_table(table, facts, folder)
    except FileNotFoundError:  # removed a moment ago
        return None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError):  # broken: out with it
        cache.discard(PARSED, key)
        return None


def load_table(key: str) -> pa.Table | None:
    """Return a whole table that is kept under a key, mapped into memory, or None."""
    folder = cache.find(PARSED, key)
    if folder is None:
        return None
    try:
        with pa.memory_map(str(folder / TABLE)) as source:
            return pa.ipc.open_file(source).read_all()
    except FileNotFoundError:  # removed a moment ago
        return None
    except (pa.ArrowException, OSError):
        cache.discard(PARSED, key)
        return None


def gone(file: File) -> ParseError:
    """Return the error for what was kept and removed before it could be loaded."""
    return ParseError(
        f"What was read of {file.name} had to leave the cache at once, for lack of room. "
        "Open it again, or set EXPLORER_CACHE_GB higher."
    )


def from_table(table: Any, facts: dict[str, Any], folder: Path) -> Contents:
    """Return the contents that a kept table holds."""
    column = table[VECTOR].chunk(0)
    dim = column.type.list_size
    vectors = values_of(column).reshape(len(column), dim)
    names = [name for name in table.column_names if name.startswith(METADATA)]
    metadata = table.select(names).rename_columns([name[len(METADATA) :] for name in names])
    metadata = marked(metadata, facts["pictures"])
    subwords = None
    if facts["subwords"]:
        with pa.memory_map(str(folder / SUBWORDS)) as source:
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
        numeric_columns=tuple(facts["numeric_columns"]),
        notes=tuple(facts["notes"]),
        lacks_label_file=facts["lacks_label_file"],
        subwords=subwords,
    )


def save(contents: Contents, folder: Path) -> None:
    """Write contents into the folder of an entry."""
    vectors = as_float32(contents.vectors)
    cache.make_room(vectors.nbytes)
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
        "numeric_columns": contents.numeric_columns,
        "notes": contents.notes,
        "lacks_label_file": contents.lacks_label_file,
        "labelled": labels is not None,
        "pictures": picture_columns(contents.metadata),
        "subwords": [subwords.min_n, subwords.max_n] if subwords is not None else None,
    }
    columns = {VECTOR: as_lists(vectors)}
    if labels is not None:
        columns[LABEL] = contents.label_array()
    if contents.metadata is not None:
        flat = contents.metadata.combine_chunks()
        columns |= {f"{METADATA}{name}": flat[name] for name in flat.column_names}
    if subwords is not None:
        with (folder / SUBWORDS).open("wb") as stream:
            write({VECTOR: as_lists(as_float32(subwords.ngrams))}, {}, stream)
    with (folder / CONTENTS).open("wb") as stream:
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
