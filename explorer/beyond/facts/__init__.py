"""Facts: a knowledge graph's entities as points, its relations as steps between them."""
