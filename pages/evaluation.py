"""Evaluation: compare a space with people's answers."""

from explorer.ui.evaluation import view
from explorer.ui.filter import bar, state
from explorer.ui.shell.frame import open_page

space = open_page(
    "evaluation",
    "Evaluation",
    "How often is the arithmetic right? And do close words mean similar things?",
)
bar.show(space)
test = view.ask_test()
space = state.part(space)
if test is not None and test.is_analogies:
    view.show_analogies(space, test)
elif test is not None:
    view.show_similarity(space, test)
