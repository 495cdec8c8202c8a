"""Nearest neighbors, exact on the processor or a GPU and approximate beyond; label search."""
