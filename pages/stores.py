"""Stores: open from, save to and search in a database of vectors."""

from explorer.ui.shell.frame import open_page
from explorer.ui.stores import view

space = open_page(
    "stores",
    "Stores",
    "Vectors in a database: open them, save them, and see what its index misses.",
)
view.show(space)
