"""The visitor's pictures: dropped, listed, and encoded by a job with its progress."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from explorer import EmbeddingSpace
from explorer.encoding.pictures import job as picture_job
from explorer.encoding.pictures.job import PictureOptions, PicturesMade
from explorer.encoding.pictures.models import OFFLINE
from explorer.errors import PictureError
from explorer.formats.file import as_file
from explorer.formats.picture_files import PictureList, list_pictures
from explorer.jobs.pool import Job
from explorer.pictures.decode import SHOWN_FORMATS
from explorer.ui.encode import download, jobs
from explorer.ui.shell import owner, progress, signin
from explorer.ui.shell.spaces import opened_spaces

MOST = 20_000  # pictures that a page takes; the command line takes more
HELP = (
    f"{SHOWN_FORMATS}; single pictures, or a zip of them. They are decoded in a process of its "
    "own, and stay on this server."
)


@dataclass(frozen=True, eq=False)
class Order:
    """Pictures to be encoded: the job's key, and all that is needed to start it again."""

    key: str
    listed: PictureList
    options: PictureOptions
    name: str


def ask_pictures(label: str, *, key: str) -> tuple[PictureList, str] | None:
    """Draw the uploader; return the pictures that were dropped, and what they may be called.

    Raises
    ------
    PictureError, ParseError, RefusedError
        There are no pictures in what was dropped, or it cannot be unpacked.
    """
    uploads = signin.upload(label, accept_multiple_files=True, role="encode", key=key, help=HELP)
    if not uploads:
        return None
    files = [as_file(one) for one in uploads]
    listed = list_pictures(*files)
    if len(listed.pictures) > MOST:
        raise PictureError(
            f"{len(listed.pictures):,} pictures are more than a page takes ({MOST:,}). The command "
            "line takes any number: embedding-explorer encode-images FOLDER --output OUT.parquet"
        )
    first = files[0].stem
    return listed, first if len(files) == 1 else f"{first} …"


def order_for(listed: PictureList, options: PictureOptions, name: str) -> Order:
    """Return the order for pictures; raises ModelError for a model that is not allowed."""
    if options.model != OFFLINE:
        owner.check_model(options.model)
    key = picture_job.job_key(picture_job.digest_of(listed.pictures), options)
    return Order(key, listed, options, name)


def encoded(order: Order, place: str) -> tuple[PicturesMade, EmbeddingSpace] | None:
    """Show how far an order is; return what came of it and its space, None while there is none.

    Raises ModelError for a model that cannot be had.
    """
    if order.options.model != OFFLINE and not download.is_ready(order.options.model):
        return None
    wait = progress.Wait(
        place=place,
        stopped="Encoding was stopped. Finished pictures are kept: “Go on” continues from there.",
        again="Go on",
        narrow=True,
    )
    shared = jobs.encodings()
    made = progress.wait_for(order.key, partial(submit, order), wait, pool=shared.jobs)
    if made is None:
        return None
    space = opened_spaces().get(shared.spaces.get(space_key(order), ""))
    if space is None:  # it had to leave the memory meanwhile
        space = picture_job.finished_space(order.listed, made, order.options, order.name)
        shared.spaces[space_key(order)] = opened_spaces().add(space)
    return made, space


def submit(order: Order) -> Job:
    """Submit an order, or join an equal job."""
    return picture_job.start(jobs.encodings().jobs, order.listed, order.options)


def space_key(order: Order) -> str:
    """Return the key under which an order's space is found; equal jobs may have two names."""
    return f"{order.key} {order.name}"
