"""`python -m explorer.cli`, where the package is not installed."""

from explorer.cli.main import main

main()
