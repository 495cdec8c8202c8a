"""Lessons: plans to take, challenges to play, and what a teacher prints or writes."""

from explorer.ui.plans import catalog, underway
from explorer.ui.shell.frame import open_page

underway.follow_link()
space = open_page("lessons", "Lessons", "One idea each: guess first, then look, then know why.")
part = catalog.choose_part()
catalog.PARTS[part](space)
