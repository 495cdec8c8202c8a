"""Same words, other model: what a vector space can and cannot say about another."""

from explorer.ui.lessons import same_words
from explorer.ui.lessons.lesson import place_of_step
from explorer.ui.shell.frame import open_page

open_page(
    "same_words",
    "Same words, other model",
    "Two models learned the same words. What does one say about the other?",
)
both, step = same_words.ask()
if both is not None:
    with place_of_step(step):
        same_words.STEPS[step](*both)
