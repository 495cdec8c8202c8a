"""“Check”: what is wrong with a space, each finding a filter for the map."""
