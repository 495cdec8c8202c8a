"""How good the recommenders of “Tastes” are: `python benchmarks/tastes.py [ml-100k.zip]`.

- the dishes, and MovieLens 100k where its file is named or was fetched: ALS over three seeds (of
  the division into parts and of the first vectors), EASE and ItemKNN with the settings that the
  validation pairs choose, popularity and chance;
- the lesson: dimensions, lengths, time and stars;
- with `--large`: how much time and memory ten million pairs take, read from a CSV file.

`u.data` may stand in place of the archive. Seconds are processor time, on one thread.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer.beyond.tastes.learned import learn_tastes
from explorer.beyond.tastes.lesson import lesson, rivals
from explorer.beyond.tastes.movielens import fetched, read_movielens
from explorer.beyond.tastes.reading import (
    read_dishes,
    read_pairs_table,
    tastes_from_table,
    usual_columns,
)
from explorer.beyond.tastes.storage import TastesFile
from explorer.beyond.tastes.tastes import Tastes
from explorer.beyond.tastes.training import Recipe, train_tastes
from explorer.formats.file import File, as_file

ROOT = Path(__file__).parents[1]
SEEDS = (0, 1, 2)
FETCHED = fetched()  # before the cache is another folder
LARGE = (10_000_000, 200_000, 20_000)  # rows, users, items


def main(arguments: list[str]) -> None:
    """Measure and print."""
    print(f"load {' '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    if "--large" in arguments:
        large()
        return
    dishes = as_file(ROOT / "sample_data" / "dishes.csv")
    tell("Dishes", lambda seed: read_dishes(dishes, seed=seed))
    films = Path(arguments[0]) if arguments else FETCHED
    if films is None:
        print("\nMovieLens 100k is not here: embedding-explorer fetch-movielens")
    else:
        tell("MovieLens 100k", lambda seed: read_films(films, seed=seed))


def read_films(path: Path, *, seed: int) -> Tastes:
    """Return the films from the publisher's archive, or from its `u.data` alone."""
    if path.suffix == ".zip":
        return read_movielens(path, seed=seed)
    names = b"user\titem\trating\ttime\n"
    table = read_pairs_table(File("u.tsv", content=names + path.read_bytes()))
    return tastes_from_table(table, usual_columns(table.column_names), "films", seed=seed)


def tell(name: str, read: Callable[[int], Tastes]) -> None:
    """Print the recommenders of a table, and its lesson."""
    found: dict[str, list[dict[str, Any]]] = {}
    for seed in SEEDS:
        tastes = read(seed)
        begun = time.process_time()
        learned = learn_tastes(tastes, Recipe(seed=seed))
        seconds = time.process_time() - begun
        model, usual = learned.predicted, learned.baseline
        rows = [
            row("chance", model.chance_ndcg, model.chance_recall),
            row("popularity", usual.mean_ndcg, usual.mean_recall),
            *rivals(tastes),
            row("ALS", model.mean_ndcg, model.mean_recall, f"{seconds:.1f} s"),
        ]
        for one in rows:
            found.setdefault(one["model"], []).append(one)
    print(
        f"\n{name}: {len(tastes.users):,} users, {len(tastes.items):,} items, "
        f"{len(tastes.pairs):,} pairs"
    )
    for model_name, runs in found.items():
        told = (
            f"{figure} {statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
            for figure in ("nDCG@10", "recall@10")
            for values in [[one[figure] for one in runs]]
        )
        print(f"  {model_name}: {', '.join(told)}; {[one['setting'] for one in runs]}", flush=True)
    for seed in SEEDS:
        tell_lesson(lesson(read(seed), Recipe(seed=seed)), seed)


def row(model: str, ndcg: float, recall: float, setting: str = "") -> dict[str, Any]:
    """Return a row as `rivals` has it."""
    return {"model": model, "setting": setting, "nDCG@10": ndcg, "recall@10": recall}


def tell_lesson(found: dict[str, Any], seed: int) -> None:
    """Print what the lesson measured."""
    dims = {one["dimensions"]: round(one["nDCG@10"], 3) for one in found["dimensions"]["rows"]}
    lengths = {
        name: round(value, 3)
        for name, value in found["lengths"].items()
        if isinstance(value, float)
    }
    print(f"  lesson, seed {seed}: dimensions {dims}, the only one and popularity: ", end="")
    print(f"{found['dimensions']['popularity']:.3f}\n    {lengths}")
    for part in ("time", "stars"):
        for one in (found[part] or {"rows": []})["rows"]:
            print(f"    {part}: {shown(one)}")


def shown(one: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its numbers rounded."""
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in one.items()
    }


def large() -> None:
    """Print the seconds and the memory of reading, sorting and learning ten million pairs."""
    n, users, items = LARGE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        write_large(path, n, users, items)
        print(f"{n:,} rows, {path.stat().st_size / 1e6:.0f} MB; {peak():.0f} MB before")
        table = timed("read", lambda: read_pairs_table(as_file(path)))
        columns = usual_columns(table.column_names)
        tastes = timed("sorted", lambda: tastes_from_table(table, columns, "large"))
        print(f"    {len(tastes.pairs):,} pairs without doubles")
        timed("kept", lambda: TastesFile.of(tastes))
        timed("two epochs", lambda: train_tastes(tastes, Recipe(epochs=2)))


def write_large(path: Path, n: int, users: int, items: int) -> None:
    """Write a CSV file of users, items, ratings and times; few items are taken by many."""
    import pyarrow as pa
    import pyarrow.csv

    drawn = np.random.default_rng(0)
    table = pa.table(
        {
            "user": drawn.integers(users, size=n),
            "item": (items * drawn.random(n) ** 3).astype(np.int64),
            "rating": drawn.integers(1, 6, n),
            "time": drawn.integers(1_000_000_000, 1_600_000_000, n),
        }
    )
    pyarrow.csv.write_csv(table, path)


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do some work, print its seconds and the most memory so far, and return what it returns."""
    begun = time.process_time()
    found = work()
    print(f"  {what}: {time.process_time() - begun:.1f} s, {peak():.0f} MB at the most", flush=True)
    return found


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache_dir:  # nothing is taken from an earlier run
        os.environ["EXPLORER_CACHE_DIR"] = cache_dir
        main(sys.argv[1:])
