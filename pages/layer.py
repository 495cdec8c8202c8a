"""Inside an embedding layer: it is a table."""

from explorer.ui import layer_view
from explorer.ui.frame import open_page

open_page(
    "layer",
    "Inside an embedding layer",
    "It is a table: one row of numbers for each token.",
)
ids, step = layer_view.ask()
if ids:
    layer_view.STEPS[step](ids)
