"""Step 2: inside an index, over a picture of the space, for one query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.figures.search_inside import (
    cells_figure,
    codebooks_figure,
    codes_figure,
    planes_figure,
    rebuilt_figure,
)
from explorer.figures.search_layers import layers_figure
from explorer.neighbors.indexes import looking
from explorer.neighbors.indexes.inside import (
    Answer,
    CellsLook,
    CodesLook,
    Look,
    PlanesLook,
    WalkLook,
)
from explorer.neighbors.indexes.known import PROBES
from explorer.neighbors.indexes.settings import Settings
from explorer.ui.picture.drawing import picture
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height
from explorer.ui.shell.word_fields import word_field

TITLES = {"HNSW": "hnsw", "IVF": "ivf", "PQ": "pq", "LSH": "lsh"}
PICTURES = {"PCA": "pca", "UMAP": "umap"}
WIDTHS = (10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256)
MOST_PLAYED = 40  # steps that the slider shows one by one; later ones are drawn together
EXAMPLE = "king"
IDEAS = {
    "hnsw": "Each vector is linked to near ones. The walk starts on the top layer, where few "
    "vectors make long jumps, follows links towards the query, and goes down. On the ground it "
    "keeps the **ef** best so far, and stops when no link leads nearer.",
    "ivf": "The vectors are sorted into cells beforehand. A query visits the **nprobe** cells "
    "whose centers are nearest. A neighbor just across the border of the last one is missed.",
    "pq": (
        "A vector is cut into parts. For each part there are 256 typical examples, called "
        "**codewords**. Only the number of the nearest one is kept, one byte. Distances computed "
        "from these bytes are a little wrong, so some near vectors trade places."
    ),
    "lsh": "Random **planes** through the origin cut the space in two. A vector keeps one bit for "
    "each: on which side it lies. The fewer planes lie between two vectors, the nearer they seem.",
}
KNOBS = {"hnsw": "ef, candidates kept", "ivf": "nprobe, cells visited", "pq": "bytes of a code",
         "lsh": "planes"}  # fmt: skip


def draw(space: EmbeddingSpace) -> None:
    """Ask for the index and the query, and show the look inside."""
    which, word, how = st.columns([1.3, 1, 0.8], vertical_alignment="bottom")
    title = which.segmented_control(
        "Index",
        list(TITLES),
        default="HNSW",
        required=True,
        key=address.choice("search_index", list(TITLES)),
        bind="query-params",
    )
    name = TITLES[title or "HNSW"]
    if "search_word" not in st.session_state and not st.query_params.get("search_word"):
        st.session_state["search_word"] = EXAMPLE if EXAMPLE in space else space.label(0)
    method = how.segmented_control(
        "Picture",
        list(PICTURES),
        default="PCA",
        required=True,
        key=address.choice("search_picture", list(PICTURES)),
        bind="query-params",
        help="Only the drawing changes: every index works on all dimensions.",
    )
    label = word_field(word, "Query", space, key="search_word", unseen=False)
    if label is None:
        return
    row = space.row(label)
    settings = Settings().fitted(len(space), space.dim)
    key = looking.look_key(space.digest, name, row, settings)
    look = kept_look(key) or progress.wait_for(
        key,
        partial(looking.start, progress.jobs(), space, name, row, settings),
        progress.Wait(place="look", running=f"{title} is built and asked."),
    )
    if look is None:
        return
    drawn = picture(space, PICTURES[method or "PCA"], 2)
    st.fragment(show)(space, drawn, name, look)


@st.cache_resource(show_spinner=False, max_entries=16)
def read_look(key: str) -> Look | None:
    """Return a look that was kept, once for all visitors."""
    return looking.kept_look(key)


def kept_look(key: str) -> Look | None:
    """Return a look that was kept; one that is not there yet is looked for again."""
    found = read_look(key)
    if found is None:
        read_look.clear(key)
    return found


def values_for(look: Look) -> Sequence[int]:
    """Return the settings that the slider offers."""
    if isinstance(look, CellsLook):
        return [one for one in PROBES if one <= len(look.order)]
    if isinstance(look, CodesLook):
        return look.sizes
    return look.numbers if isinstance(look, PlanesLook) else WIDTHS


def show(space: EmbeddingSpace, drawn: Projection, name: str, look: Look) -> None:
    """Draw the slider, the picture and what was found; runs alone when the slider moves."""
    st.caption(IDEAS[name])
    values = list(values_for(look))
    middle = values[0] if name in ("hnsw", "ivf") else values[len(values) // 2]
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        slider, second = st.columns([1, 1], gap="medium", vertical_alignment="bottom")
        value = (
            slider.select_slider(KNOBS[name], values, value=middle, key=f"search knob {name}")
            if len(values) > 1
            else values[0]
        )
    answer: Answer = look.at(value)  # type: ignore[attr-defined]  # each kind of look has it
    with left:
        labels = space.labels_at
        places = drawn.coordinates
        if isinstance(look, WalkLook):
            show_walk(space, places, look, value, second)
        else:
            near = second.toggle("Zoom to the query", key="search zoom")
            options = {"near": near, "dark": is_dark()}
            if isinstance(look, CellsLook):
                figure = cells_figure(places, look, value, labels, **options)
            elif isinstance(look, CodesLook):
                figure = codes_figure(places, look, value, labels, **options)
            else:
                assert isinstance(look, PlanesLook)
                figure = planes_figure(
                    places, look, value, labels, plane_lines(look, drawn), **options
                )
            show_chart(figure, alt(space, look, answer), key=f"search {name}")
            st.caption(captions(look))
    with right:
        tell_answer(space, look, answer)
        if isinstance(look, CodesLook):
            show_codes(look, value)


def show_walk(
    space: EmbeddingSpace, places: NDArray[np.float32], look: WalkLook, ef: int, place: object
) -> None:
    """Draw HNSW's layers and the walk up to a step."""
    end = look.walk.end(ef)
    shown = step_numbers(look, end)
    key = f"search step {look.row} {ef}"
    step = place.select_slider(  # type: ignore[attr-defined]
        "Step of the walk", shown, value=shown[-1], key=key
    )
    figure = layers_figure(places, look, ef, step, space.labels_at, dark=is_dark())
    show_chart(figure, alt(space, look, look.at(ef)), key="search hnsw")
    hop = step - 1
    level = int(look.walk.hop_level[hop])
    here, before = (
        plain(space.label(int(row))) if row >= 0 else ""
        for row in (look.walk.hop_row[hop], look.walk.hop_from[hop])
    )
    where = "on the ground" if level == 0 else f"on layer {level}"
    came = f", reached from “{before}”" if before and before != here else ""
    st.caption(
        f"Step {step} of {end}, {where}: the links of “{here}” are followed{came}. So far "
        f"{look.walk.comparisons(step):,} comparisons. Each layer holds about one in sixteen of "
        "the vectors below it."
    )


def step_numbers(look: WalkLook, end: int) -> list[int]:
    """Return the steps to choose from: each of the first, then fewer, and the last."""
    first = list(range(1, min(end, MOST_PLAYED) + 1))
    later = (
        np.unique(np.linspace(MOST_PLAYED, end, 12).astype(int)).tolist()
        if end > MOST_PLAYED
        else []
    )
    return sorted({*first, *later, end})


def plane_lines(look: PlanesLook, drawn: Projection) -> list[tuple[float, float, float]]:
    """Return where the first planes cut the picture, where it is a flat cut through the space."""
    if drawn.linear is None:
        return []
    across = look.planes @ drawn.linear.directions
    at_origin = look.planes @ drawn.linear.origin
    return [(float(a), float(b), float(c)) for a, (b, c) in zip(at_origin, across, strict=True)]


def captions(look: Look) -> str:
    """Say what the picture shows."""
    if isinstance(look, CellsLook):
        return (
            "A cross is the mean place of a cell’s vectors. Cells that are apart in all "
            "dimensions overlap in a flat picture."
        )
    if isinstance(look, CodesLook):
        return "Every code is compared. An open circle took the place of a true neighbor."
    return (
        "Dotted: where the first planes cut the flat picture (in PCA only). Points off the "
        "picture may lie on the other side."
    )


def tell_answer(space: EmbeddingSpace, look: Look, answer: Answer) -> None:
    """Show the counts, and the true neighbors with what became of them."""
    n = int(np.isfinite(look.similarities).sum())
    one, two, three = st.columns(3)
    one.metric("Found", f"{len(answer.hits)} of {len(answer.true)}")
    two.metric("Compared", f"{answer.computed:,}", help=f"Exact search compares all {n:,} vectors.")
    three.metric("Of exact", f"{answer.computed / n:.1%}")
    wrong = [row for row in answer.found if row not in answer.true]
    found = np.isin(answer.true, answer.found)
    rows = [*zip(answer.true, found, strict=True)]
    named_table(
        pa.table(
            {
                "true neighbor": space.labels_at(answer.true),
                "cosine": [float(look.similarities[row]) for row, _ in rows],
                "": ["found" if hit else "✗ missed" for _, hit in rows],
            }
        ),
        space.name,
        "true neighbors, found and missed",
        height=table_height(len(rows) if not isinstance(look, CodesLook) else 4),
        column_config={"cosine": st.column_config.NumberColumn(format="%.3f")},
    )
    if wrong:
        told = ", ".join(plain(one) for one in space.labels_at(np.array(wrong[:4], np.intp)))
        more = " …" if len(wrong) > 4 else ""
        st.caption(f"Answered in place of the missed: {told}{more}")


def show_codes(look: CodesLook, size: int) -> None:
    """Draw the codebooks and the rebuilt vector, and say how far off it is."""
    dark = is_dark()
    show_chart(
        codebooks_figure(look, size, dark=dark, height=170),
        "The codewords of the first four parts, this vector's part, and the codeword kept for it",
        key="search codebooks",
    )
    show_chart(
        rebuilt_figure(look, size, dark=dark),
        f"The vector's first numbers and those rebuilt from a code of {size} bytes",
        key="search rebuilt",
    )
    st.caption(
        f"{4 * len(look.vector):,} bytes become {size}. The rebuilt vector is "
        f"{look.error(size):.0%} of the vector’s length away from it."
    )


def alt(space: EmbeddingSpace, look: Look, answer: Answer) -> str:
    """Say what the picture shows, for those who cannot see it."""
    return (
        f"The query {space.label(look.row)}: {len(answer.hits)} of {len(answer.true)} true "
        f"neighbors found, {answer.computed:,} comparisons"
    )
