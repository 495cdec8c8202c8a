"""Embedding Explorer: where `streamlit run` begins, and the first screen."""

import streamlit as st

from explorer.ui import map_view
from explorer.ui.frame import door, open_page
from explorer.ui.pictures import picture
from explorer.ui.pointcloud import pointcloud
from explorer.ui.spaces import SAMPLES

space = open_page(
    "start",
    "See what vectors mean",
    "Language models turn words and texts into vectors, in which like stands near like. "
    "Here is such a space, pressed flat: each point is one vector.",
)
left, right = st.columns([3, 1], gap="medium")
with left:
    projection = picture(space, "pca", 2)
    pointcloud(projection, space, **map_view.first_look(space, projection), height=560)
with right:
    st.markdown("#### Where to go from here")
    for name, sample in SAMPLES.items():
        door("map", f"Explore {sample.title}", sample.sentence, space_id=name)
    door("open", "Open a vector file", "word2vec, GloVe, NumPy, CSV: see your own vectors.")
