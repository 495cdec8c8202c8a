"""Watch it learn: word vectors from nothing to like beside like, frame by frame."""

from explorer.ui.frame import open_page
from explorer.ui.learning import lesson, real, stage

open_page("watch_it_learn", "Watch it learn", "Vectors move until like stands beside like.")
preset = lesson.ask()
if preset:
    stage.show(preset)
else:
    real.show()
