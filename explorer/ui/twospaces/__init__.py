"""The screen of “Two spaces”."""
