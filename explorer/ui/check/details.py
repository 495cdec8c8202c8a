"""One finding: how it is told, its bound on a slider, its rows, and two rows side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.checks import hubs
from explorer.checks.duplicates import row_elsewhere
from explorer.checks.findings import FINDINGS, Findings, Found, found_by, near_pairs
from explorer.figures.check import MOST_LABELS, confusion_figure, spread_figure
from explorer.pictures.column import data_url, has_pictures, pictures_of, without_pictures
from explorer.projection.sampling import whole_space
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, pictured, table_height, without_export
from explorer.workspace.take_home import file_name, write_csv

BOUNDS = "check bounds"  # session state: (digest, finding) -> the bound on its slider
MOST_LISTED = 500  # lines
LINES_IN_SIGHT = 8
OPTIONS = 60  # of a slider
PICTURE_WIDTH = 120  # pixels
TOLD_LENGTH = 300  # letters of a value

HOW = {
    "copies": "All numbers of the two vectors are equal.",
    "near": "The distance to the nearest row with another vector (1 − cosine similarity). The "
    "bound proposed is a fifth of its median over all rows.",
    "same_label": "The labels are the same, letter by letter.",
    "leak": "The distance to the nearest row of another part, among the 20 nearest; 0 for an equal "
    "vector. The bound is that of near duplicates.",
    "doubt": (
        "Of the 10 nearest, the share with the most frequent other label minus the share with "
        "the row’s own label. 1: all have another label, the same one. −1: all have the row’s "
        "label."
    ),
    "outliers": (
        "Local outlier factor (LOF, Breunig et al. 2000): how much denser the surroundings of a "
        "row’s 20 nearest are than its own. About 1 inside any cluster, loose or tight. (By "
        "distance alone, a whole loose cluster would count as outliers.) The bound proposed is 6 "
        "robust standard deviations above the median."
    ),
    "lonely": "In how many lists of 10 nearest neighbors a row is (k-occurrence). Each row lists "
    "10, so the average is 10. A lonely point (anti-hub) is in none.",
    "hubs": "In how many lists of 10 nearest neighbors a row is (k-occurrence, Radovanović et al. "
    "2010). Each row lists 10, so the average is 10. A hub is in more than 50.",
}
AXES = {
    "near": "cosine distance to the nearest other row",
    "leak": "cosine distance to the nearest row of another part",
    "doubt": "share for one other label − share for its own",
    "outliers": "local outlier factor",
    "lonely": "lists of 10 that a row is in",
    "hubs": "lists of 10 that a row is in",
}
VALUES = {
    "copies": "rows with this vector",
    "near": "distance",
    "same_label": "rows with this label",
    "leak": "distance",
    "doubt": "doubt",
    "outliers": "LOF",
    "lonely": "in lists",
    "hubs": "in lists",
}


def bounds(space: EmbeddingSpace) -> dict[str, float]:
    """Return the bounds that this visitor chose for a space, by finding."""
    kept: dict[tuple[str, str], float] = st.session_state.get(BOUNDS, {})
    chosen = {name: bound for (digest, name), bound in kept.items() if digest == space.digest}
    if "near" in chosen:
        chosen["leak"] = chosen["near"]
    return chosen


def show(space: EmbeddingSpace, results: Findings, name: str, chosen: dict[str, float]) -> None:
    """Draw the details of a finding; a bound chosen here goes into `chosen`."""
    st.markdown(f"#### {FINDINGS[name].title}")
    found = found_by(results, name, chosen.get(name))
    if name in AXES:
        left, right = st.columns([1, 1.35], gap="medium")
        with left:
            st.markdown(HOW[name])
            for sentence in SENTENCES.get(name, say_nothing)(results, found):
                st.markdown(sentence)
            if name in SLIDERS:
                chosen[name] = ask_bound(space, results, name, found.bound)
                found = found_by(results, name, chosen[name])
                if name == "near":
                    chosen["leak"] = chosen["near"]
        with right:
            show_chart(
                spread_figure(
                    found.values,
                    found.finding.compare,
                    found.bound,
                    AXES[name],
                    dark=is_dark(),
                ),
                f"How many rows have which value: {AXES[name]}; the bound is {found.bound:.3g}",
                key=f"check {name}",
            )
    else:
        st.markdown(HOW[name])
    if name == "doubt":
        show_confusion(space, results)
    if not len(found.rows):
        st.info("No row is concerned by this bound.", icon=":material/check_circle:")
        return
    listed, others = LISTS.get(name, one_a_line)(results, found)
    row = ask_row(space, results, name, found, (listed, others))
    side_by_side(space, int(listed[row]), int(others[row]))


def ask_bound(space: EmbeddingSpace, results: Findings, name: str, bound: float) -> float:
    """Draw the slider of a bound and return what it says."""
    options = sorted({*SLIDERS[name](results), bound, found_by(results, name).bound})
    if len(options) < 2:
        return bound
    key = f"bound {name} {space.digest}"
    value: float = st.select_slider(
        "Bound",
        options,
        bound,
        key=key,
        format_func=lambda one: f"{one:.3g}",
        help="The number of rows in the summary and the filter for the map follow it.",
    )
    kept = st.session_state.setdefault(BOUNDS, {})
    kept[space.digest, name] = value
    return value


def distances(results: Findings) -> list[float]:
    """Return bounds for near duplicates, from the nearest pair to the usual distance."""
    known = results.measured.nearest[results.measured.nearest > 0]
    if not len(known):
        return []
    middle = float(np.median(known))
    lowest = min(max(float(known.min()), middle * 1e-4), middle / 2)
    return [float(f"{one:.3g}") for one in np.geomspace(lowest, 1.2 * middle, OPTIONS)]


def factors(results: Findings) -> list[float]:
    """Return bounds for the local outlier factor, from the usual to the largest."""
    known = results.outliers[np.isfinite(results.outliers)]
    if not len(known):
        return []
    steps = np.geomspace(max(float(np.median(known)), 1e-3), float(known.max()) + 1e-6, OPTIONS)
    return [float(f"{one:.4g}") for one in steps]


SLIDERS: dict[str, Callable[[Findings], list[float]]] = {
    "near": distances,
    "outliers": factors,
    "doubt": lambda results: [step / 10 for step in range(-2, 11)],
}


def say_skewness(results: Findings, found: Found) -> list[str]:
    """Return what the skewness says of all rows."""
    return [
        f"**Skewness {results.skewness:.2f}** of these numbers is "
        f"{hubs.in_words(results.skewness)}. It grows with the number of dimensions that the "
        "data really use."
    ]


def say_accuracy(results: Findings, found: Found) -> list[str]:
    """Return how well the neighbors know the labels, beside what needs no vectors."""
    agreed = results.agreement
    if agreed is None or not agreed.judged.any():
        return ["No labelled row has a labelled neighbor, so nothing can be said of the labels."]
    share = agreed.accuracy
    left_out = len(results) - share.cases
    more = f" {left_out:,} rows have no label and are left out." if left_out else ""
    return [
        f"The majority of the 10 nearest names the row’s label for **{share.value:.1%}** of "
        f"{share.cases:,} rows (95 % interval {share.low:.1%} to {share.high:.1%}, Wilson; each "
        f"row’s own label left out). Always saying the most frequent label: {agreed.majority:.1%}. "
        f"By chance: {agreed.chance:.1%}.{more}"
    ]


def say_nothing(results: Findings, found: Found) -> list[str]:
    """Return no sentence."""
    return []


SENTENCES: dict[str, Callable[[Findings, Found], list[str]]] = {
    "lonely": say_skewness,
    "hubs": say_skewness,
    "doubt": say_accuracy,
}


def show_confusion(space: EmbeddingSpace, results: Findings) -> None:
    """Draw which labels mix, as a table of the worst and, for a few labels, as a picture."""
    agreed = results.agreement
    if agreed is None or agreed.pairs is None:
        return
    texts, pairs = agreed.labels.texts, agreed.pairs
    totals = np.maximum(pairs.sum(axis=1, keepdims=True), 1)
    apart = pairs / totals
    np.fill_diagonal(apart, -1)
    worst = np.argsort(-apart, axis=None, kind="stable")[:50]
    lines, columns = np.unravel_index(worst, apart.shape)
    mixed = pairs[lines, columns] > 0
    lines, columns = lines[mixed], columns[mixed]
    table = pa.table(
        {
            "label": [texts[line] for line in lines],
            "its neighbors’ label": [texts[column] for column in columns],
            "share of its neighbors": apart[lines, columns],
            "rows with the label": np.bincount(
                agreed.labels.codes[agreed.labels.codes >= 0], minlength=len(texts)
            )[lines],
        }
    )
    with st.expander("Which labels mix? The neighbors’ labels", icon=":material/grid_on:"):
        left, right = st.columns([1, 1], gap="medium")
        if len(texts) <= MOST_LABELS:
            with left:
                show_chart(
                    confusion_figure(pairs, texts, dark=is_dark()),
                    "For each label, the shares of its neighbors' labels",
                    key="check confusion",
                )
        else:
            left.caption(
                f"{len(texts):,} labels are too many for a picture; the table has those that mix "
                "most."
            )
        with right:
            named_table(
                table,
                whole_space(space).name,
                "labels of neighbors",
                height=380,
                column_config={
                    "share of its neighbors": st.column_config.NumberColumn(format="percent")
                },
            )


def one_a_line(results: Findings, found: Found) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows listed, and the nearest other of each to set beside it."""
    listed = found.rows[:MOST_LISTED]
    return listed, results.measured.neighbors[listed, 0].astype(np.intp)


def copies(results: Findings, found: Found) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of equal rows, the largest groups first."""
    first = results.measured.copy_of
    rows = np.flatnonzero(first != np.arange(len(first)))
    rows = rows[np.lexsort((rows, first[rows], -found.values[rows]))][:MOST_LISTED]
    return first[rows].astype(np.intp), rows


def near(results: Findings, found: Found) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of near duplicates, the nearest first."""
    pairs = near_pairs(results, found.bound)[:MOST_LISTED]
    return pairs[:, 0], pairs[:, 1]


def leaks(results: Findings, found: Found) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows, and the row of another part that is nearest to each."""
    listed = found.rows[:MOST_LISTED]
    assert results.split is not None
    return listed, row_elsewhere(
        results.measured.neighbors, results.measured.copy_of, results.split.codes, listed
    )


LISTS: dict[str, Callable[[Findings, Found], tuple[NDArray[np.intp], NDArray[np.intp]]]] = {
    "copies": copies,
    "near": near,
    "leak": leaks,
}
PAIRED = tuple(LISTS)


def ask_row(
    space: EmbeddingSpace,
    results: Findings,
    name: str,
    found: Found,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> int:
    """Draw the list and return the line that is chosen, the first by default."""
    listed, others = pairs
    total = len(found.rows)
    what = "pairs" if name in PAIRED else "rows"
    more = f"The first {len(listed):,} {what}, " if total > MOST_LISTED else ""
    st.caption(
        f"{more}{'the worst' if more else 'The worst'} first. Choose a line to see two rows side "
        "by side."
    )
    table = pa.table({VALUES[name]: found.values[others if name == "copies" else listed]})
    table = table.append_column("label", pa.array(space.labels_at(listed)))
    if name in PAIRED:
        table = table.append_column("and", pa.array(space.labels_at(others)))
    if name == "doubt" and results.agreement is not None:
        texts = pa.array((*results.agreement.labels.texts, ""))
        given = results.agreement.labels
        table = table.append_column(given.name, texts.take(given.codes[listed]))
        table = table.append_column(
            "neighbors say", texts.take(results.agreement.suggested[listed])
        )
    if (metadata := without_pictures(space.metadata)) is not None and name not in PAIRED:
        values = metadata.take(listed)
        for column in values.column_names:
            if column not in table.column_names:
                table = table.append_column(column, values[column])
    named = file_name(whole_space(space).name, FINDINGS[name].title.casefold(), suffix=".csv")
    saved = table.append_column("row", pa.array(listed))  # labels may repeat, rows do not
    if name in PAIRED:
        saved = saved.append_column("other row", pa.array(others))
    st.download_button(
        f"Take home these {len(listed):,} {what}",
        data=lambda: write_csv(saved, as_it_is=False),
        file_name=named,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="take finding",
        type="tertiary",
    )
    listing, config = pictured(
        table, space, listed, {VALUES[name]: st.column_config.NumberColumn(format="%.4g")}
    )
    event = without_export("check list").dataframe(
        listing,
        hide_index=True,
        height=table_height(min(len(listed), LINES_IN_SIGHT)),
        column_config=config,
        on_select="rerun",
        selection_mode="single-row",
        key=f"check list {name} {found.column} {space.digest}",
    )
    lines = event.selection.rows
    return lines[0] if lines and lines[0] < len(listed) else 0


def side_by_side(space: EmbeddingSpace, row: int, other: int) -> None:
    """Show two rows beside each other: pictures, labels, and each column's values."""
    rows = [row, other]
    similarity = cosine(space, row, other)
    st.markdown(
        f"**{plain(space.label(row))}** (row {row:,}) beside **{plain(space.label(other))}** "
        f"(row {other:,}): cosine similarity {similarity:.6g}."
    )
    if has_pictures(space):
        for place, picture in zip(st.columns(2), pictures_of(space, rows), strict=True):
            if url := data_url(picture):
                place.image(url, width=PICTURE_WIDTH)
    table = without_pictures(space.table())
    if table is None:  # there are pictures only
        return
    values = table.take(rows)
    names = list(values.column_names)
    one, two = ([told(values[name][place].as_py()) for name in names] for place in range(len(rows)))
    without_export("check beside").dataframe(
        pa.table(
            {
                "column": names,
                f"row {row:,}": one,
                f"row {other:,}": two,
                "equal": [a == b for a, b in zip(one, two, strict=True)],
            }
        ),
        hide_index=True,
        height=table_height(min(len(names), LINES_IN_SIGHT)),
    )


def cosine(space: EmbeddingSpace, row: int, other: int) -> float:
    """Return the cosine similarity of two rows, 0 for a zero vector."""
    one, two = (space.vector_at(place).astype(np.float64) for place in (row, other))
    lengths = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / lengths if lengths else 0.0


def told(value: object) -> str:
    """Return a value as a short text."""
    text = "" if value is None else str(value)
    return text if len(text) <= TOLD_LENGTH else f"{text[: TOLD_LENGTH - 1]}…"
