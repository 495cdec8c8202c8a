"""Inside an embedding layer: it is a table."""

from explorer.ui.lessons import embedding_layer
from explorer.ui.lessons.lesson import place_of_step
from explorer.ui.shell.frame import open_page

open_page(
    "layer",
    "Inside an embedding layer",
    "It is a table: one row of numbers for each token.",
)
ids, step = embedding_layer.ask()
if ids:
    with place_of_step(step):
        embedding_layer.STEPS[step](ids)
