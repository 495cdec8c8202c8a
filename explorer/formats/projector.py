"""TensorFlow's Embedding Projector: vectors.tsv with metadata.tsv, or a JSON configuration.

The configuration (`projector_config.json`) names a `.bytes` or `.tsv` file of numbers for
each tensor and a `.tsv` of metadata. The files have to be given with it: what stands there
is a name and never a path.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.bounds import CONFIG_BYTES
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import Contents, Options, check_dim
from explorer.formats.encodings import utf8_content
from explorer.formats.file import File
from explorer.formats.parse_json import load_json
from explorer.formats.sprite import COLUMN, sprite_pictures
from explorer.formats.table import head_lines, is_number, only_numbers
from explorer.formats.text import parse_columns
from explorer.formats.unpack import plain_name
from explorer.pictures.column import with_pictures
from explorer.wording import count

LINES_SEEN = 20
LINES_NAMED = 10


def is_vectors(file: File, head: bytes) -> bool:
    """Tell whether the first lines hold numbers with tabs between, and nothing else."""
    if only_numbers(head):
        return True
    # a column of numbers is a vector of one dimension only in such company
    lines = head_lines(head).split()[:LINES_SEEN]
    return bool(file.suffix == ".tsv" and file.beside and lines) and all(map(is_number, lines))


def look_vectors(file: File, options: Options) -> Contents:
    """Look at the vectors and their metadata."""
    return from_arrays(file, [tsv_array(file)], options, look=True)


def read_vectors(file: File, options: Options) -> Contents:
    """Read the vectors and their metadata."""
    return from_arrays(file, [tsv_array(file)], options, look=False)


def tsv_array(file: File, name: str = "") -> Stored:
    """Return the numbers of a vectors.tsv; raises ParseError naming the broken lines."""
    content = utf8_content(file).replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    dim = content[: content.find(b"\n")].count(b"\t") + 1
    check_dim(file.name, dim)
    lines = content.split(b"\n")[:-1]
    wrong = [number for number, line in enumerate(lines, 1) if line.count(b"\t") + 1 != dim]
    frame = None
    if not wrong:
        # an empty label before each line makes it the text format that the engine parses fast
        frame = parse_columns(
            b" "
            + content[:-1].replace(b" ", b"").replace(b"\t", b" ").replace(b"\n", b"\n ")
            + b"\n",
            dim,
        )
        if frame is not None and any(frame.null_count().row(0)):
            wrong = [
                number
                for number, line in enumerate(lines, 1)
                if not all(is_number(field) for field in line.split(b"\t"))
            ]
    if wrong or frame is None:
        named = ", ".join(f"{number:,}" for number in wrong[:LINES_NAMED])
        raise ParseError(
            f"{file.name}: {count(len(wrong), 'line does not', 'lines do not')} hold "
            f"{count(dim, 'number')} with tabs between: line {named}. Repair what is broken."
        )
    matrix = frame.drop("label").to_numpy()
    return Stored(name, matrix.shape, "text", lambda rows: matrix if rows is None else matrix[rows])


def is_config(file: File, head: bytes) -> bool:
    """Tell whether the file is a configuration: JSON that names tensors."""
    return head.lstrip().startswith(b"{") and b'"tensorPath"' in head and b'"embeddings"' in head


def look_config(file: File, options: Options) -> Contents:
    """Look at the chosen tensor of a configuration."""
    return from_config(file, options, look=True)


def read_config(file: File, options: Options) -> Contents:
    """Read the chosen tensor of a configuration."""
    return from_config(file, options, look=False)


def from_config(file: File, options: Options, look: bool) -> Contents:
    """Read the chosen tensor, or some of its rows, with its metadata."""
    if file.size > CONFIG_BYTES:
        raise ParseError(
            f"{file.name} has {file.size:,} bytes. A configuration that names files has up to "
            f"{CONFIG_BYTES:,}: is it one?"
        )
    given = load_json(file)
    entries = given.get("embeddings") if isinstance(given, dict) else None
    entries = [one for one in entries or () if isinstance(one, dict) and one.get("tensorPath")]
    if not entries:
        raise ParseError(f"{file.name} names no tensors under “embeddings”.")
    names = [str(one.get("tensorName", index)) for index, one in enumerate(entries)]
    if options.array is not None and options.array not in names:
        raise ParseError(
            f"{file.name} has no tensor “{options.array}”. Its tensors: {', '.join(names)}."
        )
    place = names.index(options.array) if options.array is not None else 0
    entry = entries[place]
    tensor = named_file(file, entry["tensorPath"])
    metadata = entry.get("metadataPath")
    beside = (named_file(file, metadata),) if metadata else ()
    array = (
        tsv_array(tensor)
        if tensor.suffix == ".tsv"
        else bytes_array(tensor, entry.get("tensorShape"))
    )
    contents = from_arrays(
        replace(file, beside=beside), [array], replace(options, array=None), look
    )
    contents = replace(contents, arrays=tuple(names) if len(names) > 1 else ())
    if look or not entry.get("sprite"):
        return contents
    pictures, note = sprite_pictures(file, entry["sprite"], contents.rows, options)
    return replace(
        contents,
        metadata=with_pictures(contents.metadata, COLUMN, pictures)
        if pictures
        else contents.metadata,
        notes=(*contents.notes, note) if note else contents.notes,
    )


def named_file(file: File, name: Any) -> File:
    """Return the file of that name among those given with the configuration."""
    wanted = plain_name(str(name))
    for other in file.beside:
        if other.name == wanted:
            return other
    raise ParseError(
        f"{file.name} names the file “{wanted}”, which was not given with it. "
        "Open the configuration together with all files that it names, or as one .zip."
    )


def bytes_array(file: File, shape: Any) -> Stored:
    """Return the raw float32 numbers of a `.bytes` file, of the shape that is stated."""
    if not (
        isinstance(shape, list)
        and len(shape) == 2
        and all(isinstance(extent, int) and extent > 0 for extent in shape)
    ):
        raise ParseError(f"The shape stated for {file.name} is no pair of counts: {shape!r}.")
    rows, dim = shape
    if rows * dim * 4 != file.size:
        raise ParseError(
            f"{file.name} should hold {rows:,} x {dim:,} numbers of float32, {rows * dim * 4:,} "
            f"bytes, but it has {file.size:,}. Was it cut off?"
        )

    def read_rows(picked: NDArray[np.intp] | None) -> NDArray[Any]:
        return file.array(np.dtype("<f4"), (rows, dim), rows=picked)

    return Stored("", (rows, dim), "float32", read_rows)
