"""Pictures and texts in one space: a small CLIP, and what can be asked of it."""
