"""Take home: rows as a file, lines of Python that give the same rows, and the whole workspace."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer import EmbeddingSpace, Projection, Workspace, cache
from explorer.errors import QueryError
from explorer.projection.sampling import whole_space
from explorer.ui.sets.at_hand import Points, ask_which
from explorer.ui.shell import spaces
from explorer.ui.shell.plain import plain
from explorer.wording import count, readable_bytes
from explorer.workspace import store
from explorer.workspace.annotations import Annotations
from explorer.workspace.file import write
from explorer.workspace.python_lines import python_lines
from explorer.workspace.recipe import SUFFIX
from explorer.workspace.take_home import FORMATS, file_name, rows_table

NOT_OF_VIEW = frozenset({"space", "workspace", "embed", "embed_options"})
LOOK = ("opacity",)  # and the size: session state, which no address holds
LINK = (
    "The link in the address bar holds the space, picture, settings, colors, filter, search, the "
    "selected point and the way to your sets. It leaves out the camera, point size, opacity, "
    "categories hidden in the key, and the points of a lasso: save those as a set."
)
COORDINATES, VECTORS, IDS = "Coordinates", "Vectors", "Only the IDs"


def take_home(
    space: EmbeddingSpace, projection: Projection, points: Sequence[Points], found: store.Kept
) -> None:
    """Draw what can be taken home: rows as a file or as lines of Python, and the workspace."""
    rows, workspace = st.tabs(["Points", "Workspace"])
    with rows:
        take_rows(space, projection, points, found.annotations)
    with workspace:
        save_workspace(space, found.annotations)


def take_rows(
    space: EmbeddingSpace,
    projection: Projection,
    points: Sequence[Points],
    annotations: Annotations,
) -> None:
    """Draw the choice of rows, their file, and the lines of Python that give them."""
    whole = whole_space(space)
    chosen = ask_which("Rows", points)
    name = st.segmented_control(
        "As", list(FORMATS), default="CSV", required=True, key="take format"
    )
    extras = st.pills(
        "With",
        [COORDINATES, VECTORS, IDS],
        selection_mode="multi",
        key="take with",
        help="Coordinates are those of the picture on the screen; points that are not drawn have "
        "none. IDs are row numbers and labels, without any other column.",
    )
    as_it_is = False
    if name == "CSV":
        as_it_is = st.checkbox(
            "Leave cells that look like formulas as they are",
            key="take as it is",
            help="A spreadsheet runs cells that begin with =, +, − or @. Unless you choose this, "
            "they get an apostrophe in front and are shown as text.",
        )
    written = FORMATS[str(name)]
    where = projection if COORDINATES in extras else None

    def content() -> bytes:
        table = rows_table(
            space,
            chosen.rows,
            annotations,
            projection=where,
            vectors=VECTORS in extras,
            ids_only=IDS in extras,
        )
        return written.write(table, as_it_is=as_it_is)

    st.download_button(
        f"Download {count(len(chosen.rows), 'row')}",
        data=content,
        file_name=file_name(whole.name, chosen.file, suffix=written.suffix),
        mime=written.mime,
        icon=":material/download:",
        on_click="ignore",
        type="primary",
        width="stretch",
    )
    with st.expander("The same rows in Python", icon=":material/code:"):
        show_lines(space, chosen, annotations)


def show_lines(space: EmbeddingSpace, chosen: Points, annotations: Annotations) -> None:
    """Show the lines of Python that give the rows, or why there are none."""
    whole = whole_space(space)
    if len(chosen.rows) == len(whole):
        st.caption("All rows: `explorer.open_space` gives them.")
        return
    folder = f"{spaces.SAMPLE_FOLDER.name}/" if spaces.is_sample(whole) else ""
    try:
        lines = python_lines(
            space,
            chosen.rows,
            condition=chosen.condition,
            annotations=annotations,
            folder=folder,
        )
    except QueryError as error:
        st.caption(plain(str(error)))
        return
    st.code(lines, language="python")
    if "open_workspace" in lines:
        st.caption("“Workspace”, beside “Points” above, saves the workspace file.")


def save_workspace(space: EmbeddingSpace, annotations: Annotations) -> None:
    """Offer the workspace as a file, and say what a link leaves out."""
    whole = whole_space(space)
    st.markdown(
        "Sets, tags and this view as one file. Drop it on **Open a file**, here or on another "
        "machine, and go on."
    )
    vectors = st.checkbox(
        f"With the vectors ({readable_bytes(4 * len(whole) * whole.dim)})",
        value=True,
        key="take vectors along",
        help="Without them, opening the workspace takes the file that the space came from.",
    )
    view = {
        name: value for name, value in st.query_params.to_dict().items() if name not in NOT_OF_VIEW
    }
    look = {
        name: float(st.session_state[key])
        for name, key in looks(space).items()
        if key in st.session_state
    }
    work = Workspace(space, annotations, view, look)

    def content() -> bytes:
        with cache.scratch() as folder:
            write(work, folder / "workspace", vectors=vectors)
            return (folder / "workspace").read_bytes()

    st.download_button(
        "Save workspace",
        data=content,
        file_name=file_name(whole.name, suffix=SUFFIX),
        mime="application/zip",
        icon=":material/inventory_2:",
        on_click="ignore",
        width="stretch",
    )
    st.caption(LINK)


def looks(space: EmbeddingSpace) -> dict[str, str]:
    """Return the session's keys of what no address holds, by their names in a workspace file."""
    return {"size": f"size {space.digest}", **{name: name for name in LOOK}}
