"""The command `fetch-movielens`: film ratings from their publisher, its terms first."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from explorer.beyond.tastes.movielens import (
    CITATION,
    MOVIELENS,
    TERMS,
    fetch,
    fetched,
    keep_file,
    read_movielens,
)


def declare_fetch(parser: argparse.ArgumentParser) -> None:
    """Declare what `fetch-movielens` takes."""
    parser.add_argument(
        "--accept-terms", action="store_true", help="do not ask whether you accept the terms"
    )
    parser.add_argument(
        "--file",
        type=Path,
        metavar="ZIP",
        help=f"take a {MOVIELENS.file} that was downloaded by other means",
    )


def fetch_movielens(given: argparse.Namespace) -> int:
    """Show the terms, fetch the file once they are accepted, and say what is in it."""
    print(f"{MOVIELENS.name}, from {MOVIELENS.url}\n\n{TERMS}\n\n{CITATION}\n{MOVIELENS.about}\n")
    if fetched() is None:
        if not given.accept_terms and not accepted():
            print("Nothing was fetched.", file=sys.stderr)
            return 1
        keep_file(given.file) if given.file else fetch(report=show)
        print(file=sys.stderr)
    path = fetched()
    if path is None:  # the cache made room a moment ago
        return 1
    films = read_movielens(path)
    print(
        f"{len(films.pairs):,} ratings of {len(films.items):,} films by {len(films.users):,} "
        f"people, in {path}. The page “Tastes” has them under “Films”."
    )
    return 0


def accepted() -> bool:
    """Ask whether the terms are accepted; where nobody can answer, they are not."""
    try:
        return input("Do you accept these terms? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def show(share: float, step: str) -> None:
    """Print the progress over the line before."""
    print(f"\r{share:4.0%} {step}", end="", file=sys.stderr, flush=True)
