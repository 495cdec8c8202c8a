"""One-hot versus dense: why embeddings exist, on the visitor's own words."""

from explorer.ui import encodings
from explorer.ui.frame import open_page

space = open_page(
    "one_hot",
    "One-hot versus dense",
    "Give each word a number of its own, and king is as far from queen as from banana. "
    "Let words share numbers, and like comes to stand beside like.",
)
words, step = encodings.ask(space)
if words is not None:
    encodings.STEPS[step](words)
