"""The ladder: six text representations, from one-hot vectors to sentence embeddings."""

from explorer.ui.lessons import ladder
from explorer.ui.lessons.lesson import place_of_step
from explorer.ui.shell.frame import open_page

space = open_page(
    "ladder",
    "The ladder",
    "Six ways to turn a sentence into numbers. Each one adds what the one before it misses.",
)
texts, step = ladder.ask(space)
if texts is not None:
    with place_of_step(step):
        ladder.STEPS[step](texts)
