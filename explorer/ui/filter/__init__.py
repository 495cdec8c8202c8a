"""One filter on every page: a condition over a space's columns that stands in the address."""
