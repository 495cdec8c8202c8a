"""Inside BERT: a sentence on its way through a real model."""
