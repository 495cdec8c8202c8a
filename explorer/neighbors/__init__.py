"""Who is near whom: exact, in blocks, on the processor or a GPU; and finding labels."""
