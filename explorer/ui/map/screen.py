"""The Map's screen: the picture, what stands above, beside and below it."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace
from explorer.ui.columns.view import hovered, point_names, show_columns
from explorer.ui.filter import bar
from explorer.ui.map import view as map_view
from explorer.ui.map.beside import beside
from explorer.ui.map.filtering import choose_category, offer_columns
from explorer.ui.map.landing import ask_landing, landing_arrows, landing_marks, show_landing
from explorer.ui.map.selection import show_selection
from explorer.ui.map.telling import tell_picture
from explorer.ui.picture import clusters, regions, trust
from explorer.ui.picture.drawing import draw, replay, replayed
from explorer.ui.picture.method_settings import ask_picture
from explorer.ui.pointcloud import pointcloud
from explorer.ui.sets.view import show as show_sets
from explorer.ui.shell import address


def show(space: EmbeddingSpace) -> None:
    """Draw the picture that the controls ask for, and all that is told of it."""
    with st.container(gap="xsmall"):
        view = map_view.ask_view(space)
        line, about, settings = st.columns([4.6, 1, 1], vertical_alignment="center")
        left, right = st.columns([2.2, 1], gap="medium")
    with right:
        told = st.container(key="told")
        axes = st.container()
    with settings:
        wanted = ask_picture(space, view.method, view.n_components, axes)
        grouping = clusters.ask_clusters(space) if view.column == clusters.COLOR else None
    with right:  # what comes and goes stands beside the map, so that nothing moves it
        projection = draw(space, wanted, narrow=True, replay=replayed(space, wanted))
        known = trust.trust_in(space, projection, wanted, narrow=True)
        found = clusters.tell_clusters(space, projection, wanted, grouping) if grouping else None
        is_looking = view.selected is not None or len(view.hits) > 0
        landing = ask_landing(space, projection, brief=is_looking)
        naming = st.container()
    quality = known.quality if known else None
    offer_columns(space, quality, found)
    with line:
        kept = bar.show(space)
    with naming:
        named = regions.regions_in(space, projection, wanted, kept.drawn if kept else None)
    tell_picture(space, projection, known, kept, line=told, more=about)
    colors = map_view.colors(view, quality, found)
    with left:
        chosen = pointcloud(
            projection,
            space,
            colors=colors,
            marks=landing_marks(view.marks(projection, space), landing),
            size=view.size,
            sizes=map_view.numbers(space, view.size_column, quality),
            opacity=view.opacity,
            opacities=map_view.numbers(space, view.opacity_column, quality),
            caption=trust.caption(space, projection, known),
            density=regions.density(),
            regions=named,
            arrows=landing_arrows(projection, landing),
            kept=kept.drawn if kept else None,
            condition=kept.condition if kept else "",
            ground=view.ground,
            hover=hovered(space),
            names=point_names(space),
            on_pick=lambda row: address.select(space, row),
            on_key=lambda choice: choose_category(space, colors, choice),
        )
        replay(space, wanted)
        clusters.table(space, found, kept.drawn if kept else None)
        regions.table(space, named)
    with right:
        show_sets(space, projection, chosen, view.hits)
        show_landing(space, landing)
        show_selection(space, chosen)
        beside(space, projection, view)
    show_columns(space)
