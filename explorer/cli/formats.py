"""The commands `inspect` and `convert`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from explorer.formats import inspect_file, open_space
from explorer.formats.known import FORMATS
from explorer.formats.report import FileReport
from explorer.formats.save import WRITERS, check_save, save_notes, save_space
from explorer.jobs.progress import Report, no_report
from explorer.pictures.column import without_pictures
from explorer.projection.sampling import SEED, WAYS, draw
from explorer.space import EmbeddingSpace
from explorer.wording import count

BAR = 30  # characters of the progress bar
CELL = 60  # characters of a value in the printed table


def declare_inspect(parser: argparse.ArgumentParser) -> None:
    """Declare what `inspect` takes."""
    parser.add_argument("file", help="any file that the app opens")
    declare_reading(parser)


def declare_reading(parser: argparse.ArgumentParser) -> None:
    """Declare the options that override how a file is recognized."""
    parser.add_argument("--beside", action="append", default=[], metavar="FILE")
    parser.add_argument("--format", choices=[one.name for one in FORMATS], metavar="NAME")
    parser.add_argument("--label-column", metavar="NAME")
    parser.add_argument(
        "--array", metavar="NAME", help="the array, column or sheet that holds the vectors"
    )
    parser.add_argument(
        "--skip-broken", action="store_true", help="leave out broken lines, NaN and infinite values"
    )


def open_given(given: argparse.Namespace, report: Report) -> EmbeddingSpace:
    """Open the file of a command that `declare_reading` gave its options."""
    return open_space(
        given.file,
        beside=given.beside,
        format=given.format,
        label_column=given.label_column,
        array=given.array,
        skip_broken=given.skip_broken,
        report=report,
    )


def inspect(given: argparse.Namespace) -> int:
    """Print the report on a file."""
    report = inspect_file(
        given.file,
        beside=given.beside,
        format=given.format,
        label_column=given.label_column,
        array=given.array,
        skip_broken=given.skip_broken,
        report=terminal_bar(),
    )
    print_report(Path(given.file).name, report)
    return 0


def print_report(name: str, report: FileReport) -> None:
    """Print a report, in the order of the Open page."""
    found = report.statistics
    print(f"{name} is read as {report.format}: {report.why}.")
    print(f"  vectors     {report.rows:,} of {report.dim:,} dimensions, stored as {report.dtype}")
    print(f"  in memory   {report.memory / 1e6:,.1f} MB as float32")
    print(f"  labels      from {report.labels_from}")
    if report.columns:
        print(f"  or from     {', '.join(report.columns)}")
    if report.arrays:
        print(f"  arrays      {', '.join(report.arrays)}")
    if report.metadata_columns:
        print(f"  metadata    {', '.join(report.metadata_columns)}")
    print(f"In a sample of {count(found.rows, 'vector')}:")
    low, middle, high = found.norms
    print(f"  length      {low:.4g} to {high:.4g}, median {middle:.4g}")
    print(f"  unit length {'yes' if found.unit_length else 'no'}")
    print(f"  mean        {found.mean_share:.0%} of the mean length away from the origin")
    print(f"  repeated    {count(found.repeated_labels, 'label')}")
    print(f"  NaN or inf  {count(found.bad_rows, 'vector')}")
    print(f"  zeros only  {count(found.zero_rows, 'vector')}")
    if found.scripts:
        letters = ", ".join(f"{share:.0%} {script}" for script, share in found.scripts)
        print(f"  letters     {letters}{f'; {found.language}' if found.language else ''}")
    print("The first rows, as they will be read:")
    rows = without_pictures(report.first_rows)
    if rows is not None:
        print_table(rows)
    for warning in report.warnings:
        print(f"! {warning}")


def print_table(table: pa.Table) -> None:
    """Print a small table: numbers to the right, texts to the left and on one line."""
    lines = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
    texts = [[cell(value) for value in line] for line in lines]
    widths = [max(len(text) for text in column) for column in zip(*texts, strict=True)]
    kinds = [pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in table.schema.types]
    for line in texts:
        aligned = (
            f"{text:{'>' if number else '<'}{width}}"
            for text, width, number in zip(line, widths, kinds, strict=True)
        )
        print(f"  {'  '.join(aligned)}".rstrip())


def cell(value: Any) -> str:
    """Return a value as a short text without line ends or other control characters."""
    text = f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)
    text = "".join(one if one.isprintable() else "�" for one in text)
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"


def declare_convert(parser: argparse.ArgumentParser) -> None:
    """Declare what `convert` takes."""
    parser.add_argument("file", metavar="in", help="any file that the app opens")
    parser.add_argument("out", help=f"the suffix chooses the format: {', '.join(WRITERS)}")
    declare_reading(parser)
    parser.add_argument("--rows", type=int, metavar="N", help="save N vectors only (default: all)")
    parser.add_argument(
        "--way",
        choices=list(WAYS),
        default="first",
        help="how to choose them (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="seed of a random choice (default: %(default)s)"
    )
    declare_force(parser)


def declare_force(parser: argparse.ArgumentParser) -> None:
    """Declare --force, without which nothing is overwritten."""
    parser.add_argument(
        "--force", action="store_true", help="overwrite existing files, but never the source"
    )


def convert(given: argparse.Namespace) -> int:
    """Open a file and save it in another format."""
    bar = terminal_bar()
    read = [Path(given.file), *map(Path, given.beside)]
    check_save(given.out, overwrite=given.force, sources=read)  # before the long read
    space = open_given(given, bar)
    if given.rows is not None:
        space = draw(space, given.rows, given.way, given.seed)
    written = save_space(space, given.out, overwrite=given.force, report=bar)
    for note in (*space.notes, *save_notes(space, given.out)):
        print(f"! {note}")
    files = " and ".join(str(path) for path in written)
    print(f"{count(len(space), 'vector')} of {count(space.dim, 'dimension')} written to {files}.")
    return 0


def terminal_bar() -> Report:
    """Return a report that draws a bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        return no_report

    def report(share: float, step: str) -> None:
        filled = "█" * round(share * BAR)
        print(f"\r{filled:·<{BAR}} {share:4.0%} {step[:60]:60}", end="", file=sys.stderr)
        if share >= 1:
            print(file=sys.stderr)

    return report
