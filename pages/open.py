"""Open: drop a file, see what is in it, make it the current space."""

from explorer.ui import opening
from explorer.ui.frame import open_page

open_page("open", "Open a vector file", "Drop it, see what is in it, and then open it.")
given = opening.ask_files()
if given:
    opening.show_and_confirm(given)
else:
    opening.show_formats()
