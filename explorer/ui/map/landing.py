"""Type a sentence and see it land: encoded by the space's own model, placed by its neighbors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection, encode
from explorer.encoding import job
from explorer.encoding.models import TOKENS_OF
from explorer.errors import EncodeError, ExplorerError
from explorer.figures.marks import Marks
from explorer.projection.out_of_sample import Landing, land
from explorer.space import Source
from explorer.ui.encode import jobs
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import Arrow
from explorer.ui.shell import address, owner, spaces
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height

# Share of the points with a more distant nearest neighbor. Chosen on 30 texts, judged on 30 others:
# tests/ui/test_far.py
FAR = 0.02
SENTENCE_WORDS = 3
FALL = 0.12  # length of the arrow, of the picture's height
MOST = 32  # letters beside it
PATIENCE = 90.0  # seconds; the first time, the model has to be loaded


def ask_landing(
    space: EmbeddingSpace, projection: Projection, *, brief: bool = False
) -> Landing | None:
    """Draw the field for a sentence and return where it lands.

    Where no sentence can, that is told unless it shall be `brief`: a selected point needs the room.
    """
    source = space.source
    if not (source.model or source.words):
        if brief:
            return None
        st.caption(
            ":material/flight_land: No sentence can land here: no model is known that reads texts "
            f"into the space of {plain(space.name)}.",
            help="It works in the samples, and in spaces whose texts were encoded here.",
        )
        return None
    text = st.text_input(
        "Type a sentence and see it land",
        key="typed",
        bind="query-params",
        placeholder=invitation(space),
        icon=":material/flight_land:",
    )
    if not (text and text.strip()):
        return None
    try:
        with st.spinner("Reading it …"):
            vector = vector_of(text.strip(), source)
        return land(space, projection, text.strip(), vector)
    except ExplorerError as error:
        tell(error)
        return None


def invitation(space: EmbeddingSpace) -> str:
    """Return what the empty field says: an example, or who reads what is typed."""
    if spaces.is_sample(space):
        return spaces.SAMPLES[space.name].example
    if space.source.words:
        return "words to be averaged"
    return f"read by {PurePath(space.source.model).name}"


def vector_of(text: str, source: Source) -> NDArray[np.float32]:
    """Return the vector that a text gets in a space of that source; raises ExplorerError."""
    if source.model:
        owner.check_model(source.model)  # an uploaded file may name any model
        found: NDArray[np.float32] = job.start_vector_of(
            jobs.encodings().jobs, text, source
        ).result(PATIENCE)
        return found
    words = spaces.space_of_digest(source.words)
    if words is None:
        raise EncodeError(
            "The space whose word vectors were averaged here is no longer open. Open its file "
            "again, and come back."
        )
    return np.asarray(encode([text], words).vectors[0])


def landing_marks(marks: Marks, landing: Landing | None) -> Marks:
    """Return the map's marks with the neighbors of what landed, where nothing else is marked."""
    if landing is None or not marks.is_empty:
        return marks
    return replace(marks, hits=landing.neighbors.indices)


def landing_arrows(projection: Projection, landing: Landing | None) -> list[Arrow]:
    """Return an arrow that comes down where the text landed, with the text beside it."""
    if landing is None:
        return []
    above = landing.coordinates.copy()
    above[1] += FALL * float(np.ptp(projection.coordinates[:, 1]))
    text = landing.text if len(landing.text) <= MOST else f"{landing.text[: MOST - 1]}…"
    return [Arrow(above.tolist(), landing.coordinates.tolist(), text)]


def show_landing(space: EmbeddingSpace, landing: Landing | None) -> None:
    """List the neighbors of what landed, and say how near the nearest is."""
    if landing is None:
        return
    nearest = landing.neighbors.labels[0]
    st.markdown(
        f"The nearest point is **{plain(nearest)}**, at a cosine of **{landing.nearness:.2f}**: "
        f"{how_near(landing)}"
    )
    tell_average(space, landing)
    table = landing.neighbors.to_arrow().drop(["row"])

    def choose() -> None:
        chosen = st.session_state["landed"].selection.cells
        if chosen:
            address.select(space, int(landing.neighbors.indices[chosen[0][0]]))

    named_table(
        table,
        space.name,
        "neighbors of what was typed",
        key="landed",
        on_select=choose,
        selection_mode="single-cell",
        column_config={
            "label": st.column_config.TextColumn("Neighbor", width=160),
            "cosine similarity": st.column_config.NumberColumn("Cosine", format="%.3f", width=65),
        },
        height=table_height(len(landing.neighbors)),
    )
    placement = landing.placement
    kept = round(float(placement.neighbor_recall[0]) * placement.neighbors.shape[1])
    st.caption(
        f"{placement.sentence} {kept} of its {placement.neighbors.shape[1]} true nearest "
        "neighbors are also drawn nearest to it."
    )


def tell_average(space: EmbeddingSpace, landing: Landing) -> None:
    """Say what the mean of word vectors cannot do, where a sentence landed as one."""
    averages = bool(space.source.words) or space.source.model.startswith(TOKENS_OF)
    if not averages or len(landing.text.split()) < SENTENCE_WORDS:
        return
    st.info(
        "This space knows words, not sentences: yours landed at the **mean of its words**. Small "
        "words such as *a* and *that* pull as hard as the others, and word order is lost.",
        icon=":material/functions:",
    )
    st.page_link(
        PAGES["map"].file,
        label="Ask the books: their model reads sentences",
        icon=":material/menu_book:",
        query_params={"space": "books", "typed": landing.text},
    )


def is_far(landing: Landing) -> bool:
    """Whether next to no point of the space has so distant a nearest neighbor."""
    return len(landing.usual) > 0 and landing.rank < FAR


def how_near(landing: Landing) -> str:
    """Say whether that cosine is high or low for this space."""
    if not len(landing.usual):
        return "there is no other point to compare with."
    if is_far(landing):
        farther = share(1 - landing.rank)
        return f"far from everything: {farther} of the points here have a nearer neighbor."
    if landing.rank < 0.5:
        return f"{share(1 - landing.rank)} of the points here have a nearer neighbor."
    return f"near: {share(landing.rank)} of the points here have no neighbor so near."


def share(part: float) -> str:
    """Return a share in words."""
    return "all" if part > 0.995 else f"{part:.0%}"
