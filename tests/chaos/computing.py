"""A process that computes and keeps, to be killed: `python -m tests.chaos.computing WHAT SEED`.

It prints a line for each result that is kept (`kept …`) or not (`failed …`), as soon as it is true.
`check` tells, in another process, what of that is lost or broken.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from explorer import cache, open_space
from explorer.cache.store import STORE
from explorer.encoding import job as encoding
from explorer.encoding.texts import prepare
from explorer.errors import ExplorerError
from explorer.folders import SAMPLE_FOLDER
from explorer.jobs.pool import Jobs
from explorer.projection.job import Picture, start
from explorer.projection.storage import load_projection
from explorer.settings import load_settings
from explorer.training import grammar, runs
from explorer.training.corpus import make
from explorer.training.options import TrainingOptions

SOME = cache.Kind("chaos", 1)
EPOCHS = 30


def jobs(seed: int) -> Iterator[str]:
    """Draw one UMAP of the books after the other on a worker."""
    pool = Jobs(workers=1, scheduler="")
    space = open_space(SAMPLE_FOLDER / "books.npy")
    for number in count(seed * 1000):
        wanted = Picture("umap", seed=number, params={"n_epochs": EPOCHS})
        start(pool, space, wanted).result()
        yield f"picture {wanted.key(space)}"


def encode(seed: int) -> Iterator[str]:
    """Encode texts that nobody encoded before."""
    pool = encoding.encoding_jobs()
    for number in count(seed * 1000):
        texts = prepare([f"Sentence {row} of round {number}." for row in range(40)])
        made: list[str] = []
        options = encoding.EncodeOptions()
        job = encoding.start(pool, texts, options, "x", lambda one, made=made: made.append("x"))
        job.result()
        yield f"texts {number}"


def training(seed: int) -> Iterator[str]:
    """Train runs, a frame after the other."""
    corpus = make(grammar.make_corpus(300), "grammar")
    for number in count(seed * 1000):
        run = runs.new_run(corpus, TrainingOptions(epochs=2, seed=number % 1000))
        yield f"frame {run.id} 0"
        for step in run.frame_steps[1:]:
            runs.train(str(run.folder), step)
            yield f"frame {run.id} {step}"


def caching(seed: int) -> Iterator[str]:
    """Keep arrays of some megabytes."""
    for number in count(seed * 1000):
        key = f"array{number}"
        values = np.random.default_rng(number).normal(size=(1 + number % 7) * 100_000)
        cache.save_arrays(SOME, key, {"values": values}, {"sum": float(values.sum())})
        yield f"array {key}"


ACTIVITIES: dict[str, Callable[[int], Iterator[str]]] = {
    "jobs": jobs,
    "encoding": encode,
    "training": training,
    "cache writes": caching,
}


def lost(kept: list[str]) -> list[str]:
    """Return what was kept before a process was killed, and is not there whole now."""
    return [one for one in kept if not is_kept(one)]


def is_kept(told: str) -> bool:
    """Return whether one result is there whole."""
    kind, name, *more = told.split()
    match kind:
        case "picture":
            found = load_projection(name)
            return found is not None and bool(np.isfinite(found.coordinates).all())
        case "frame":
            run = runs.open_run(name)
            return run is not None and bool(np.isfinite(run.frame(int(more[0]))[0]).all())
        case "array":
            arrays = cache.load_arrays(SOME, name)
            return arrays is not None and float(arrays[0]["values"].sum()) == arrays[1]["sum"]
    return True  # texts: their vectors are in a database, which `broken` looks at


def broken() -> list[str]:
    """Return the entries of the cache that cannot be read, after all were looked at."""
    cache.usage()  # compares the index with the folders
    folder = load_settings().cache_dir
    found = []
    for path in (folder / STORE).glob("*-v*/*/**/*.np[yz]"):
        try:
            loaded = np.load(path, allow_pickle=False)
            if path.suffix == ".npz":
                with loaded:
                    _ = [loaded[name] for name in loaded.files]
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            found.append(f"{path}: {error}")
    for path in folder.rglob("*.sqlite3"):
        with contextlib.closing(sqlite3.connect(path)) as database:
            told = database.execute("PRAGMA integrity_check").fetchone()[0]
            if told != "ok":
                found.append(f"{path}: {told}")
    return found


def main() -> None:
    """Compute until killed."""
    what, seed = sys.argv[1], int(sys.argv[2])
    results = ACTIVITIES[what](seed)
    while True:
        try:
            told = f"kept {next(results)}"
        except ExplorerError as error:
            told = f"failed {error}"
            results = ACTIVITIES[what](seed + 500)
        print(told, flush=True)


if __name__ == "__main__":
    main()
