"""Check: what is wrong with a space; each finding is a filter for the map."""

from explorer.ui.check import view
from explorer.ui.shell.frame import open_page

space = open_page(
    "check", "Check", "What may be wrong with these vectors? Each finding is a filter for the map."
)
view.show(space)
