"""Showing a Plotly figure on a page, with a description, a table and ways to save it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from explorer.figures.style import for_projector, moves, without_motion
from explorer.ui.shell import projector
from explorer.ui.shell.tables import named_table

FORMATS = ("PNG", "SVG")
FORMAT = "chart format"  # session state: what the camera of each chart saves
TABLE_HEIGHT = 260  # pixels: about six lines; the table scrolls
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}
LESS_MOTION = "less motion"  # session state: whether this visitor's system asks for less of it
# Only the browser knows whether the visitor's system asks for less motion.
ask_browser = st.components.v2.component(
    "embedding-explorer-less-motion",
    js="""export default ({ data, setStateValue }) => {
        const query = matchMedia("(prefers-reduced-motion: reduce)");
        const tell = () => setStateValue("less", query.matches);
        if (query.matches !== data) tell();
        query.addEventListener("change", tell);
        return () => query.removeEventListener("change", tell);
    }""",
)


def show_chart(
    figure: go.Figure,
    alt: str,
    table: Any = None,
    *,
    key: str,
    table_title: str = "The numbers as a table",
) -> None:
    """Show a figure.

    Parameters
    ----------
    figure
        Where its lengths are true, it can be dragged, and the wheel zooms. Else the wheel
        scrolls the page.
    alt
        What it shows, for those who cannot see it.
    table
        What says the same, closed at first below the figure. None where one stands beside it.
    key
        Also the name of the file when it is saved.
    table_title
        What the table is called.
    """
    name = key.replace(" ", "-")
    image = {"format": st.session_state.get(FORMAT, FORMATS[0]).lower(), "scale": 2}
    config = {
        **CONFIG,
        "scrollZoom": figure.layout.dragmode == "pan",
        "toImageButtonOptions": {**image, "filename": name},
    }
    with st.container(gap=None):
        if projector.is_on():
            figure = for_projector(figure, projector.TEXT)
        if moves(figure) and asks_for_less_motion(key):
            figure = without_motion(figure)
        st.plotly_chart(figure, theme=None, config=config, key=key, alt=alt)
    if table is None:
        return
    with st.expander(table_title, icon=":material/table:"):
        named_table(table, name, height=TABLE_HEIGHT, key=f"{key} table")
        offer_formats(figure, key, name)


def offer_formats(figure: go.Figure, key: str, name: str) -> None:
    """Let the visitor choose what the camera on all charts saves, or save this one as a page."""
    choice, page = st.columns(2, vertical_alignment="bottom")
    chosen = f"{key} {FORMAT}"
    st.session_state[chosen] = st.session_state.get(FORMAT, FORMATS[0])  # chosen on any chart
    choice.segmented_control(
        "The camera on a chart saves",
        FORMATS,
        required=True,
        key=chosen,
        on_change=lambda: st.session_state.update({FORMAT: st.session_state[chosen]}),
    )
    page.download_button(
        "Save as a page of its own (HTML)",
        data=lambda: figure.to_html(include_plotlyjs=True),
        file_name=f"{name}.html",
        mime="text/html",
        key=f"{key} page",
        on_click="ignore",
        icon=":material/download:",
    )


def asks_for_less_motion(key: str) -> bool:
    """Return whether the visitor's system asks for less motion, as far as it has told."""
    known = bool(st.session_state.get(LESS_MOTION, False))
    told = ask_browser(
        key=f"{key} {LESS_MOTION}",
        data=known,
        default={"less": known},
        on_less_change=lambda: None,
        height=1,
    )
    st.session_state[LESS_MOTION] = bool(told.less)
    return bool(told.less)
