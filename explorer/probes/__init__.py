"""Questions about directions: axes of meaning, association tests, families of pairs."""
