"""How BERT learned: hidden words, guessed by a small transformer; and what vectors are good for."""
