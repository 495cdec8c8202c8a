"""One-hot versus dense: why embeddings exist, on the visitor's own words."""

from explorer.ui.lessons import one_hot, own_words
from explorer.ui.lessons.lesson import place_of_step
from explorer.ui.shell.frame import open_page

space = open_page(
    "one_hot",
    "One-hot versus dense",
    "Why embeddings exist: in one-hot, king is as far from queen as from banana.",
)
words, step = own_words.ask_words(space, list(one_hot.STEPS))
if words is not None:
    with place_of_step(step):
        one_hot.STEPS[step](words)
