"""The page How BERT learned: hidden words, how well they are guessed, and transfer."""
