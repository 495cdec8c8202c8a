"""Tastes: a recommender learned before one's eyes, asked, and judged."""

from explorer.ui.beyond.tastes import data, view
from explorer.ui.shell.frame import open_page

open_page("tastes", "Tastes", "Choose what you like, and see where that puts you.")
wanted = data.ask()
if wanted:
    view.show(wanted)
