"""Learning vectors from text."""
