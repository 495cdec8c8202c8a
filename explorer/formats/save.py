"""Writing a space to a file, in the format that the suffix names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from explorer.errors import FormatError
from explorer.formats.binary import LABEL_BYTES
from explorer.formats.file import OWN_LABELS, OWN_METADATA
from explorer.formats.safetensors import HEADER_BYTES
from explorer.formats.spreadsheet import disarmed, formulas
from explorer.formats.target import check_targets, new_files
from explorer.jobs.progress import Report, no_report
from explorer.pictures.column import picture_columns, without_pictures
from explorer.space import EmbeddingSpace
from explorer.wording import count

BLOCK_ROWS = 20_000
LABELS_NAMED = 3
KEEP_METADATA = (".npy", ".parquet", ".tsv")
KEEP_PICTURES = (".parquet",)
LABEL, VECTOR = "label", "vector"

Write = Callable[[EmbeddingSpace, Path, Report], None]


@dataclass(frozen=True)
class Forbidden:
    """Characters that a label cannot hold in a format, and why."""

    characters: str
    why: str


@dataclass(frozen=True)
class Writer:
    """How a format is written; what it has no place for goes into a second file.

    `beside` is added to the target's whole name, so that the second file belongs to it alone.
    """

    write: Write
    beside: str = ""
    write_beside: Write | None = None
    forbidden: Forbidden | None = None

    def targets(self, target: Path) -> tuple[Path, ...]:
        """Return the paths that a save makes."""
        return (target.with_name(target.name + self.beside), target) if self.beside else (target,)


def save_space(
    space: EmbeddingSpace,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    report: Report = no_report,
) -> tuple[Path, ...]:
    """Write a space to a file and return what was written; opened again, it is equal.

    The suffix chooses the format: .txt or .vec (word2vec text), .bin (word2vec binary), .npy,
    .parquet, .safetensors, or .tsv (the Embedding Projector's). Two of them need a second
    file: the labels of `a.npy` go into `a.npy.labels.json`, those of `a.tsv` into
    `a.tsv.metadata.tsv`. Metadata goes along into .npy, .parquet and .tsv; the others have
    no place for it. Both files take their places when all is written.

    Parameters
    ----------
    space
        What to write.
    path
        Where to.
    overwrite
        Whether files of these names may be replaced. The file that the space was read from
        never is.
    report
        Told the share that is written; what it raises stops the work, and nothing is left.

    Returns
    -------
    tuple of Path
        The target first.

    Raises
    ------
    TargetError
        A file to write exists and `overwrite` is not set, or is the one that was read.
    FormatError
        The suffix is unknown, or the format cannot hold some of the labels.
    """
    target = Path(path)
    writer = writer_for(target)
    if writer.forbidden is not None:
        refuse_labels(space.labels, target, writer.forbidden)
    targets = writer.targets(target)
    sources = map(Path, space.source.files)
    with new_files(targets, overwrite=overwrite, sources=sources) as fresh:
        writer.write(space, fresh[-1], report)
        if writer.write_beside is not None:
            writer.write_beside(space, fresh[0], report)
    return targets[::-1]


def writer_for(target: Path) -> Writer:
    """Return what writes the format of a path's suffix; raises FormatError as `save_space` does."""
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        raise FormatError(
            f"{target.name}: a space cannot be saved as “{target.suffix}”. "
            f"Choose one of {', '.join(WRITERS)}."
        )
    return writer


def check_save(
    path: str | os.PathLike[str], *, overwrite: bool = False, sources: Sequence[Path] = ()
) -> None:
    """Raise what `save_space` would raise for this path: to be asked before long work."""
    target = Path(path)
    check_targets(writer_for(target).targets(target), overwrite=overwrite, sources=sources)


def save_notes(space: EmbeddingSpace, path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return what somebody who opens the saved files elsewhere should know."""
    suffix = Path(path).suffix.lower()
    if space.metadata is not None and suffix not in KEEP_METADATA:
        left_out = ", ".join(space.metadata.column_names)
        return (
            f"A {suffix} file holds labels and vectors alone: {left_out} were left out. "
            f"{', '.join(KEEP_METADATA)} keep them.",
        )
    notes: tuple[str, ...] = ()
    if suffix not in KEEP_PICTURES and (pictures := picture_columns(space.metadata)):
        notes = (
            f"A {suffix} file holds no pictures: {', '.join(pictures)} left out. "
            f"{', '.join(KEEP_PICTURES)} keeps them.",
        )
    changed = formulas(labelled(space)) if suffix == ".tsv" else 0
    if not changed:
        return notes
    cells = count(changed, "cell begins", "cells begin")
    return (
        *notes,
        f"{cells} with a sign that spreadsheets take for a formula, and was written with an "
        f"apostrophe before it into {Path(path).name}{OWN_METADATA}. Opened here, it is gone.",
    )


def write_text(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write word2vec text: the shortest numbers that are read back as the same float32."""
    with path.open("wb") as stream:
        stream.write(f"{len(space)} {space.dim}\n".encode())
        for start in range(0, len(space), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            frame = pl.DataFrame(space.vectors[rows], schema=[str(d) for d in range(space.dim)])
            labels = pl.Series(LABEL, space.labels[rows], pl.String)
            frame.insert_column(0, labels).write_csv(
                stream, include_header=False, separator=" ", quote_style="never"
            )
            report(start / len(space), f"writing {len(space):,} vectors")


def write_binary(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write word2vec binary."""
    if max(len(label.encode()) for label in space.labels) >= LABEL_BYTES:
        raise FormatError(
            f"A label is longer than {LABEL_BYTES:,} bytes, the most that a word2vec binary holds. "
            "Parquet and safetensors hold any label."
        )
    with path.open("wb") as stream:
        stream.write(f"{len(space)} {space.dim}\n".encode())
        for row, label in enumerate(space.labels):
            stream.write(label.encode() + b" " + space.vectors[row].astype("<f4").tobytes())
            if row % BLOCK_ROWS == 0:
                report(row / len(space), f"writing {len(space):,} vectors")


def write_npy(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write the vectors as .npy."""
    with path.open("wb") as stream:
        np.save(stream, space.vectors)


def write_labels(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write the labels as a JSON list, or labels and metadata as columns."""
    content: object = list(space.labels)
    if without_pictures(space.metadata) is not None:
        frame = labelled(space)
        plain = (pl.String, pl.Boolean)
        others = [
            name
            for name, dtype in frame.schema.items()
            if not (dtype in plain or dtype.is_integer() or dtype.is_float())
        ]
        content = frame.with_columns(pl.col(others).cast(pl.String)).to_dict(as_series=False)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_parquet(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write one table: labels, vectors as lists of one size, and the metadata."""
    import pyarrow.parquet as pq

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(space.vectors.reshape(-1)), space.dim)
    table = pa.table({LABEL: space.label_array, VECTOR: vectors})
    if space.metadata is not None:
        for name in space.metadata.column_names:
            free = name if name not in table.column_names else f"{name} (metadata)"
            table = table.append_column(free, space.metadata[name])
    pq.write_table(table, path, compression="zstd")


def write_safetensors(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write one tensor, with the labels as JSON in the header's free text."""
    from safetensors.numpy import save_file

    labels = json.dumps(space.labels, ensure_ascii=False)
    if len(json.dumps(labels).encode()) > HEADER_BYTES - 1000:  # for the tensor's own entry
        raise FormatError(
            f"The labels take more than {HEADER_BYTES / 1e6:.0f} MB, the most that a safetensors "
            "file holds beside its tensors. Save them as .parquet."
        )
    save_file({"vectors": np.ascontiguousarray(space.vectors)}, path, {"labels": labels})


def write_projector(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write the numbers of the Embedding Projector's pair."""
    columns = [str(d) for d in range(space.dim)]
    pl.DataFrame(space.vectors, schema=columns).write_csv(
        path, include_header=False, separator="\t"
    )


def write_metadata(space: EmbeddingSpace, path: Path, report: Report) -> None:
    """Write the Projector's metadata: labels alone, or a table with a header."""
    if without_pictures(space.metadata) is None:  # one column has no header there
        labels = disarmed(labelled(space))[LABEL]
        path.write_bytes("".join(f"{label}\n" for label in labels).encode())
    else:
        disarmed(labelled(space)).write_csv(path, separator="\t")


LINES = "\n\r\0"
WRITERS: dict[str, Writer] = {
    ".txt": Writer(
        write_text, forbidden=Forbidden(LINES, "word2vec text ends a vector at a line end")
    ),
    ".vec": Writer(
        write_text, forbidden=Forbidden(LINES, "word2vec text ends a vector at a line end")
    ),
    ".bin": Writer(
        write_binary, forbidden=Forbidden(" \n\r", "word2vec binary ends a label at a space")
    ),
    ".npy": Writer(write_npy, OWN_LABELS, write_labels),
    ".parquet": Writer(write_parquet),
    ".safetensors": Writer(write_safetensors),
    ".tsv": Writer(
        write_projector,
        OWN_METADATA,
        write_metadata,
        Forbidden(LINES + "\t", "the Projector ends a label at a tab or line end"),
    ),
}


def labelled(space: EmbeddingSpace) -> pl.DataFrame:
    """Return labels and metadata as one table, without pictures, which are no text."""
    frame = pl.DataFrame({LABEL: pl.Series(space.labels, dtype=pl.String)})
    metadata = without_pictures(space.metadata)
    if metadata is not None:
        rest = pl.DataFrame(metadata)
        rest = rest.rename({name: f"{name} (metadata)" for name in rest.columns if name == LABEL})
        frame = frame.hstack(rest)
    return frame


def refuse_labels(labels: Sequence[str], path: Path, forbidden: Forbidden) -> None:
    """Raise FormatError where the format cannot hold some of the labels."""
    wrong = [label for label in labels if not set(forbidden.characters).isdisjoint(label)]
    if wrong:
        named = ", ".join(f"“{label}”" for label in wrong[:LABELS_NAMED])
        raise FormatError(
            f"{path.name} cannot hold {count(len(wrong), 'label')}, such as {named}: "
            f"{forbidden.why}. Parquet and safetensors hold any label."
        )
