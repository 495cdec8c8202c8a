"""A process that computes and keeps, to be killed: `python -m tests.chaos.computing WHAT SEED`.

It prints a line for each result that is kept (`kept …`) or not (`failed …`), as soon as it is true.
`check` tells, in another process, what of that is lost or broken.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from explorer import cache, open_space
from explorer.cache.store import STORE
from explorer.encoding import job as encoding
from explorer.encoding.texts import prepare
from explorer.errors import ExplorerError
from explorer.folders import SAMPLE_FOLDER
from explorer.formats.file import File
from explorer.jobs.pool import Jobs
from explorer.projection.job import Picture, start
from explorer.projection.storage import load_projection
from explorer.rooms.registry import FOLDER, Rooms
from explorer.rooms.room import MOST_PUPILS, digest
from explorer.rooms.storage import RoomFile, Saved
from explorer.settings import load_settings
from explorer.training import grammar, runs
from explorer.training.corpus import make
from explorer.training.options import TrainingOptions
from explorer.workspace import store
from tests.rooms.test_room import NUMBER, STEPS, TEXT

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


def opening(seed: int) -> Iterator[str]:
    """Open uploads that are kept as they were read: packed, and by a process of their own."""
    for number in count(seed * 1000):
        space = open_space(upload(number))
        yield f"upload {number} {space.digest}"


def upload(number: int) -> File:
    """Return a packed Parquet file, as it would be uploaded."""
    numbers = np.random.default_rng(number).normal(size=(2000, 8)).astype(np.float32)
    words = [f"word {row} of {number}" for row in range(len(numbers))]
    columns = {f"d{axis}": numbers[:, axis] for axis in range(numbers.shape[1])}
    stream = io.BytesIO()
    pq.write_table(pa.table({"word": words, **columns}), stream)
    return File(f"{number}.parquet.gz", content=gzip.compress(stream.getvalue(), mtime=0))


def sets(seed: int) -> Iterator[str]:
    """Save sets of books, one after the other in one workspace."""
    space = open_space(SAMPLE_FOLDER / "books.npy")
    workspace = store.new_id()
    for number in count(seed):
        name, rows = f"set {number}", [number % len(space), (7 * number) % len(space)]
        store.change(workspace, space, "save", lambda one, n=name, r=rows: one.with_set(n, r))
        yield f"set {workspace} {number}"


def room_steps(seed: int) -> Iterator[str]:
    """Lead classes through rooms: all answer, then the next step is shown."""
    rooms = Rooms(load_settings().cache_dir / FOLDER)
    pupils = [f"{seed + number:022d}" for number in range(MOST_PUPILS)]
    while True:
        room, secret = rooms.start("A lesson", STEPS)
        for pupil in pupils:
            room.join(pupil)
        for at in (NUMBER, TEXT):
            room.go(secret, at)
            yield f"step {room.code} {at}"
            for number, pupil in enumerate(pupils):
                room.answer(pupil, at, str(number % 20))
                yield f"answer {room.code} {at} {pupil} {number % 20}"


ACTIVITIES: dict[str, Callable[[int], Iterator[str]]] = {
    "jobs": jobs,
    "encoding": encode,
    "training": training,
    "cache writes": caching,
    "uploads": opening,
    "sets": sets,
    "room steps": room_steps,
}


def lost(kept: list[str]) -> list[str]:
    """Return what was kept before a process was killed, and is not there whole now."""
    saved.cache_clear()
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
        case "upload":
            return open_space(upload(int(name))).digest == more[0]
        case "set":
            space = open_space(SAMPLE_FOLDER / "books.npy")
            return f"set {more[0]}" in store.load(name, space).annotations.sets
        case "step":
            room = saved(name)
            return room is not None and room.facts["scene"]["at"] >= int(more[0])
        case "answer":
            room = saved(name)
            return room is not None and room.answers[int(more[0])][digest(more[1])] == more[2]
    return True  # texts: their vectors are in a database, which `broken` looks at


@lru_cache
def saved(code: str) -> Saved | None:
    """Return a room as a server finds it that was started again."""
    with contextlib.closing(RoomFile(load_settings().cache_dir / FOLDER / f"{code}.room")) as file:
        return file.read()


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
    for path in (*folder.rglob("*.sqlite3"), *folder.rglob("*.room")):
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
