"""Embedding Explorer: where `streamlit run` begins, and the first screen."""

import streamlit as st

from explorer.ui.map import view
from explorer.ui.picture.drawing import picture
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell.frame import open_page
from explorer.ui.shell.navigation import door
from explorer.ui.shell.spaces import SAMPLES

space = open_page(
    "start",
    "See what vectors mean",
    "A model turns each word into a list of numbers, a vector. Similar words get similar vectors.",
)
left, right = st.columns([2.5, 1], gap="medium")
with left:
    projection = picture(space, "pca", 2)
    # a separate key: sharing the Map's would clear what is selected there
    pointcloud(projection, space, key="start map", **view.first_look(space))
with right:
    st.markdown("#### Where to go from here")
    for name, sample in SAMPLES.items():
        door("map", f"Explore {sample.title}", sample.sentence, space_id=name)
    door("open", "Open a vector file", "word2vec, GloVe, NumPy, CSV: see your own vectors.")
    door("encode", "Encode text", "Sentences become vectors: offline, on this computer.")
