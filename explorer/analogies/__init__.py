"""Arithmetic on vectors: analogies, formulas, and how often the arithmetic is right."""
