"""Molecules: what dissolves in water, learned from atoms and bonds, asked, and judged."""

from explorer.ui.beyond.molecules import data, view
from explorer.ui.shell.frame import open_page

open_page(
    "molecules", "Molecules", "Each molecule becomes a point. Points near each other behave alike."
)
wanted = data.ask()
if wanted:
    view.show(wanted)
