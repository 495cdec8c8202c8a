"""Facts: a knowledge graph learned before one's eyes, asked, and judged."""

from explorer.ui.beyond.facts import data, view
from explorer.ui.shell.frame import open_page

open_page("facts", "Facts", "Things become points. A relation between two things becomes a step.")
wanted = data.ask()
if wanted:
    view.show(wanted)
