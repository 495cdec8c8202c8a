"""Two spaces: do they agree, who moved, and has anything drifted."""
