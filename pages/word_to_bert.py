"""From a word to BERT: one sentence passes through a model, step by step."""

from explorer.ui.lessons.bert import steps, visit
from explorer.ui.shell.frame import open_page

open_page(
    "word_to_bert", "From a word to BERT", "Follow your sentence through a model, step by step."
)
visited = visit.ask()
if visited:
    steps.show(visited)
