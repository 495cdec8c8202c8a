"""Compare: two pictures of one space."""
