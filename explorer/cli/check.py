"""The command `check`: what is wrong with a file of vectors."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa

from explorer.checks.findings import LABELS, SPLIT, Findings, check, notes
from explorer.checks.measured import METRICS
from explorer.cli.formats import declare_force, declare_reading, open_given, terminal_bar
from explorer.errors import FormatError
from explorer.formats.save import KEEP_METADATA, check_save, save_space
from explorer.space import EmbeddingSpace
from explorer.wording import count, rows_named

ADVICE = {
    LABELS: "--label COLUMN also looks for wrong labels",
    SPLIT: "--split COLUMN also looks for rows in two parts, such as train and test",
}


def declare_check(parser: argparse.ArgumentParser) -> None:
    """Declare what `check` takes."""
    parser.add_argument("file", help="any file that the app opens")
    parser.add_argument("--label", metavar="COLUMN", help="what near rows should share: a category")
    parser.add_argument("--split", metavar="COLUMN", help="what divides the rows: train and test")
    parser.add_argument("--metric", choices=METRICS, default=METRICS[0])
    parser.add_argument(
        "--save",
        metavar="NEW",
        help="write the rows with a column for each finding into a new file: "
        f"{', '.join(KEEP_METADATA)}",
    )
    declare_force(parser)
    declare_reading(parser)


def run_check(given: argparse.Namespace) -> int:
    """Check a file and print what was found."""
    bar = terminal_bar()
    if given.save is not None:  # before the long work
        if Path(given.save).suffix.lower() not in KEEP_METADATA:
            raise FormatError(
                f"{given.save} has no place for columns. Choose one of {', '.join(KEEP_METADATA)}."
            )
        read = [Path(given.file), *map(Path, given.beside)]
        check_save(given.save, overwrite=given.force, sources=read)
    space = open_given(given, bar)
    found = check(space, given.label, given.split, given.metric, report=bar)
    print_findings(space, found)
    if given.save is not None:
        written = save_space(
            with_columns(space, found), given.save, overwrite=given.force, report=bar
        )
        print(f"The columns {', '.join(found.columns)} are in {written[0]}.")
    return 0


def print_findings(space: EmbeddingSpace, found: Findings) -> None:
    """Print a line for each finding, and below it the condition and the first rows."""
    vectors = f"{count(len(space), 'vector')} of {count(space.dim, 'dimension')}"
    print(f"{space.name}: {vectors}, compared by {found.measured.metric} distance")
    for note in notes(space, found):
        print(f"! {note}")
    summary = found.summary()
    for one in summary.values():
        print(f"{len(one.rows):9,}  {one.finding.title:16} {one.finding.meaning}")
        if len(one.rows):
            print(f"{'':11}{one.clause}: {rows_named(one.rows)}")
    if not any(len(one.rows) for one in summary.values()):
        print("Nothing was found.")
    if found.agreement is not None:
        share = found.agreement.accuracy
        print(
            f"The majority of 10 neighbors names the label of {share.value:.1%} of "
            f"{share.cases:,} rows (95 % interval {share.low:.1%} to {share.high:.1%}). Always the "
            f"most frequent label: {found.agreement.majority:.1%}. By chance: "
            f"{found.agreement.chance:.1%}."
        )
    for needs, advice in ADVICE.items():
        if found.chosen(needs) is None:
            print(f"{advice}.")


def with_columns(space: EmbeddingSpace, found: Findings) -> EmbeddingSpace:
    """Return the space with a column for each finding; one of that name is replaced."""
    table = space.metadata
    for name, values in found.columns.items():
        if table is None:
            table = pa.table({name: values})
        elif name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, values)
        else:
            table = table.append_column(name, values)
    return space.with_metadata(table)
