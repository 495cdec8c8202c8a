"""The command line: `embedding-explorer inspect | convert | serve`, a third face of the library.

A new command is an entry in COMMANDS.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.errors import ExplorerError
from explorer.formats import commands

PROGRAM = "embedding-explorer"


@dataclass(frozen=True)
class Command:
    """A command: one line of help, how its arguments are declared, and what it does."""

    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    "serve": Command("start the app", commands.declare_serve, commands.serve),
    "inspect": Command(
        "tell what is in a file of vectors", commands.declare_inspect, commands.inspect
    ),
    "convert": Command(
        "save a file of vectors in another format", commands.declare_convert, commands.convert
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status: 2 for an error of the kind that a user can mend."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Open, see and question embedding spaces."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        command.declare(
            subparsers.add_parser(name, help=command.help, description=command.help + ".")
        )
    given = parser.parse_args(arguments)
    try:
        return COMMANDS[given.command].run(given)
    except (ExplorerError, ValueError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
