"""Runs the command line as `python -m explorer.cli`, without installing the package."""

from explorer.cli.main import main

main()
