"""The height of Streamlit's tables, which otherwise leave room for ten lines."""

HEADER, LINE = 38, 35  # pixels of Streamlit's header, with both borders, and of a line


def table_height(lines: int) -> int:
    """Return the pixels that a table with so many lines in sight needs."""
    return HEADER + LINE * lines
