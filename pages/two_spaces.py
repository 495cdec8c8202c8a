"""Two spaces: what changed between two models, two versions or two years."""

from explorer.ui.shell.frame import open_page
from explorer.ui.twospaces import view

space = open_page(
    "two_spaces",
    "Two spaces",
    "The same items in two spaces: what stayed, what moved, and whether it is chance.",
)
view.show(space)
