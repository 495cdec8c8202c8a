"""Columns as small charts and as a sorted table: what is counted, and the clause of each bar."""
