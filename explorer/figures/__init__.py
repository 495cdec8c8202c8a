"""From data to Plotly figures; knows no Streamlit."""
