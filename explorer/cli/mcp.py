"""The command `mcp`: tools for an assistant on this machine, over standard input and output."""

from __future__ import annotations

import argparse

from explorer.agents.reach import reach
from explorer.agents.server import make_server


def declare_mcp(parser: argparse.ArgumentParser) -> None:
    """Declare what `mcp` takes."""
    parser.add_argument(
        "folders",
        nargs="+",
        metavar="FOLDER",
        help="the assistant may read the files in here, and nothing else",
    )
    parser.add_argument(
        "--most-gb",
        type=float,
        default=2.0,
        metavar="GB",
        help="the largest file that it may open (default: %(default)s)",
    )


def run_mcp(given: argparse.Namespace) -> int:
    """Serve the tools until the assistant closes the connection."""
    make_server(reach(given.folders, given.most_gb)).run("stdio")
    return 0
