"""The command `page`: a file of vectors, to a map in one HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer import open_space
from explorer.cli.formats import declare_force
from explorer.projection import METHODS
from explorer.webpage import save_page
from explorer.wording import readable_bytes


def declare_page(parser: argparse.ArgumentParser) -> None:
    """Declare what `page` takes."""
    parser.add_argument("source", type=Path, help="the vectors: any file that the app opens")
    parser.add_argument(
        "--out", type=Path, help="the page to write (default: SOURCE with .html as its suffix)"
    )
    declare_force(parser)
    methods = [name for name in METHODS if name != "axes"]
    parser.add_argument("--method", choices=methods, help="default: umap")
    parser.add_argument("--color", metavar="COLUMN", help="default: the first of categories")
    parser.add_argument("--label", metavar="COLUMN", help="what names the points")
    parser.add_argument("--title", help="default: the name of the file")


def run_page(given: argparse.Namespace) -> int:
    """Write a page and say how large it is."""
    written = save_page(
        open_space(given.source),
        given.method,
        given.out or given.source.with_suffix(".html"),
        color=given.color,
        label=given.label,
        title=given.title,
        overwrite=given.force,
    )
    print(f"{written}: {readable_bytes(written.stat().st_size)}")
    return 0
