"""Saving the current space into a database."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace
from explorer.projection.sampling import whole_space
from explorer.stores.store import METRICS, Store
from explorer.stores.transfer import left_out, save
from explorer.ui.shell.plain import plain
from explorer.ui.stores.opening import stoppable
from explorer.wording import count

THERE = {
    "Leave it as it is": "refuse",
    "Add the missing rows": "continue",
    "Replace it": "replace",
}


def show(store: Store, space: EmbeddingSpace) -> None:
    """Draw the form, and save on the button."""
    whole = whole_space(space)
    st.markdown(
        f"Saves **{plain(whole.name)}**: {count(len(whole), 'vector')} of "
        f"{count(whole.dim, 'dimension')} with labels and metadata."
    )
    columns = st.columns([2, 1.2, 2.6, 1.4], vertical_alignment="bottom")
    name = columns[0].text_input("Collection", whole.name, key="store save name").strip()
    metric = str(columns[1].selectbox("Metric", METRICS, key="store save metric"))
    if_exists = "refuse"
    if name and name in store.collections():
        chosen = columns[2].segmented_control(
            "This collection is there already",
            list(THERE),
            default="Leave it as it is",
            required=True,
            key="store exists",
        )
        if_exists = THERE[str(chosen)]
    begun = columns[3].button(
        "Save", type="primary", icon=":material/save:", width="stretch", disabled=not name
    )
    has_index = store.has_index
    index = has_index and st.checkbox("Build an HNSW index afterwards", key="store save index")
    m, ef = 16, 64
    if index:
        places = st.columns([1, 1, 4])
        m = int(places[0].number_input("m", 2, 100, 16, help="Links of each point"))
        ef = int(places[1].number_input("ef_construction", 4, 1000, 64))
    if dropped := left_out(whole):
        st.caption(f"Left out, because they hold pictures or bytes: {plain(', '.join(dropped))}.")
    if not begun:
        return
    with stoppable("store save") as report:
        added = save(store, name, whole, metric=metric, if_exists=if_exists, report=report)
        built = store.build_index(name, metric, m, max(ef, 2 * m), report) if index else ""
    st.success(f"{count(added, 'row')} added to “{plain(name)}”.", icon=":material/check:")
    if built:
        st.success(f"The index is built: {plain(built)}.", icon=":material/check:")
