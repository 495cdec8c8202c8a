"""Search at scale: what an index for nearest neighbors gives up, and for what."""

from explorer.ui.search import view
from explorer.ui.shell.frame import open_page

space = open_page(
    "search",
    "Search at scale",
    "An index answers sooner because it does not look everywhere. What does it miss?",
)
view.show(space)
