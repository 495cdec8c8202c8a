"""`python -m explorer.cli`, where the package is not installed."""

import sys

from explorer.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
