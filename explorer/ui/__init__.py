"""All that is Streamlit: the frame around each page, its state, its widgets, the map."""
