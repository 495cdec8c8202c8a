"""The command line: `embedding-explorer encode | project | …`; without a command, the app.

A new command is an entry in COMMANDS.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path

from explorer import open_space
from explorer.analogies.arithmetic import ANALOGY_METHODS
from explorer.analogies.benchmark_sets import ANALOGY_SETS, SIMILARITY_SETS, standard_file
from explorer.analogies.evaluation import RESTRICT_VOCAB, AnalogyReport, evaluate_analogies
from explorer.analogies.word_similarity import SimilarityReport, evaluate_similarity
from explorer.cli import encode as encoding
from explorer.cli import formats
from explorer.cli.check import declare_check, run_check
from explorer.cli.compare import declare_compare, run_compare
from explorer.cli.encode_images import declare_encode_images, encode_images
from explorer.cli.mcp import declare_mcp, run_mcp
from explorer.cli.movielens import declare_fetch, fetch_movielens
from explorer.cli.page import declare_page, run_page
from explorer.cli.project import declare_project, run_project
from explorer.cli.serve import declare_serve, serve
from explorer.cli.stores import declare_recall, declare_save, run_recall, run_save
from explorer.cli.train import declare_train, train
from explorer.errors import ExplorerError
from explorer.settings import load_settings
from explorer.space import EmbeddingSpace
from explorer.wording import count

PROGRAM = "embedding-explorer"


@dataclass(frozen=True)
class Command:
    """A command: one line of help, how its arguments are declared, and what it does."""

    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def declare_evaluate(parser: argparse.ArgumentParser) -> None:
    """Declare what `evaluate` takes."""
    parser.add_argument("space", help="the vectors: any file that the app opens")
    parser.add_argument(
        "--analogies",
        metavar="FILE",
        action="append",
        help=f"analogies in the Google format, or one of: {', '.join(ANALOGY_SETS)} (the default "
        "when nothing is named)",
    )
    parser.add_argument(
        "--similarity",
        metavar="FILE",
        action="append",
        help=f"judged pairs, or one of: {', '.join(SIMILARITY_SETS)}",
    )
    parser.add_argument("--method", choices=list(ANALOGY_METHODS), default="3cosadd")
    parser.add_argument(
        "--restrict-vocab",
        type=int,
        default=RESTRICT_VOCAB,
        metavar="N",
        help="ask about and answer with the first N rows only (default: %(default)s)",
    )
    parser.add_argument(
        "--case-sensitive", action="store_true", help="treat “Paris” and “paris” as different words"
    )
    parser.add_argument(
        "--wrong", type=int, default=0, metavar="N", help="show the first N wrong answers"
    )


def evaluate(given: argparse.Namespace) -> int:
    """Evaluate a space on analogies and judged pairs, and print the results."""
    space = open_space(given.space)
    analogies = given.analogies or ([] if given.similarity else list(ANALOGY_SETS))
    for name in analogies:
        source = standard_file(ANALOGY_SETS[name]) if name in ANALOGY_SETS else Path(name)
        report = evaluate_analogies(
            space,
            source,
            given.method,
            restrict_vocab=given.restrict_vocab,
            case_insensitive=not given.case_sensitive,
        )
        print_analogies(space, name, report, given.wrong)
    for name in given.similarity or []:
        source = standard_file(SIMILARITY_SETS[name]) if name in SIMILARITY_SETS else Path(name)
        found = evaluate_similarity(
            space,
            source,
            restrict_vocab=given.restrict_vocab,
            case_insensitive=not given.case_sensitive,
        )
        print_similarity(space, name, found, given.wrong)
    return 0


def print_analogies(space: EmbeddingSpace, name: str, report: AnalogyReport, wrong: int) -> None:
    """Print a line for each section, the total, and some wrong answers."""
    print(f"{name} asked of {space.name}, {ANALOGY_METHODS[report.method].title}")
    sections = [*report.sections, report.total]
    width = max(len(section.name) for section in sections)
    print(f"{'section':{width}}  {'right':>6} {'asked':>6} {'share':>7}  {'not asked':>9}")
    for section in sections:
        print(
            f"{section.name:{width}}  {section.correct:6,} {len(section.asked):6,} "
            f"{section.accuracy:7.1%}  {len(section.skipped):9,}"
        )
    if report.missing:
        words = count(len(report.missing), "word is", "words are")
        print(f"{words} not in {space.name}: {some(report.missing)}")
    if report.unreadable:
        print(f"{report.unreadable:,} lines could not be read and were left out")
    for line in report.wrong_to_arrow().slice(0, wrong).to_pylist():
        print(
            f"{line['a']} : {line['b']} :: {line['c']} : {line['expected']}, "
            f"answered {line['answered']}"
        )


def print_similarity(
    space: EmbeddingSpace, name: str, report: SimilarityReport, wrong: int
) -> None:
    """Print the correlations, and the pairs on which people and the space differ most."""
    print(f"{name} and {space.name}: {len(report.pairs):,} pairs")
    print(f"  Spearman {report.spearman:.4f} (p = {report.spearman_p:.1g})")
    print(f"  Pearson  {report.pearson:.4f} (p = {report.pearson_p:.1g})")
    print(f"  left out {len(report.skipped):,} ({report.missing_share:.1%}): not in the space")
    if report.unreadable:
        print(f"  {report.unreadable:,} lines could not be read and were left out")
    table = report.to_arrow().sort_by([("apart", "descending")])
    for line in table.slice(0, wrong).to_pylist():
        print(
            f"  {line['word']} – {line['other word']}: people {line['people']:g}, "
            f"cosine {line['cosine similarity']:.3f}"
        )


def declare_settings(parser: argparse.ArgumentParser) -> None:
    """Declare that `settings` takes nothing."""


def show_settings(given: argparse.Namespace) -> int:
    """Print each setting, where it comes from, and the variable that changes it."""
    settings = load_settings()
    for one in fields(settings):
        variable = f"EXPLORER_{one.name.upper()}"
        origin = "set by" if os.environ.get(variable) else "default; change it with"
        print(f"{one.name:12} {getattr(settings, one.name)!s:40} {origin} {variable}")
    return 0


COMMANDS = {
    "serve": Command("start the app", declare_serve, serve),
    "inspect": Command(
        "show what is in a file of vectors", formats.declare_inspect, formats.inspect
    ),
    "convert": Command(
        "save a file of vectors in another format", formats.declare_convert, formats.convert
    ),
    "check": Command(
        "look for duplicates, outliers, hubs and doubtful labels", declare_check, run_check
    ),
    "compare": Command(
        "compare two spaces of the same items, or look for drift", declare_compare, run_compare
    ),
    "encode": Command(
        "turn a file of texts into a Parquet file of vectors",
        encoding.declare_encode,
        encoding.encode,
    ),
    "encode-images": Command(
        "turn a folder of pictures into a file of vectors", declare_encode_images, encode_images
    ),
    "evaluate": Command(
        "test word vectors on analogies or judged word pairs", declare_evaluate, evaluate
    ),
    "project": Command(
        "project the vectors of a Parquet file of any size", declare_project, run_project
    ),
    "page": Command("draw a file of vectors as one HTML page", declare_page, run_page),
    "mcp": Command("let an assistant ask, over standard input and output", declare_mcp, run_mcp),
    "train": Command("learn vectors from a text", declare_train, train),
    "recall": Command(
        "measure what the index of a database of vectors misses", declare_recall, run_recall
    ),
    "store": Command("save a file of vectors into a database", declare_save, run_save),
    "fetch-movielens": Command(
        "fetch the film ratings MovieLens 100k from their publisher, for “Tastes”",
        declare_fetch,
        fetch_movielens,
    ),
    "cache": Command(
        "show or empty the cache on disk", encoding.declare_cache, encoding.show_cache
    ),
    "settings": Command(
        "show each setting and where its value comes from", declare_settings, show_settings
    ),
}


def some(words: Sequence[str], most: int = 10) -> str:
    """Return the first words, and “…” where there are more."""
    return ", ".join(words[:most]) + (" …" if len(words) > most else "")


def own_version() -> str:
    """Return the version that is installed, or that this is a clone."""
    try:
        return metadata.version(PROGRAM)
    except metadata.PackageNotFoundError:
        return "of a clone"


def with_command(arguments: Sequence[str]) -> list[str]:
    """Return the arguments, with the app's command before them where none is named."""
    if not arguments or (
        arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version")
    ):
        return ["serve", "--browser", *arguments]
    return list(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 2 for an error that the user can correct."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Open, view and query embedding spaces. Without a command, the app opens in "
        "the browser; it takes the options of `serve`: --port, --no-browser, --data and others.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {own_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        command.declare(
            commands.add_parser(name, help=command.help, description=command.help + ".")
        )
    typed = sys.argv[1:] if arguments is None else arguments
    given = parser.parse_args(with_command(typed))
    try:
        return COMMANDS[given.command].run(given)
    except (ExplorerError, ValueError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
