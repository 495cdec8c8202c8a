"""The page “Stores”: databases of vectors."""
