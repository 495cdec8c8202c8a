"""Inside BERT: a sentence's way through a real model."""
