"""Pictures and text: one space for both, a small CLIP that one can watch, and a real one."""

from explorer.ui.beyond.pictures import view
from explorer.ui.shell.frame import open_page

open_page("pictures", "Pictures and text", "A picture and the words for it become neighbors.")
view.show()
