"""The computations of the lesson pages, step by step."""
