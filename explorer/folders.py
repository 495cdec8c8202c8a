"""Where the app and its samples are: in a clone, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
# A wheel holds app.py, pages/ and sample_data/ in here (setup.py); in a clone they stand beside
# the package.
SHIPPED = PACKAGE / "shipped"
APP_FOLDER = SHIPPED if (SHIPPED / "app.py").is_file() else PACKAGE.parent
SAMPLE_FOLDER = APP_FOLDER / "sample_data"
