"""Sets and tags on the screen: kept, listed, filtered by, taken home."""

from explorer.ui.sets.kept import columns, keep

__all__ = ["columns", "keep"]
