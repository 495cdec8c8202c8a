"""Pictures as items: decoded within bounds, kept as thumbnails in a column of the space."""
