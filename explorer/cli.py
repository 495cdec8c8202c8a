"""The command line: `embedding-explorer encode | cache`, a third face of the library.

A new command is an entry in COMMANDS.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.encode import command as encoding
from explorer.errors import ExplorerError

PROGRAM = "embedding-explorer"


@dataclass(frozen=True)
class Command:
    """A command: one line of help, how its arguments are declared, and what it does."""

    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    "encode": Command(
        "turn a file of texts into a Parquet file of vectors",
        encoding.declare_encode,
        encoding.encode,
    ),
    "cache": Command(
        "show what is kept on disk, and empty it", encoding.declare_cache, encoding.show_cache
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status: 2 for an error of the kind that a user can mend."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Open, see and question embedding spaces."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        command.declare(
            commands.add_parser(name, help=command.help, description=command.help + ".")
        )
    given = parser.parse_args(arguments)
    try:
        return COMMANDS[given.command].run(given)
    except (ExplorerError, ValueError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
