"""Watch it learn: word vectors from nothing to like beside like, frame by frame."""

from explorer.ui.lessons.learning import choice, gensim_run, stage
from explorer.ui.shell.frame import open_page

open_page("watch_it_learn", "Watch it learn", "Vectors move until like stands beside like.")
preset = choice.ask()
if preset:
    stage.show(preset)
else:
    gensim_run.show()
