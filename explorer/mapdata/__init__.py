"""What the map's program reads: parts, views and choices, for whichever page shows it."""
