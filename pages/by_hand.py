"""By hand: small numbers that one can change, and the same sums as the large models do."""

from explorer.ui.lessons.by_hand import steps
from explorer.ui.shell.frame import open_page

space = open_page("by_hand", "By hand", "Change a number and see what follows from it.")
steps.show(space)
