"""Type a text and see which pictures lie beside it; choose a picture and see which texts do."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.beyond.clip.retrieval import SHARE, conse, summed
from explorer.beyond.clip.sample import class_vectors
from explorer.beyond.clip.towers import picture_space
from explorer.encoding.pictures.job import PictureOptions
from explorer.encoding.pictures.models import LiteEncoder, load_picture_encoder
from explorer.errors import ExplorerError
from explorer.pictures.column import pictures_of
from explorer.projection.out_of_sample import Landing, land
from explorer.ui.beyond.pictures import data, gallery
from explorer.ui.beyond.pictures.data import Wanted
from explorer.ui.encode import own_pictures
from explorer.ui.lessons.lesson import offer_map
from explorer.ui.map.landing import landing_arrows
from explorer.ui.open.telling import tell
from explorer.ui.picture.coloring import coloring
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.ui.shell.tables import named_table, table_height
from explorer.ui.shell.word_fields import word_field

TO_PICTURES, TO_TEXTS = "A text finds pictures", "A picture finds texts"
MAPS, CLASSES, BOTH = "what was learned", "class names (ConSE)", "the sum of both"
FIRST = 10
EXAMPLES = ("dog", "something sweet to eat", "winter", "he is very tired", "music")
TEXT, ROW = "picture_text", "picture_name"
SETTLED = "pictures asked of"  # session state: the digest of the set
MAP_HEIGHT = 520


def show(wanted: Wanted) -> None:
    """Draw the two directions."""
    of_way, rest = st.columns([1.25, 2.2], vertical_alignment="bottom")
    way = of_way.segmented_control(
        "Direction",
        [TO_PICTURES, TO_TEXTS],
        default=TO_PICTURES,
        required=True,
        key=address.choice("picture_way", [TO_PICTURES, TO_TEXTS]),
        bind="query-params",
        label_visibility="collapsed",
    )
    try:
        if way == TO_PICTURES:
            find_pictures(wanted, rest)
        else:
            find_texts(wanted)
    except ExplorerError as error:
        tell(error)


def find_pictures(wanted: Wanted, place: DeltaGenerator) -> None:
    """Ask for a text; show where it lands, and the pictures nearest to it."""
    field, options = place.columns([1.7, 1], vertical_alignment="bottom")
    if TEXT not in st.query_params:
        st.session_state.setdefault(TEXT, EXAMPLES[0])
    text = field.text_input(
        "Type a text",
        key=TEXT,
        bind="query-params",
        max_chars=300,
        icon=":material/search:",
    )
    by = MAPS
    if wanted.is_small:
        by = options.selectbox(
            "Compare by",
            [MAPS, CLASSES, BOTH],
            key="compare by",
            help="ConSE (Norouzi 2014) needs no training here: a picture is the mean of the names "
            "of its ten likeliest classes, of the 1,000 that the network knows.",
        )
    examples, switch = st.columns([1.5, 1], vertical_alignment="center")
    if wanted.pairs is not None:
        examples.pills(
            "Examples", EXAMPLES, key="picture example", on_change=take_example,
            label_visibility="collapsed",
        )  # fmt: skip
    only = False
    if wanted.unseen is not None:
        only = switch.toggle(
            f"Only those never seen ({int(wanted.unseen.sum())} of {len(wanted.unseen):,})",
            key="only unseen",
            help="These were held out with all their variants: the maps never learned from them.",
        )
    if not (text and text.strip()):
        st.info("Type a word or a sentence: the pictures nearest to it stand here then.")
        return
    frozen = data.frozen_texts((text.strip(),), wanted.towers)
    if frozen is None:
        return
    vector = wanted.towers.texts(frozen)
    scores = (wanted.pictures.vectors @ vector.T)[:, 0]
    if by != MAPS:
        theirs = named(wanted) @ (frozen[0] / np.linalg.norm(frozen[0]))
        scores = theirs if by == CLASSES else summed(scores[None], theirs[None], SHARE)[0]
    allowed = wanted.unseen if only and wanted.unseen is not None else np.ones(len(scores), bool)
    order = np.argsort(-np.where(allowed, scores, -np.inf), kind="stable")
    rows = order[: min(FIRST, int(allowed.sum()))]
    space, projection = data.joint(wanted.pictures.digest, wanted)
    landing = land(space, projection, text.strip(), vector[0])
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        draw(wanted, landing)
    with right:
        st.markdown(f"**“{plain(text.strip())}”**: the ten nearest pictures")
        gallery.table(
            wanted.pictures,
            rows,
            scores,
            wanted.unseen,
            name=f"pictures nearest to {text.strip()}",
            score="cosine" if by != BOTH else "score",
            key=f"nearest pictures {text} {by} {only}",
        )


def draw(wanted: Wanted, landing: Landing | None) -> None:
    """Draw both kinds of points, and where the text lands."""
    space, projection = data.joint(wanted.pictures.digest, wanted)
    look = coloring(space, "group" if wanted.pairs is not None else "this is a")
    pointcloud(
        projection,
        space,
        key="pictures map",
        colors=look,
        arrows=landing_arrows(projection, landing),  # marks would fade all pictures but ten
        size=6,
        height=MAP_HEIGHT,
    )
    method = "UMAP" if projection.method == "umap" else "PCA"
    texts = " and their names" if len(space) > len(wanted.pictures) else ""
    st.caption(
        f"{len(wanted.pictures):,} pictures{texts} in one space of {space.dim} dimensions, drawn "
        f"by {method}. The list beside it is by all dimensions, not by the drawing."
    )
    offer_map(space, "Open both kinds on the Map", key="pictures to map")


def find_texts(wanted: Wanted) -> None:
    """Ask for a picture, of the set or dropped; show it beside the texts that fit it."""
    left, right = st.columns([1, 1.2], gap="large")
    with left:
        settle_picture(wanted)
        chosen = word_field(st.container(), "A picture of the set", wanted.pictures, key=ROW,
                            unseen=False)  # fmt: skip
        dropped = dropped_picture(wanted)
    if dropped is not None:
        vector, shown, name = dropped.vectors[0], pictures_of(dropped, [0])[0], dropped.labels[0]
        seen = "It is yours: never seen."
    elif chosen is not None:
        row = wanted.pictures.row(chosen)
        vector, shown, name = wanted.pictures.vectors[row], None, chosen
        shown = pictures_of(wanted.pictures, [row])[0]
        seen = ""
        if wanted.unseen is not None:
            never = bool(wanted.unseen[row])
            seen = "It was held out: never seen." if never else "It was learned from."
    else:
        right.info("Type the name of a picture, or drop one: texts that fit it stand here then.")
        return
    with left:
        if shown:
            st.image(shown, width=140)
        st.caption(f"{plain(name)}. {seen}")
    with right:
        own = st.text_area(
            "Texts of your own, one a line",
            key="own candidates",
            height=80,
            placeholder="a photo of a cat\na photo of a dog",
        )
        names, vectors = wanted.names, wanted.name_vectors
        typed = tuple(dict.fromkeys(one.strip() for one in (own or "").split("\n") if one.strip()))
        if typed:
            names = typed[:50]
            frozen = data.frozen_texts(names, wanted.towers)
            if frozen is None:
                return
            vectors = wanted.towers.texts(frozen)
        scores = vectors @ vector
        best = np.argsort(-scores, kind="stable")[:FIRST]
        st.markdown(f"Of {len(names):,} texts, these lie nearest:")
        named_table(
            pa.table({"text": [names[one] for one in best], "cosine": scores[best]}),
            "texts nearest to the picture",
            height=table_height(len(best)),
            column_config={"cosine": st.column_config.NumberColumn(format="%.2f", width=70)},
        )


def settle_picture(wanted: Wanted) -> None:
    """Give the field a picture of the set where it has none, once for each set."""
    if st.session_state.get(SETTLED) == wanted.pictures.digest:
        return
    st.session_state[SETTLED] = wanted.pictures.digest
    if st.query_params.get(ROW, st.session_state.get(ROW)) not in wanted.pictures:
        st.session_state[ROW] = wanted.pictures.labels[0]


def dropped_picture(wanted: Wanted) -> EmbeddingSpace | None:
    """Ask for a picture of one's own; return it in the common space."""
    given = own_pictures.ask_pictures("… or drop your own", key="one picture")
    if given is None:
        return None
    order = own_pictures.order_for(given[0], PictureOptions(wanted.towers.picture_model), given[1])
    found = own_pictures.encoded(order, "one picture")
    return None if found is None else picture_space(wanted.towers, found[1])


def named(wanted: Wanted) -> NDArray[np.float32]:
    """Return where ConSE puts the pictures among the texts, (n, t)."""
    return named_once(wanted.pictures.digest, wanted)


@st.cache_resource(show_spinner="Asking for the classes …", max_entries=8)
def named_once(digest: str, _wanted: Wanted) -> NDArray[np.float32]:
    """Compute it once for all visitors."""
    encoder = load_picture_encoder()
    assert isinstance(encoder, LiteEncoder)
    return conse(encoder.classes(_wanted.frozen), class_vectors(SAMPLE_FOLDER))


def take_example() -> None:
    """Put an example into the field."""
    chosen = st.session_state["picture example"]
    if chosen:
        st.session_state[TEXT] = chosen
