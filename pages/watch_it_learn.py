"""Watch it learn: word vectors from nothing to like beside like, frame by frame."""

from explorer.ui import learning_view, training_view
from explorer.ui.frame import open_page

open_page("watch_it_learn", "Watch it learn", "Vectors move until like stands beside like.")
lesson = learning_view.ask_lesson()
if lesson:
    learning_view.show(lesson)
else:
    training_view.show()
