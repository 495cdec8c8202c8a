"""Beyond words: facts, molecules and tastes as embeddings, each by a small model of its own."""
