"""Indexes for nearest-neighbor search: built, searched, measured, looked into, and their cost.

faiss and usearch are imported inside the functions that run on workers, and nowhere else: on macOS
faiss and torch bring an OpenMP each, which must not meet in the web process.
"""
