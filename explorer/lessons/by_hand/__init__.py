"""Small numbers that one can follow by hand: the same sums as the large models do."""
