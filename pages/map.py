"""Map: a space as a picture to walk through, with the true neighbors beside it."""

import streamlit as st

from explorer.ui import address, map_view
from explorer.ui.frame import open_page
from explorer.ui.landing import ask_landing, landing_arrows, landing_marks, show_landing
from explorer.ui.pictures import picture
from explorer.ui.pointcloud import pointcloud
from explorer.ui.selection import show_selection

space = open_page("map", "Map", "Every point is a vector, every picture leaves something out.")
view = map_view.ask_view(space)
projection = picture(space, view.method, view.n_components)
map_view.caption(space, projection)
left, right = st.columns([2.2, 1], gap="medium")
with right:
    landing = ask_landing(space, projection)
with left:
    chosen = pointcloud(
        projection,
        space,
        colors=view.colors,
        marks=landing_marks(view.marks(space), landing),
        size=view.size,
        opacity=view.opacity,
        arrows=landing_arrows(projection, landing),
        on_pick=lambda row: address.select(space, row),
    )
with right:
    show_landing(space, landing)
    show_selection(space, chosen)
    map_view.beside(space, projection, view)
address.remember_map()
