"""The lesson pages: a module or a folder each."""
