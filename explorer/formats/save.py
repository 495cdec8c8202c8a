"""Writing a space to a file, in the format that the suffix names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from explorer.errors import FormatError
from explorer.formats.binary import LABEL_BYTES
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace
from explorer.wording import count

BLOCK_ROWS = 20_000
LABELS_NAMED = 3
LABEL, VECTOR = "label", "vector"

Writer = Callable[[EmbeddingSpace, Path, Report], tuple[Path, ...]]


def save_space(
    space: EmbeddingSpace, path: str | os.PathLike[str], *, report: Report = no_report
) -> tuple[Path, ...]:
    """Write a space to a file and return what was written; opened again, it is equal.

    The suffix chooses the format: .txt or .vec (word2vec text), .bin (word2vec binary),
    .npy (with the labels in a file beside it), .parquet, .safetensors, or .tsv (the Embedding
    Projector's pair; the second file is called metadata.tsv). Metadata goes along
    into .npy, .parquet and .tsv; the others have no place for it.

    Raises
    ------
    FormatError
        The suffix is unknown, or the format cannot hold some of the labels.
    """
    target = Path(path)
    return writer_for(target)(space, target, report)


def writer_for(target: Path) -> Writer:
    """Return what writes the format of a path's suffix; raises FormatError as `save_space` does."""
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        raise FormatError(
            f"{target.name}: a space cannot be saved as “{target.suffix}”. "
            f"Choose one of {', '.join(WRITERS)}."
        )
    if not target.parent.is_dir():
        raise FormatError(f"There is no folder {target.parent}. Make it first.")
    return writer


def write_text(space: EmbeddingSpace, path: Path, report: Report) -> tuple[Path, ...]:
    """Write word2vec text: the shortest numbers that are read back as the same float32."""
    refuse_labels(space.labels, path, "\n\r\0", "word2vec text ends a vector at a line end")
    with path.open("wb") as stream:
        stream.write(f"{len(space)} {space.dim}\n".encode())
        for start in range(0, len(space), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            frame = pl.DataFrame(space.vectors[rows], schema=[str(d) for d in range(space.dim)])
            labels = pl.Series(LABEL, space.labels[rows], pl.String)
            frame.insert_column(0, labels).write_csv(
                stream, include_header=False, separator=" ", quote_style="never"
            )
            report(start / len(space), f"writing {path.name}")
    return (path,)


def write_binary(space: EmbeddingSpace, path: Path, report: Report) -> tuple[Path, ...]:
    """Write word2vec binary."""
    refuse_labels(space.labels, path, " \n\r", "word2vec binary ends a label at a space")
    if max(len(label.encode()) for label in space.labels) >= LABEL_BYTES:
        raise FormatError(f"{path.name}: a label is longer than {LABEL_BYTES:,} bytes.")
    with path.open("wb") as stream:
        stream.write(f"{len(space)} {space.dim}\n".encode())
        for row, label in enumerate(space.labels):
            stream.write(label.encode() + b" " + space.vectors[row].astype("<f4").tobytes())
            if row % BLOCK_ROWS == 0:
                report(row / len(space), f"writing {path.name}")
    return (path,)


def write_npy(space: EmbeddingSpace, path: Path, report: Report) -> tuple[Path, ...]:
    """Write the vectors as .npy, and the labels beside it as .txt, .csv or .json."""
    np.save(path, space.vectors)
    if space.metadata is not None:
        beside = path.with_suffix(".csv")
        labelled(space).write_csv(beside, quote_style="non_numeric")
    elif all(map(is_one_line, space.labels)):
        beside = path.with_suffix(".txt")
        beside.write_bytes("".join(f"{label}\n" for label in space.labels).encode())
    else:
        beside = path.with_suffix(".json")
        beside.write_text(json.dumps(space.labels))
    # of another saving under this name; the reader would take it for these labels
    for suffix in {".txt", ".csv", ".json", ".tsv"} - {beside.suffix}:
        path.with_suffix(suffix).unlink(missing_ok=True)
    return (path, beside)


def write_parquet(space: EmbeddingSpace, path: Path, report: Report) -> tuple[Path, ...]:
    """Write one table: labels, vectors as lists of one size, and the metadata."""
    import pyarrow.parquet as pq

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(space.vectors.reshape(-1)), space.dim)
    table = pa.table({LABEL: space.label_array, VECTOR: vectors})
    if space.metadata is not None:
        for name in space.metadata.column_names:
            free = name if name not in table.column_names else f"{name} (metadata)"
            table = table.append_column(free, space.metadata[name])
    pq.write_table(table, path, compression="zstd")
    return (path,)


def write_safetensors(space: EmbeddingSpace, path: Path, report: Report) -> tuple[Path, ...]:
    """Write one tensor, with the labels as JSON in the header's free text."""
    vectors = space.vectors
    header = {
        "__metadata__": {"labels": json.dumps(space.labels)},
        "vectors": {
            "dtype": "F32",
            "shape": list(vectors.shape),
            "data_offsets": [0, vectors.nbytes],
        },
    }
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)  # the tensor begins at a multiple of eight
    with path.open("wb") as stream:
        stream.write(len(head).to_bytes(8, "little") + head)
        stream.write(vectors.astype("<f4", copy=False).data)
    return (path,)


def write_projector(space: EmbeddingSpace, path: Path, report: Report) -> tuple[Path, ...]:
    """Write the Embedding Projector's pair: the numbers, and metadata.tsv beside them."""
    refuse_labels(space.labels, path, "\n\r\t\0", "the Projector ends a label at a tab or line end")
    columns = [str(d) for d in range(space.dim)]
    pl.DataFrame(space.vectors, schema=columns).write_csv(
        path, include_header=False, separator="\t"
    )
    beside = path.with_name("metadata.tsv")
    if space.metadata is None:  # one column has no header there
        beside.write_bytes("".join(f"{label}\n" for label in space.labels).encode())
    else:
        labelled(space).write_csv(beside, separator="\t")
    return (path, beside)


WRITERS: dict[str, Writer] = {
    ".txt": write_text,
    ".vec": write_text,
    ".bin": write_binary,
    ".npy": write_npy,
    ".parquet": write_parquet,
    ".safetensors": write_safetensors,
    ".tsv": write_projector,
}


def labelled(space: EmbeddingSpace) -> pl.DataFrame:
    """Return labels and metadata as one table."""
    frame = pl.DataFrame({LABEL: pl.Series(space.labels, dtype=pl.String)})
    if space.metadata is not None:
        rest = pl.DataFrame(space.metadata)
        rest = rest.rename({name: f"{name} (metadata)" for name in rest.columns if name == LABEL})
        frame = frame.hstack(rest)
    return frame


def is_one_line(label: str) -> bool:
    """Tell whether a label stays the same on a line of its own."""
    return label.isprintable() or not any(ord(one) < 32 or one == "\ufeff" for one in label)


def refuse_labels(labels: Sequence[str], path: Path, forbidden: str, why: str) -> None:
    """Raise FormatError where the format cannot hold some of the labels."""
    wrong = [label for label in labels if not set(forbidden).isdisjoint(label)]
    if wrong:
        named = ", ".join(f"“{label}”" for label in wrong[:LABELS_NAMED])
        raise FormatError(
            f"{path.name} cannot hold {count(len(wrong), 'label')}, such as {named}: {why}. "
            "Parquet and safetensors hold any label."
        )
