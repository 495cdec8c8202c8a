"""Open a file."""
