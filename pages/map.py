"""Map: a picture of the space, with the true neighbors of the selected point beside it."""

from explorer.ui.map.screen import show
from explorer.ui.shell import address
from explorer.ui.shell.frame import open_page

space = open_page("map", "Map", "Every point is a vector. Every picture leaves something out.")
address.remember_map()  # before drawing, so that leaving midway also comes back to this view
show(space)
