"""From pictures to an embedding space."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from explorer.encoding.pictures.given import (
    PictureSource,
    find_pictures,
    labels_of,
    told_broken,
)
from explorer.errors import LabelCountError
from explorer.formats.picture_files import PictureList
from explorer.jobs.progress import Report, no_report
from explorer.pictures.column import with_pictures
from explorer.space import EmbeddingSpace, Source
from explorer.wording import count

if TYPE_CHECKING:
    from explorer.encoding.pictures.encoding import EncodedPictures

DEFAULT = "efficientnet-lite0"
MOST_NOTES = 5  # of single pictures, in a space's notes


def encode_images(
    pictures: PictureSource | Iterable[PictureSource],
    model: str | os.PathLike[str] = DEFAULT,
    *,
    name: str = "pictures",
    labels: Sequence[str] | None = None,
    metadata: pa.Table | None = None,
    device: str = "auto",
    precision: str = "auto",
    cache: bool = True,
    report: Report = no_report,
) -> EmbeddingSpace:
    """Turn pictures into an embedding space, one vector each.

    Parameters
    ----------
    pictures
        n pictures: a folder (with all below it), a zip, or paths, bytes, Pillow's images or
        arrays (h, w, 3) of uint8. One that cannot be opened is left out and told in the notes.
    model
        'efficientnet-lite0', which needs no network (Tan & Le 2019), or a CLIP, SigLIP, DINOv2 or
        ViT of transformers by its hub name or folder (safetensors only; code in a
        repository is never run). EfficientNet-Lite0 sees the middle at 192 x 192 pixels.
    name
        What to call the space.
    labels
        n labels; by default the files' names.
    metadata
        Arrow table of n rows.
    device
        'cuda', 'mps', 'cpu', or 'auto' for the best one available.
    precision
        'exact' (float32), 'fast' (half precision, where the device computes that faster), or
        'auto': exact on a processor, fast on a GPU. 'float32', 'bfloat16' and 'float16' are
        taken by their own names.
        EfficientNet-Lite0 always computes in float32.
    cache
        Whether to use the vector cache on disk, keyed by the file's content, model and precision.
    report
        Told the progress; what it raises stops the work, and what was done is kept.

    Returns
    -------
    EmbeddingSpace
        A row per picture that can be opened: (n, d) float32, with a column “picture” of
        thumbnails in its metadata, and “folder” where they lie in several.

    Raises
    ------
    PictureError
        There is no picture that can be opened.
    ModelError
        The model is not there, not allowed, not safe to load, or not one of pictures.
    EncodeError
        They cannot be encoded this way: device, precision, memory.
    LabelCountError
        Labels or metadata are more or fewer than the pictures.
    """
    from explorer.encoding.pictures.encoding import encode_pictures
    from explorer.encoding.pictures.models import load_picture_encoder
    from explorer.encoding.vector_cache import opened

    found = find_pictures(pictures)
    for given, what in ((labels, "labels"), (metadata, "metadata rows")):
        if given is not None and len(given) != len(found.pictures):
            raise LabelCountError(
                f"{len(given):,} {what} for {count(len(found.pictures), 'picture')}. Each picture "
                "needs one."
            )
    encoder = load_picture_encoder(
        os.fspath(model), device=device, precision=precision, report=report
    )
    if not cache:
        made = encode_pictures(found.pictures, encoder, report=report)
    else:
        with opened() as kept:
            made = encode_pictures(found.pictures, encoder, cache=kept, report=report)
    return picture_space(
        found, made, encoder.name, encoder.precision, name, labels=labels, metadata=metadata
    )


def picture_space(
    listed: PictureList,
    made: EncodedPictures,
    model: str,
    precision: str,
    name: str,
    *,
    labels: Sequence[str] | None = None,
    metadata: pa.Table | None = None,
) -> EmbeddingSpace:
    """Return the space of encoded pictures, with what was left out in its notes."""
    pictures, rows = listed.pictures, made.rows.tolist()
    told = list(labels) if labels is not None else labels_of(pictures)
    table = metadata.take(rows) if metadata is not None else None
    folders = [pictures[row].folder for row in rows]
    if len(set(folders)) > 1 and (table is None or "folder" not in table.column_names):
        column = pa.array(folders, pa.string())
        table = (
            pa.table({"folder": column}) if table is None else table.append_column("folder", column)
        )
    vectors = made.vectors
    vectors.flags.writeable = False
    notes = [*listed.notes, *told_broken(made.errors), *made.notes[:MOST_NOTES]]
    if len(made.notes) > MOST_NOTES:
        notes.append(f"And so it is with {len(made.notes) - MOST_NOTES:,} more pictures.")
    return EmbeddingSpace(
        [told[row] for row in rows],
        vectors,
        name=name,
        metadata=with_pictures(table, "picture", made.thumbnails),
        source=Source("pictures", f"encoded by {model}", (precision,), text_model(model)),
        notes=notes,
    )


def text_model(model: str) -> str:
    """Return the model that puts texts into the same space: CLIP itself, or none."""
    from explorer.encoding.models import local_folder, read_json
    from explorer.encoding.transformer import CLIP

    if model == DEFAULT:
        return ""
    folder = local_folder(model)
    if folder is None:
        return ""
    return model if read_json(folder / "config.json").get("model_type") == CLIP[0] else ""
