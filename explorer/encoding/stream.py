"""Encode a file of any size into a Parquet file, part by part; a stopped run resumes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from explorer import cache
from explorer.encoding.encoding import encode_texts
from explorer.encoding.job import EncodeOptions
from explorer.encoding.loaded import load_encoder
from explorer.encoding.models import TOKENS_OF
from explorer.encoding.tables import open_table
from explorer.encoding.texts import Texts, check_column, first_column, from_table, line_batches
from explorer.encoding.vector_cache import opened
from explorer.errors import EncodeError, TargetError, TextError
from explorer.formats.file import File, as_file
from explorer.formats.target import check_targets, new_files
from explorer.jobs.progress import Report, no_report
from explorer.wording import count

if TYPE_CHECKING:
    from explorer.encoding.transformer import TransformerEncoder
    from explorer.encoding.vector_cache import VectorCache

ROWS = 10_000  # of a part: what is in memory at once
RUN = "run.json"
# What a run writes into its folder, and what is left of it where a run was killed.
OURS = re.compile(r"run\.json|part-\d{6,}\.parquet|\.(run\.json|part-\d{6,}\.parquet)\..+")
VECTOR, LABEL = "vector", "label"
FACTS = b"embedding-explorer"


@dataclass(frozen=True)
class Task:
    """What is read, and how it is encoded."""

    file: File
    column: str
    label: str | None
    options: EncodeOptions
    encoder: TransformerEncoder
    rows: int

    def facts(self) -> dict[str, Any]:
        """Return what must be equal for a run to resume another one's parts."""
        assert self.file.path is not None
        status = self.file.path.stat()
        return {
            "source": str(self.file.path.resolve()),
            "bytes": status.st_size,
            "changed": status.st_mtime_ns,
            "column": self.column,
            "label": self.label,
            "rows": self.rows,
            "identity": self.encoder.identity,
            **asdict(self.options),
        }


@dataclass(frozen=True)
class Counts:
    """What a run did.

    Attributes
    ----------
    texts, empty
        Texts encoded, and rows left out because they hold none.
    computed, read_back
        Different texts of a part that went through the model, and that were kept.
    resumed
        Texts whose part an earlier run had finished.
    long
        Texts longer than the model reads.
    """

    texts: int = 0
    empty: int = 0
    computed: int = 0
    read_back: int = 0
    resumed: int = 0
    long: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def encode_file(
    source: str | Path,
    output: str | Path,
    *,
    column: str | None = None,
    label: str | None = None,
    overwrite: bool = False,
    options: EncodeOptions | None = None,
    rows: int = ROWS,
    report: Report = no_report,
) -> Counts:
    """Encode a file's texts into a Parquet file: label, vector and the other columns.

    Parameters
    ----------
    source
        A table of a kind in `explorer.formats.whole_table.TABLES`, or `.txt`, a text a line.
    output
        Where the vectors go. Until all are there, finished parts lie in a folder beside
        it, and another call with the same options goes on after them.
    column, label
        The column of texts (by default the likeliest), and the one that names the rows
        (by default the texts themselves).
    overwrite
        Whether an output that exists, or the parts of another run to it, may be replaced; the
        source never is.
    options
        How to encode.
    rows
        Rows of a part, which are in memory at once.
    report
        Told the progress within each part; what it raises stops the work.

    Raises
    ------
    TargetError
        The output exists and `overwrite` is not set, or it is the source.
    FormatError, TextError, ModelError, EncodeError
        As `explorer.encode`.
    """
    options = options or EncodeOptions()
    file, target = as_file(source), Path(output)
    check_targets([target], overwrite=overwrite, sources=[Path(source)])  # before long work
    if options.model.startswith(TOKENS_OF):
        raise EncodeError("Tables of input embeddings are not streamed: use explorer.encode.")
    chosen, batches = open_texts(file, column)
    encoder = load_encoder(
        options.model,
        pooling=options.pooling,
        device=options.device,
        precision=options.precision,
        report=report,
    )
    task = Task(file, chosen, label, options, encoder, rows)
    folder = begin(target, task, overwrite)
    counts = Counts()
    with opened() as kept:
        for number, table in enumerate(batches(rows)):
            part = folder / f"part-{number:06}.parquet"
            if part.exists():
                done = pq.read_metadata(part).num_rows
                counts += Counts(texts=done, empty=len(table) - done, resumed=done)
            else:
                counts += encode_part(part, table, task, kept, report)
    if not counts.texts:
        remove_parts(folder)
        raise TextError(f"{file.name} holds no text: {counts.empty:,} rows, all of them empty.")
    with new_files([target], overwrite=overwrite, sources=[Path(source)]) as (fresh,):
        join_parts(folder, fresh)
    remove_parts(folder)
    return counts


def open_texts(file: File, column: str | None) -> tuple[str, Callable[[int], Iterator[pa.Table]]]:
    """Return the column of texts, and what yields the file's rows a part at a time."""
    if not file.size:
        raise TextError(f"{file.name} is empty: 0 bytes. Choose a file that holds texts.")
    if file.suffix == ".txt":
        return "text", lambda rows: line_batches(file, rows)
    table = open_table(file)
    chosen = column or first_column(table.schema)
    check_column(table.schema, chosen)
    return chosen, table.batches


def begin(target: Path, task: Task, overwrite: bool) -> Path:
    """Return the folder for the parts; those of another task are removed where that was asked."""
    folder = target.with_name(f"{target.name}.parts")
    run = task.facts()
    if folder.exists():
        try:
            same = json.loads((folder / RUN).read_text(encoding="utf-8")) == run
        except (OSError, ValueError):
            same = False
        if not same and not overwrite:
            raise TargetError(
                f"{folder} exists, and is not of this run: another file, model or column, or "
                "nothing of ours. Remove it, choose another output, or replace it: --force on the "
                "command line, overwrite=True in Python."
            )
        if not same:
            remove_parts(folder)
    folder.mkdir(exist_ok=True)
    with cache.temporary(folder / RUN) as stream:
        stream.write(json.dumps(run).encode())
    return folder


def remove_parts(folder: Path) -> None:
    """Remove a folder of parts; raises TargetError where it holds anything else."""
    ours = [one for one in folder.iterdir() if one.is_file() and OURS.match(one.name)]
    others = set(folder.iterdir()) - set(ours)
    if others:
        raise TargetError(
            f"{folder} holds {count(len(others), 'file')} that no run wrote, such as "
            f"{min(others).name}, and stays. Remove it yourself, or choose another output."
        )
    for one in ours:
        one.unlink()
    folder.rmdir()


def encode_part(
    part: Path, table: pa.Table, task: Task, kept: VectorCache, report: Report
) -> Counts:
    """Encode some rows and write them as one part, atomically."""
    encoder, column = task.encoder, task.column
    try:
        texts = from_table(table, column, task.label)
    except TextError:
        if any(one and one.strip() for one in table[column].to_pylist()):
            raise
        texts = Texts((), (), table.select([n for n in table.column_names if n != column])[:0])
    made = encode_texts(
        texts.texts, encoder, long_texts=task.options.long_texts, cache=kept, report=report
    )
    columns = {LABEL: pa.array(texts.labels, pa.string())}
    if texts.metadata is not None:
        for name in texts.metadata.column_names:
            free = name if name not in (LABEL, VECTOR) else f"{name} (column)"
            columns[free] = texts.metadata[name]
    flat = pa.array(made.vectors.reshape(-1), pa.float32())
    columns[VECTOR] = pa.FixedSizeListArray.from_arrays(flat, encoder.dim)
    facts = {"model": encoder.name, "pooling": encoder.pooling, "precision": encoder.precision}
    whole = pa.table(columns).replace_schema_metadata({FACTS: json.dumps(facts)})
    with cache.temporary(part) as stream:
        pq.write_table(whole, stream)
    return Counts(
        texts=len(texts),
        empty=len(table) - len(texts),
        computed=made.computed,
        read_back=made.read_back,
        long=int((made.tokens > encoder.room).sum()),
    )


def join_parts(folder: Path, path: Path) -> None:
    """Join the parts into one file, one of them in memory at a time."""
    parts = sorted(folder.glob("part-*.parquet"))
    schema = pq.read_schema(parts[0])
    with pq.ParquetWriter(path, schema) as writer:
        for part in parts:
            table = pq.read_table(part)
            if len(table):
                writer.write_table(table.cast(schema))
