"""The commands `encode` and `cache` of the command line."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from explorer import cache
from explorer.cli.formats import declare_force
from explorer.encoding.device import AUTO, PRECISIONS, SETTINGS
from explorer.encoding.encoding import LONG_TEXTS
from explorer.encoding.job import EncodeOptions
from explorer.encoding.models import DEFAULT_MODEL
from explorer.encoding.transformer import POOLINGS
from explorer.encoding.vector_cache import opened
from explorer.errors import EncodeError
from explorer.settings import load_settings
from explorer.wording import count

TOLD_EVERY = 5.0  # seconds between lines, where standard error is not a terminal


def declare_encode(parser: argparse.ArgumentParser) -> None:
    """Declare what `encode` takes."""
    parser.add_argument("input", help="a table (CSV, Excel, Parquet, JSON, Arrow …) or .txt")
    parser.add_argument("--column", help="the column of texts (default: the likeliest one)")
    parser.add_argument("--label", help="the column of labels (default: the texts themselves)")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="a model's name or folder (default: %(default)s)"
    )
    parser.add_argument(
        "--pooling",
        choices=list(POOLINGS),
        help="pooling for a model that defines none (default: mean)",
    )
    declare_device(parser)
    parser.add_argument("--long-texts", choices=list(LONG_TEXTS), default="cut")
    parser.add_argument(
        "--output", required=True, metavar="OUT.parquet", help="the Parquet file to write"
    )
    declare_force(parser)


def declare_device(parser: argparse.ArgumentParser) -> None:
    """Declare where vectors are computed, and how exactly."""
    parser.add_argument(
        "--device", default=AUTO, help="cuda, mps, cpu or auto (default: %(default)s)"
    )
    parser.add_argument(
        "--precision",
        choices=[AUTO, *SETTINGS, *PRECISIONS],
        default=AUTO,
        metavar="{auto,exact,fast}",
        help="exact: float32; fast: half precision where it is faster; "
        "auto: exact on a processor, fast on a GPU (default: %(default)s)",
    )


def encode(given: argparse.Namespace) -> int:
    """Encode the texts of a file into a Parquet file; resume a run that was stopped."""
    from explorer.encoding.stream import encode_file

    output = Path(given.output)
    if output.suffix.lower() != ".parquet":
        raise EncodeError(
            f"“{output.name}” is to be written as Parquet. Name it {output.stem}.parquet; "
            "`embedding-explorer convert` makes other formats of it."
        )
    start = time.monotonic()
    teller = Teller()
    counts = encode_file(
        given.input,
        given.output,
        column=given.column,
        label=given.label,
        overwrite=given.force,
        options=EncodeOptions(
            given.model, given.pooling, given.device, given.precision, given.long_texts
        ),
        report=teller,
    )
    teller.end()
    print(f"{count(counts.texts, 'text')} in {given.output}, {time.monotonic() - start:,.0f} s")
    print(f"  {counts.computed:,} encoded by the model, {counts.read_back:,} read from the cache")
    for n, words in (
        (counts.resumed, "kept from an earlier run that was stopped"),
        (counts.empty, "empty rows left out"),
        (counts.long, f"longer than the model reads: {given.long_texts}"),
    ):
        if n:
            print(f"  {n:,} {words}")
    return 0


class Teller:
    """Writes the progress to standard error: one line that changes, or one every few seconds."""

    def __init__(self) -> None:
        self._last = 0.0
        self._lives = sys.stderr.isatty()

    def __call__(self, share: float, step: str) -> None:
        now = time.monotonic()
        if now - self._last < (0.2 if self._lives else TOLD_EVERY):
            return
        self._last = now
        ends = "\r" if self._lives else "\n"
        print(f"{step:78}", end=ends, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Clear the line."""
        if self._lives:
            print(" " * 78, end="\r", file=sys.stderr, flush=True)


def declare_cache(parser: argparse.ArgumentParser) -> None:
    """Declare what `cache` takes."""
    parser.add_argument(
        "--empty",
        metavar="KIND",
        help="remove the entries of this kind, or “all”",
    )


def show_cache(given: argparse.Namespace) -> int:
    """Remove the named kind, and print what the cache then holds."""
    with opened() as vectors:
        kinds = sorted([cache.ENCODED, *(use.kind for use in cache.usage())])
        if given.empty and given.empty not in ("all", *kinds):
            raise ValueError(
                f"The cache has no kind “{given.empty}”. Its kinds: {', '.join(kinds)}."
            )
        for kind in kinds:
            if given.empty not in ("all", kind):
                continue
            if kind == cache.ENCODED:
                vectors.clear()
            else:
                cache.empty(kind)
        print(load_settings().cache_dir)
        told = count(len(vectors), "vector of a text", "vectors of texts")
        print_use(cache.ENCODED, vectors.bytes(), told)
        for use in cache.usage():
            print_use(use.kind, use.bytes, count(use.entries, "entry", "entries"))
    return 0


def print_use(kind: str, size: int, what: str) -> None:
    """Print the size of one kind of entries."""
    print(f"  {kind:14} {size / 1e6:10,.1f} MB  {what}")
