"""A model that has to be downloaded first: how far that is, with a way to stop it."""

from __future__ import annotations

from functools import partial

from explorer.encoding import job as encoding_job
from explorer.settings import load_settings
from explorer.ui.encode import jobs
from explorer.ui.shell import progress

WAIT = progress.Wait(
    place="download",
    stopped="The download was stopped. Files that have arrived are kept.",
    again="Try again",
)


def size_limit() -> str:
    """Return the sentence that tells how large a model may be."""
    return f"Models of up to {load_settings().model_gb:g} GB are downloaded, each once."


def is_ready(model: str) -> bool:
    """Return whether a model is on this server; draw its download while it is not.

    Raises ModelError for a name that no model can have, or one that is not allowed here.
    """
    if encoding_job.is_here(model):
        return True
    pool = jobs.encodings().downloads
    start = partial(encoding_job.start_download, pool, model)
    progress.wait_for(encoding_job.download_key(model), start, WAIT, pool=pool)
    return encoding_job.is_here(model)
