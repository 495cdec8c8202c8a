"""“From a word to BERT”: what is asked of the visitor (visit.py), and a file for each step."""
