"""A picture of a space on a page: how it is drawn, its settings, quality and clusters."""
