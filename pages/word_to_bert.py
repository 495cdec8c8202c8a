"""From a word to BERT: a sentence on its way through a model, step by step."""

from explorer.ui.lessons.bert import steps, visit
from explorer.ui.shell.frame import open_page

open_page("word_to_bert", "From a word to BERT", "What a model makes of your sentence, inside.")
visited = visit.ask()
if visited:
    steps.show(visited)
