"""Vector arithmetic: analogies, their geometry, and benchmarks of their accuracy."""
