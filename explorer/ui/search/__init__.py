"""The page “Search at scale”: a screen for each step."""
