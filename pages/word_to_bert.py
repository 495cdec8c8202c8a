"""From a word to BERT: a sentence on its way through a model, step by step."""

from explorer.ui import inside_view
from explorer.ui.frame import open_page

open_page("word_to_bert", "From a word to BERT", "What a model makes of your sentence, inside.")
visit = inside_view.ask()
if visit:
    inside_view.show(visit)
