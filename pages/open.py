"""Open: inspect a file and make it the current space."""

from explorer.ui.open import view
from explorer.ui.shell.frame import open_page

open_page("open", "Open a vector file", "Drop it, see what is in it, and then open it.")
given = view.ask_files()
if given:
    view.show_and_confirm(given)
else:
    view.show_formats()
