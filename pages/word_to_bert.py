"""From a word to BERT: a sentence on its way through a model, step by step."""

from explorer.ui.frame import open_page
from explorer.ui.inside import steps, visit

open_page("word_to_bert", "From a word to BERT", "What a model makes of your sentence, inside.")
visited = visit.ask()
if visited:
    steps.show(visited)
