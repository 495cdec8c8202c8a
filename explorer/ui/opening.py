"""Opening a visitor's file: what was recognized, what is wrong, and the door to its map."""

from __future__ import annotations

import streamlit as st

from explorer import FileReport, inspect_file, open_space
from explorer.cost import readable_bytes
from explorer.errors import ExplorerError
from explorer.formats import choose_main
from explorer.formats.file import File, as_file
from explorer.ui import address
from explorer.ui.frame import PAGES
from explorer.ui.plain import plain
from explorer.ui.spaces import opened_spaces

EXAMPLES = (
    ("word2vec text", ".txt .vec", "2 3\nking 0.1 0.2 0.3\nqueen 0.2 0.1 0.4"),
    ("GloVe text", ".txt", "king 0.1 0.2 0.3\nqueen 0.2 0.1 0.4"),
    ("CSV or TSV table", ".csv .tsv", "word,year,d0,d1,d2\nking,1066,0.1,0.2,0.3"),
    ("NumPy array", ".npy", "vectors.npy\nvectors.txt (one label a line)"),
)


def ask_files() -> File | None:
    """Draw the uploader and return the file to open, with those dropped beside it."""
    uploads = st.file_uploader(
        "Vector file",
        accept_multiple_files=True,
        help="For a NumPy array, drop the file with its labels as well.",
    )
    if not uploads:
        return None
    try:
        return choose_main([as_file(upload) for upload in uploads])
    except ExplorerError as error:
        tell(error)
        return None


def show_and_confirm(file: File) -> None:
    """Show what is in the file; on confirmation make it the current space and go to its map."""
    try:
        report = inspect_file(file)
        show_report(file, report)
        if st.button("Open this space", type="primary", icon=":material/arrow_forward:"):
            with st.spinner(f"Reading {report.rows:,} vectors …"):
                space_id = opened_spaces().add(open_space(file))
            address.choose_space(space_id)
            st.switch_page(PAGES["map"].file, query_params={"space": space_id})
    except ExplorerError as error:
        tell(error)


def show_report(file: File, report: FileReport) -> None:
    """Show the report: the figures, where things come from, the first rows, the warnings."""
    st.markdown(f"**{plain(file.name)}** is read as **{report.format}**: {report.why}.")
    columns = st.columns(4)
    columns[0].metric("Vectors", f"{report.rows:,}")
    columns[1].metric("Dimensions", f"{report.dim:,}")
    columns[2].metric("In memory", readable_bytes(report.memory))
    columns[3].metric("Stored as", report.dtype)
    for warning in report.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    st.caption(
        f"Labels come from {plain(report.labels_from)}. The first rows, as they will be read:"
    )
    st.dataframe(report.first_rows, hide_index=True)
    if report.metadata_columns:
        st.caption(f"To color by: {plain(', '.join(report.metadata_columns))}.")


def show_formats() -> None:
    """Show what the files that can be opened look like."""
    st.markdown("#### What can be opened")
    for column, (name, suffixes, example) in zip(st.columns(len(EXAMPLES)), EXAMPLES, strict=True):
        with column.container(border=True):
            st.markdown(f"**{name}** &nbsp; {suffixes}")
            st.code(example, language=None)
    st.caption(
        "Files are read as data and never run. Nothing leaves this server, and the space is "
        "reached only by who has its link."
    )


def tell(error: ExplorerError) -> None:
    """Show an error in its own words."""
    st.error(plain(str(error)), icon=":material/error:")
