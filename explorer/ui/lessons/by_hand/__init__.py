"""The page By hand: five small calculations with numbers to change."""
