"""In production: what comes up when embeddings are used every day, measured on this machine."""

from explorer.ui.lessons import production
from explorer.ui.shell.frame import open_page

open_page("production", "In production", "Five questions to ask before others rely on it.")
production.show()
