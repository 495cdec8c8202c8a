"""Watch it learn: word2vec training, frame by frame, from random vectors to clusters."""

from explorer.ui.lessons.learning import choice, gensim_run, view
from explorer.ui.shell.frame import open_page

open_page(
    "watch_it_learn", "Watch it learn", "Vectors move until similar words stand side by side."
)
preset = choice.ask()
if preset:
    view.show(preset)
else:
    gensim_run.show()
