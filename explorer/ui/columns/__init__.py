"""Below the map: a small chart for each column, and the table of all rows."""
