"""“From a word to BERT”: the visitor's sentences and model (visit.py), and a file for each step."""
