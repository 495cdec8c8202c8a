"""Databases of vectors: open from them, save to them, search in them. `STORES` lists them."""
