"""The process that downloads a model: `python -m explorer.encoding.hub NAME`.

It prints a JSON object a line: {"share", "step"} on the way, then {"folder"} or {"error"}.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from explorer.encoding.downloads import split, wanted
from explorer.encoding.models import not_fetched
from explorer.errors import ModelError
from explorer.settings import load_settings
from explorer.wording import readable_bytes

TOLD_SECONDS = 0.2  # between two lines of progress


def main(name: str) -> None:
    """Download a model and print what happens."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        tell(folder=str(fetch(name)))
    except ModelError as error:
        tell(error=str(error))
    except Exception as error:  # no network, no such name, no permission: what to do is the same
        by_hand = load_settings().model_dir / name
        tell(error=str(not_fetched(name, by_hand, type(error).__name__)))


def fetch(name: str) -> Path:
    """Look how large a model is, and download it if it is allowed to be."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import tqdm

    repository, revision = split(name)
    options = wanted(revision)
    try:
        files = snapshot_download(repository, dry_run=True, **options)
    except OSError:  # no network: one that an older version downloaded may be there
        return Path(snapshot_download(repository, local_files_only=True, **options))
    size = sum(file.file_size or 0 for file in files)
    check_files(name, [file.filename for file in files], size)
    missing = sum(file.file_size or 0 for file in files if file.will_download)

    class Bar(tqdm):  # the hub's own bar, which tells instead of drawing
        """Tells the bytes that are on disk."""

        last = 0.0

        def __init__(self, *args: Any, **options: Any) -> None:
            with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - not a file
                quiet = {**options, "disable": False, "file": nowhere}
                super().__init__(*args, **quiet)  # type: ignore[no-untyped-call]

        def display(self, *args: Any, **options: Any) -> None:
            """Draw nothing."""

        def update(self, n: float | None = 1) -> None:
            super().update(n)
            now = time.monotonic()
            if self.unit == "B" and now - Bar.last > TOLD_SECONDS:
                Bar.last = now
                done = min(int(self.n), missing)
                tell(
                    share=done / max(1, missing),
                    step=f"downloading {name}: {readable_bytes(done)} of {readable_bytes(missing)}",
                )

    tell(share=0.0, step=f"downloading {name}: {readable_bytes(missing)}")
    return Path(snapshot_download(repository, tqdm_class=Bar, **options))


def check_files(name: str, files: list[str], size: int) -> None:
    """Raise ModelError for a model that is too large, or that holds no safetensors."""
    if not any(file.endswith(".safetensors") for file in files):
        raise ModelError(
            f"“{name}” has no weights as safetensors on the hub. Other formats can run code when "
            "they are opened, and are not read. Choose another model, or convert it: "
            "model.save_pretrained(folder, safe_serialization=True)"
        )
    limit = load_settings().model_gb
    if size > limit * 1e9:
        raise ModelError(
            f"“{name}” is {readable_bytes(size)} large; models of up to {limit:g} GB are "
            "downloaded. Choose a smaller one, or have EXPLORER_MODEL_GB set higher."
        )


def tell(**told: Any) -> None:
    """Print a line for the process that waits."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def end_with_parent() -> None:
    """End this process when the one that started it is gone."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
