"""Evaluation: a space against people's answers."""

from explorer.ui import evaluation_view
from explorer.ui.frame import open_page

space = open_page(
    "evaluation", "Evaluation", "How often is the arithmetic right? And does near mean alike?"
)
test = evaluation_view.ask_test()
if test is not None and test.is_analogies:
    evaluation_view.show_analogies(space, test)
elif test is not None:
    evaluation_view.show_similarity(space, test)
