"""Which pictures, and which two encoders: what the page “Pictures and text” is about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, Projection
from explorer.beyond.clip.pairs import HELD_OUT, Pairs, sample_pairs
from explorer.beyond.clip.sample import sample_map, sample_maps
from explorer.beyond.clip.towers import RealClip, SmallClip, Towers, open_clip, picture_space
from explorer.encoding import job as encoding_job
from explorer.encoding.job import EncodeOptions
from explorer.encoding.pictures.given import of_file
from explorer.encoding.pictures.job import PictureOptions
from explorer.encoding.texts import prepare
from explorer.errors import ExplorerError
from explorer.formats.file import File
from explorer.formats.picture_files import PictureList
from explorer.pictures.column import with_pictures
from explorer.space import Source
from explorer.ui.encode import download, jobs, own_pictures
from explorer.ui.open.telling import tell
from explorer.ui.picture.drawing import picture
from explorer.ui.shell import address, owner, progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import SAMPLE_FOLDER

EMOJI, OWN = "Emoji", "My own pictures"
SMALL, REAL = "Our small CLIP", "Another CLIP"
CREDIT = (
    "Pictures: [Noto Emoji](https://github.com/googlefonts/noto-emoji) by Google, Apache-2.0. "
    "Names and tags: [emojibase](https://emojibase.dev), MIT."
)
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Wanted:
    """Pictures in a space with texts.

    Attributes
    ----------
    towers
        The two encoders.
    pictures
        n pictures in the common space, with thumbnails.
    frozen
        (n, p) what the encoder of pictures made of them.
    names, name_vectors
        m texts that may fit a picture, and where they lie (m, d).
    unseen
        (n,) which pictures were never learned from; None where nothing is known of it.
    pairs
        The sample with all that is known of it; None for a visitor's pictures.
    """

    towers: Towers
    pictures: EmbeddingSpace
    frozen: Floats
    names: tuple[str, ...]
    name_vectors: Floats
    unseen: NDArray[np.bool_] | None
    pairs: Pairs | None

    @property
    def is_small(self) -> bool:
        """Whether it is the CLIP that was made here."""
        return isinstance(self.towers, SmallClip)


def sample() -> Pairs:
    """Return the sample, read once for all visitors."""
    return read_sample()


@st.cache_resource(show_spinner="Reading the pictures …")
def read_sample() -> Pairs:
    """Read the sample."""
    return sample_pairs(SAMPLE_FOLDER)


def ask(place: DeltaGenerator) -> Wanted | None:
    """Draw the choice of pictures and encoders; None while something is missing or on its way."""
    chosen = " · ".join(
        st.session_state.get(key, st.query_params.get(key, usual))
        for key, usual in (("picture_set", EMOJI), ("picture_model", SMALL))
    )
    with place.popover(chosen, icon=":material/tune:", width="stretch"):
        of_what = st.segmented_control(
            "Pictures",
            [EMOJI, OWN],
            default=EMOJI,
            required=True,
            key=address.choice("picture_set", [EMOJI, OWN]),
            bind="query-params",
        )
        model = st.segmented_control(
            "Model",
            [SMALL, REAL],
            default=SMALL,
            required=True,
            key=address.choice("picture_model", [SMALL, REAL]),
            bind="query-params",
        )
    try:
        towers = SmallClip(sample_maps(SAMPLE_FOLDER)) if model == SMALL else ask_clip()
        if towers is None:
            return None
        return own(towers) if of_what == OWN else emoji(towers)
    except ExplorerError as error:
        tell(error)
        return None


def ask_clip() -> RealClip | None:
    """Ask for a CLIP by its name or folder; None while there is none."""
    name = st.text_input(
        "Its name on the hub, or its folder",
        placeholder="openai/clip-vit-base-patch32",
        key="clip_name",
        persist_state="session",
        help=f"A CLIP of transformers, with weights as safetensors. {download.size_limit()}",
    )
    if not (name and name.strip()):
        st.info(
            "A real CLIP was trained on 400 million pairs. Name one, such as "
            "openai/clip-vit-base-patch32 (605 MB), or its folder. Everything on this page works "
            "with it too.",
            icon=":material/info:",
        )
        return None
    owner.check_model(name.strip())
    return open_clip(name.strip()) if download.is_ready(name.strip()) else None


def emoji(towers: Towers) -> Wanted | None:
    """Return the sample as two encoders see it; None while a real CLIP reads it."""
    pairs = sample()
    if isinstance(towers, SmallClip):
        return small_wanted()
    files = tuple(
        of_file(File(f"{row}.webp", content=data)) for row, data in enumerate(pairs.thumbnails)
    )
    order = own_pictures.order_for(
        PictureList(files), PictureOptions(towers.picture_model), "Emoji"
    )
    found = own_pictures.encoded(order, "clip pictures")
    if found is None:
        return None
    texts = encoded_names(pairs.names, towers)
    if texts is None:
        return None
    space = EmbeddingSpace(
        pairs.names, found[1].vectors, name="Emoji", metadata=metadata_of(pairs, None)
    )
    shown = picture_space(towers, space)
    return Wanted(towers, shown, found[1].vectors, pairs.names, towers.texts(texts), None, pairs)


@st.cache_resource(show_spinner=False)
def small_wanted() -> Wanted:
    """Return the sample as our small CLIP sees it, once for all visitors."""
    pairs = sample()
    towers = SmallClip(sample_maps(SAMPLE_FOLDER))
    unseen = pairs.parts == HELD_OUT
    space = EmbeddingSpace(
        pairs.names, pairs.pictures, name="Emoji", metadata=metadata_of(pairs, pairs.parts)
    )
    return Wanted(
        towers,
        picture_space(towers, space),
        pairs.pictures,
        pairs.names,
        towers.texts(pairs.texts[0]),
        unseen,
        pairs,
    )


def metadata_of(pairs: Pairs, parts: NDArray[np.str_] | None) -> pa.Table:
    """Return the sample's columns: group, kind, what it was used for, and the pictures."""
    columns = {"group": pairs.groups, "kind": pairs.kinds}
    if parts is not None:
        columns["used for"] = tuple(parts.tolist())
    return with_pictures(pa.table(columns), "picture", pairs.thumbnails)


def encoded_names(names: tuple[str, ...], towers: Towers) -> Floats | None:
    """Return the vectors of many texts, encoded by a job; None while it runs."""
    texts = prepare(names)
    options = EncodeOptions(towers.text_model)
    shared = jobs.encodings()
    made = progress.wait_for(
        encoding_job.encoding_key(texts, options, "names"),
        lambda: encoding_job.start(shared.jobs, texts, options, "names"),
        progress.Wait(place=f"texts {len(names)}"),
        pool=shared.jobs,
    )
    return None if made is None else encoding_job.finished_space(texts, made, "names").vectors


def own(towers: Towers) -> Wanted | None:
    """Return the visitor's pictures as two encoders see them; None while there are none."""
    given = own_pictures.ask_pictures("Drop photos, or a zip of them", key="own pictures")
    if given is None:
        st.caption("Then search them by what they show.")
        return None
    order = own_pictures.order_for(given[0], PictureOptions(towers.picture_model), given[1])
    found = own_pictures.encoded(order, "own pictures")
    if found is None:
        return None
    for note in found[1].notes:  # what was left out, and why
        st.caption(f":material/info: {plain(note)}")
    pairs = sample()
    texts = pairs.texts[0] if isinstance(towers, SmallClip) else encoded_names(pairs.names, towers)
    if texts is None:
        return None
    return Wanted(
        towers,
        picture_space(towers, found[1]),
        found[1].vectors,
        pairs.names,
        towers.texts(texts),
        None,
        None,
    )


def frozen_texts(texts: tuple[str, ...], towers: Towers) -> Floats | None:
    """Return what the encoder of texts makes of them, (m, t); None while it reads them."""
    known = known_texts() if isinstance(towers, SmallClip) else {}
    others = tuple(one for one in texts if one not in known)
    if not others:
        return np.stack([known[one] for one in texts])
    read = encoded_names(others, towers)
    if read is None:
        return None
    places = dict(zip(others, read, strict=True))
    return np.stack([known[one] if one in known else places[one] for one in texts])


@st.cache_resource(show_spinner=False)
def known_texts() -> dict[str, Floats]:
    """Return what MiniLM makes of the sample's names, so that no model is waited for at first."""
    pairs = sample()
    return dict(zip(pairs.names, pairs.texts[0], strict=True))


@st.cache_resource(show_spinner=False, max_entries=8)
def joint(digest: str, _wanted: Wanted) -> tuple[EmbeddingSpace, Projection]:
    """Return one space with both kinds of points, pictures first, and a picture of it."""
    wanted = _wanted
    n, m = len(wanted.pictures), len(wanted.names) if wanted.pairs is not None else 0
    table = wanted.pictures.metadata
    assert table is not None
    kinds = ["picture"] * n + ["text"] * m
    columns = {"this is a": pa.array(kinds)}
    for name in table.column_names:
        if name != "picture":
            values = table[name].to_pylist()
            columns[name] = pa.array(values + (values if m == n else [None] * m))
    thumbnails = table["picture"].to_pylist() + [None] * m
    space = EmbeddingSpace(
        [*wanted.pictures.labels, *wanted.names[:m]],
        np.concatenate([wanted.pictures.vectors, wanted.name_vectors[:m]]),
        name=f"{wanted.pictures.name} and texts" if m else wanted.pictures.name,
        metadata=with_pictures(pa.table(columns), "picture", thumbnails),
        source=Source("pictures and texts", f"in the space of {wanted.towers.name}"),
    )
    if wanted.is_small and wanted.pairs is not None:
        return space, Projection(sample_map(SAMPLE_FOLDER), "umap", {"n_neighbors": 15}, 42)
    return space, picture(space, "pca", 2)
