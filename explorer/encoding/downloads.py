"""Models from the Hugging Face hub: looked up on disk, or downloaded by a process of its own.

A download can take an hour or hang. In a process of its own (`explorer.encoding.hub`) it ends at
once when somebody presses Stop, and files that have arrived are kept.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.errors import ModelError
from explorer.jobs.progress import Report, no_report

FILES = ("*.json", "*.txt", "*.safetensors", "*.model")  # none of them can hold code
LEFT_OUT = ("onnx/*", "openvino/*", "*/onnx/*", "original/*")
LOOK_SECONDS = 0.5  # between two looks whether somebody has pressed Stop
STALLED_SECONDS = 120.0  # without a byte, after which a download is given up


def downloaded(name: str) -> Path | None:
    """Return the folder of a model that was downloaded completely, without asking the network."""
    from huggingface_hub import errors, get_cached_repo_tree, snapshot_download

    repository, revision = split(name)
    try:
        get_cached_repo_tree(repository, revision=revision)  # without it, nobody knows what is left
        return Path(snapshot_download(repository, local_files_only=True, **wanted(revision)))
    except (errors.CachedRepoTreeNotFoundError, OSError, ValueError):
        return None


def download(name: str, report: Report = no_report) -> Path:
    """Download a model and return its folder.

    Parameters
    ----------
    name
        A name on the hub, `owner/model` or `owner/model@revision`.
    report
        Told the share and the bytes; what it raises ends the download.

    Raises
    ------
    ModelError
        It is not there, larger than EXPLORER_MODEL_GB, without safetensors, or the network fails.
    """
    step = f"looking for {name} on the Hugging Face hub"
    share = 0.0
    with program(name) as lines:
        heard = time.monotonic()
        while True:
            report(share, step)
            try:
                told = lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if time.monotonic() - heard > STALLED_SECONDS:
                    raise ModelError(
                        f"The download of “{name}” stood still for {STALLED_SECONDS:.0f} seconds. "
                        "Check the network and try again: files that have arrived are kept."
                    ) from None
                continue
            heard = time.monotonic()
            if told is None:
                raise ModelError(
                    f"The download of “{name}” ended without an answer. Is there enough memory "
                    "and disk? Try again: files that have arrived are kept."
                )
            if "folder" in told:
                return Path(told["folder"])
            if "error" in told:
                raise ModelError(told["error"])
            share, step = told["share"], told["step"]


@contextlib.contextmanager
def program(name: str) -> Iterator[queue.Queue[dict[str, Any] | None]]:
    """Start the process that downloads and yield what it tells, None last; ends with the `with`."""
    told: queue.Queue[dict[str, Any] | None] = queue.Queue()
    with subprocess.Popen(
        [sys.executable, "-m", "explorer.encoding.hub", name],
        stdin=subprocess.PIPE,  # closes when this process dies, and the other one ends
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        text=True,
    ) as process:

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                with contextlib.suppress(ValueError):
                    told.put(json.loads(line))
            told.put(None)

        threading.Thread(target=listen, daemon=True).start()
        try:
            yield told
        finally:
            process.kill()


def wanted(revision: str | None) -> dict[str, Any]:
    """Return which files of a repository are wanted, as the hub's functions take it."""
    return {
        "revision": revision,
        "allow_patterns": list(FILES),
        "ignore_patterns": list(LEFT_OUT),
    }


def split(name: str) -> tuple[str, str | None]:
    """Return repository and revision of a name such as `owner/model@main`."""
    repository, _, revision = name.partition("@")
    return repository, revision or None
