"""Pictures and text."""
