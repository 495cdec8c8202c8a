"""How BERT learned: hide a word, guess it, and use what was learned for something else."""

from explorer.ui.lessons.masked import steps
from explorer.ui.shell.frame import open_page

open_page("hidden_words", "How BERT learned", "Hide a word and guess it. That is the whole task.")
steps.show()
