"""Opening a visitor's file: what was recognized, what is wrong, and the button that opens it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer import EmbeddingSpace, FileReport, inspect_file, open_space
from explorer.encoding.encoding import duration
from explorer.errors import BrokenRowsError, ExplorerError, RefusedError, VectorValueError
from explorer.formats.data_folder import list_files, offered_file
from explorer.formats.file import File, as_file
from explorer.formats.known import FORMATS
from explorer.formats.report import Statistics
from explorer.pictures.column import picture_columns
from explorer.projection.sampling import draw
from explorer.projection.time_needed import umap_seconds
from explorer.ui.open import workspaces
from explorer.ui.open.telling import tell
from explorer.ui.open.uploads import groups
from explorer.ui.shell import signin
from explorer.ui.shell.navigation import PAGES, open_map
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import opened_spaces
from explorer.ui.shell.tables import with_addresses, without_export
from explorer.wording import count, readable_bytes
from explorer.workspace.recipe import is_workspace

EXAMPLES = (
    ("Text", ".txt .vec .csv .tsv", "king 0.1 0.2 0.3\nqueen 0.2 0.1 0.4"),
    ("Tables", ".parquet .feather .jsonl .xlsx", '{"word": "king",\n "vec": [0.1, 0.2]}'),
    ("Arrays and their labels", ".npy .npz .safetensors .h5 .pt", "vectors.npy\nvectors.txt"),
    ("Models and tools", ".bin .fvecs projector", "vectors.tsv\nmetadata.tsv"),
)
FEW_NUMBERS = 3  # dimensions: embeddings have more
SENTENCE = 20  # letters: most labels are shorter
RECOGNIZED = "as recognized"
GUESSED = "as guessed"
DRAWN = 20_000  # points that every machine draws smoothly; offered where a file holds more
MANY = 50_000  # points; above, the time that they take is told
PATIENCE = 180  # seconds of UMAP up to which all points are drawn unless somebody chooses fewer
WAYS = {"All": "all", "The first": "first", "Random": "random"}


@dataclass(frozen=True)
class Given:
    """A file to open, and a key that differs from file to file."""

    file: File
    key: tuple[Any, ...]


@dataclass(frozen=True)
class Drawing:
    """Which vectors the pictures show: all, the first, or a random choice by a seed."""

    way: str
    size: int
    seed: int


def ask_files() -> Given | None:
    """Draw the uploader, and the server's own files; return what to open."""
    offered = list_files()
    left, right = st.columns([2, 1]) if offered else (st.container(), None)
    with left:
        uploads = signin.upload(
            "Vector file",
            accept_multiple_files=True,
            help="Drop files that belong together, such as an array and its labels, at the same "
            "time.",
        )
    chosen = None
    if right is not None:
        sizes = {one.name: one.size for one in offered}
        chosen = right.selectbox(
            "Or a file on this server",
            list(sizes),
            index=None,
            placeholder=f"{len(sizes):,} to choose from",
            format_func=lambda name: f"{name} ({readable_bytes(sizes[name])})",
        )
    try:
        if uploads:
            return ask_upload(uploads)
        if chosen:
            file = offered_file(chosen)
            assert file.path is not None
            return Given(file, (chosen, file.size, file.path.stat().st_mtime_ns))
    except ExplorerError as error:
        tell(error)
    return None


def ask_upload(uploads: Sequence[Any]) -> Given:
    """Return the upload to open with its label file; ask where several can be opened."""
    files = [as_file(upload) for upload in uploads]
    if work := next((one for one in files if is_workspace(one)), None):
        rest = [one for one in files if one is not work]
        return Given(as_file(work, rest), tuple(upload.file_id for upload in uploads))
    found = grouped(tuple(upload.file_id for upload in uploads), files)
    chosen = found[-1]
    if len(found) > 1:
        chosen = st.selectbox(
            "Several files can be opened, one at a time",
            found,
            index=len(found) - 1,
            format_func=lambda group: " + ".join(files[place].name for place in group),
        )
    main, *others = (files[place] for place in chosen)
    return Given(as_file(main, others), tuple(uploads[place].file_id for place in chosen))


@st.cache_resource(show_spinner=False, max_entries=64)
def grouped(key: tuple[Any, ...], _files: list[File]) -> list[tuple[int, ...]]:
    """Return which uploads belong together, found once for the same uploads."""
    return groups(_files)


@st.cache_resource(show_spinner=False, max_entries=64)
def inspected(key: tuple[Any, ...], choices: tuple[Any, ...], _file: File) -> FileReport:
    """Look at a file, once for each way to read it."""
    return inspect_file(_file, **dict(choices))


def show_and_confirm(given: Given) -> None:
    """Show what is in the file; on confirmation make it the current space and go to its map."""
    if is_workspace(given.file):
        workspaces.show_and_confirm(given.file)
        return
    place, below = st.container(), st.empty()
    with below.expander("Read it differently", icon=":material/tune:"):
        columns = st.columns(3, vertical_alignment="bottom")
        choices = ask_reading(columns[0], given)
        under = st.container()
    try:
        with place, st.spinner(f"Looking into {plain(given.file.name)} …"):
            report = inspected(given.key, tuple(choices.items()), given.file)
        ask_metadata(under, report, given)
        more = ask_columns(columns[1:], report, given)
        if more:
            choices |= more
            report = inspected(given.key, tuple(choices.items()), given.file)
        with place:
            show_figures(given.file, report)
            if report.broken:
                offer_to_skip(given)
            drawing, confirmed = ask_drawing(report)
            bar = st.empty()  # beside the button, where the eye is after the click
            show_first_rows(report)
            if confirmed:
                space = opened(given.file, choices, drawing, bar)
                open_map(opened_spaces().add(space))
    except ExplorerError as error:
        with place:
            tell(error)
            if isinstance(error, BrokenRowsError | VectorValueError):
                offer_to_skip(given)
            if isinstance(error, BrokenRowsError) and error.columns:
                offer_as_metadata(given, error.columns)
        if isinstance(error, RefusedError) and choices["format"] is None:
            below.empty()  # no way of reading makes it safe


def offer_to_skip(given: Given) -> None:
    """Draw the button that leaves out what is broken, beside the error."""

    def skip() -> None:
        st.session_state[skip_key(given)] = True

    st.button("Leave out what is broken", icon=":material/playlist_remove:", on_click=skip)


def offer_as_metadata(given: Given, columns: tuple[str, ...]) -> None:
    """Draw the button that reads columns with other values than numbers as metadata."""

    def take() -> None:
        st.session_state[metadata_key(given)] = columns

    names = plain(", ".join(columns))
    st.button(f"Read {names} as metadata", icon=":material/table_rows:", on_click=take)


def skip_key(given: Given) -> str:
    """Return the session key of the choice to leave out what is broken."""
    return f"skip {given.key}"


def metadata_key(given: Given) -> str:
    """Return the session key of the columns of numbers that are no dimensions."""
    return f"metadata {given.key}"


def opened(file: File, choices: dict[str, Any], drawing: Drawing, bar: Any) -> EmbeddingSpace:
    """Open the file, with a bar, and draw the rows that were chosen."""

    def report(share: float, step: str) -> None:
        bar.progress(share, text=f"{plain(step)} …")

    report(0.0, f"reading {file.name}")
    space = open_space(file, **choices, report=report)
    bar.empty()
    if drawing.way == "all":
        return space
    return draw(space, drawing.size, drawing.way, drawing.seed)


def ask_reading(column: Any, given: Given) -> dict[str, Any]:
    """Ask for the format, and what to do with broken lines."""
    name = column.selectbox("Format", [RECOGNIZED, *(one.name for one in FORMATS)])
    skip = st.checkbox(
        "Leave out broken lines, and vectors with NaN or infinite values",
        help="The notes of the space say how many were left out.",
        key=skip_key(given),
    )
    chosen = {"format": None if name == RECOGNIZED else name, "skip_broken": skip}
    if metadata_key(given) in st.session_state:
        chosen["metadata_columns"] = st.session_state[metadata_key(given)]
    return chosen


def ask_columns(columns: Sequence[Any], report: FileReport, given: Given) -> dict[str, Any]:
    """Ask for the label column and the array, where there is a choice."""
    chosen: dict[str, Any] = {}
    for column, title, name, options in (
        (columns[0], "Labels from the column", "label_column", report.columns),
        (columns[1], "Vectors from", "array", report.arrays),
    ):
        if options:
            answer = column.selectbox(title, [GUESSED, *options], key=f"{name} {given.key}")
            if answer != GUESSED:
                chosen[name] = answer
    return chosen


def ask_metadata(place: Any, report: FileReport, given: Given) -> None:
    """Ask which columns of numbers are no dimensions, where a table has few enough of them."""
    if not report.numeric_columns:
        return
    key = f"choice of {metadata_key(given)}"

    def keep() -> None:
        st.session_state[metadata_key(given)] = tuple(st.session_state[key])

    if key not in st.session_state:
        taken = set(report.metadata_columns)
        st.session_state[key] = [name for name in report.numeric_columns if name in taken]
    place.multiselect(
        "Columns of numbers that are metadata, not dimensions",
        report.numeric_columns,
        key=key,
        on_change=keep,
    )


def ask_drawing(report: FileReport) -> tuple[Drawing, bool]:
    """Ask which vectors the pictures show, and whether to open; search and neighbors use all."""
    seconds = umap_seconds(report.rows, report.dim)
    columns = st.columns([1.9, 1.2, 1.1, 1.6], vertical_alignment="bottom")
    confirmed = columns[3].button(
        "Open this space", type="primary", icon=":material/arrow_forward:", width="stretch"
    )
    title = columns[0].segmented_control(
        "Draw", list(WAYS), default="All" if seconds <= PATIENCE else "Random", required=True
    )
    way = WAYS[str(title)]
    if way == "all":
        if report.rows > MANY:
            st.caption(
                f"Drawing all {report.rows:,}: PCA at once, UMAP in about {duration(seconds)}."
            )
        return Drawing(way, report.rows, 0), confirmed
    size = columns[1].number_input(
        "How many", 1, report.rows, min(DRAWN, report.rows), step=1000, key="draw size"
    )
    seed = 0
    if way == "random":
        seed = int(columns[2].number_input("Seed", 0, 2**31 - 1, 42, help="Same seed, same rows"))
    which = " (the first of the file, often the most frequent)" if way == "first" else ""
    told = f"Drawing {size:,} of {report.rows:,}{which}; search and neighbors use all."
    if report.rows > MANY:
        told += f" UMAP of all would take about {duration(seconds)}."
    st.caption(told)
    return Drawing(way, int(size), seed), confirmed


def show_figures(file: File, report: FileReport) -> None:
    """Show what the file is, its numbers, and what to know before opening it."""
    st.markdown(f"**{plain(file.name)}** is read as **{report.format}**: {report.why}.")
    columns = st.columns(5)
    columns[0].metric("Vectors", f"{report.rows:,}")
    columns[1].metric("Dimensions", f"{report.dim:,}")
    columns[2].metric("In memory", readable_bytes(report.memory))
    columns[3].metric("Stored as", report.dtype)
    columns[4].metric("Median length", f"{report.statistics.norms[1]:.3g}")
    for warning in report.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    column = text_column(report)
    if column is not None:
        says, way = st.columns([4, 1], vertical_alignment="center")
        numbers = "number" if report.dim == 1 else "numbers"
        says.warning(
            f"This looks like a table of texts: “{plain(column)}” holds sentences, and each "
            f"vector would be only {report.dim} {numbers}. Encode text turns the sentences into "
            "vectors.",
            icon=":material/edit_note:",
        )
        way.page_link(PAGES["encode"].file, label="Encode text", icon=PAGES["encode"].icon)


def text_column(report: FileReport) -> str | None:
    """Return the column of texts to encode, where there are hardly any numbers beside it."""
    if report.dim > FEW_NUMBERS:
        return None
    for name in report.first_rows.column_names:
        values = [one for one in report.first_rows[name].to_pylist() if isinstance(one, str)]
        if values and sum(map(len, values)) / len(values) >= SENTENCE:
            return str(name)
    return None


def show_first_rows(report: FileReport) -> None:
    """Show where the labels come from, the first rows, and what a sample of all shows."""
    st.caption(
        f"Labels come from {plain(report.labels_from)}. The first rows, as they will be read:"
    )
    table, config = with_addresses(report.first_rows)
    without_export("first rows").dataframe(table, hide_index=True, column_config=config)
    st.caption(" ".join(facts(report)))


def facts(report: FileReport) -> list[str]:
    """Return what a sample of the vectors shows, as sentences in Markdown."""
    found = report.statistics
    told = [f"In a sample of {count(found.rows, 'vector')}:"]
    told.append(
        "all have length 1,"
        if found.unit_length
        else f"lengths from {found.norms[0]:.3g} to {found.norms[2]:.3g},"
    )
    told.append(center(found))
    for many, singular, plural in (
        (found.repeated_labels, "label repeats", "labels repeat"),
        (found.bad_rows, "vector holds NaN or infinite values", "hold NaN or infinite values"),
        (found.zero_rows, "vector holds only zeros", "vectors hold only zeros"),
    ):
        if many:
            told.append(f"**{count(many, singular, plural)}**.")
    if found.scripts:
        letters = ", ".join(f"{share:.0%} {plain(name)}" for name, share in found.scripts[:3])
        language = f", most likely {found.language}" if found.language else ""
        told.append(f"Letters: {letters}{language}.")
    pictures = picture_columns(report.first_rows)
    names = [name for name in report.metadata_columns if name not in pictures]
    if pictures:
        told.append(f"Pictures: {plain(', '.join(pictures))}.")
    if names:
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        told.append(f"Columns to color by: {plain(', '.join(names[:8]))}{more}.")
    return told


def center(found: Statistics) -> str:
    """Return how far the mean is from the origin, in words."""
    share = found.mean_share
    if share < 0.3:
        return f"and they point in all directions (their mean has {share:.0%} of their length)."
    return (
        f"and they share a direction (their mean has {share:.0%} of their length), "
        "so even unrelated vectors have a high cosine."
    )


def show_formats() -> None:
    """Show what the files that can be opened look like."""
    st.markdown("#### What can be opened")
    for column, (name, suffixes, example) in zip(st.columns(len(EXAMPLES)), EXAMPLES, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{name}**  \n{suffixes}")
            st.code(example, language=None)
    st.caption(
        "Each also inside .gz, .bz2, .xz, .zst or .zip. Files are read as data and never run. "
        "Nothing leaves this server, and only people who have its link can reach the space."
    )
