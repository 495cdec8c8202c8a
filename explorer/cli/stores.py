"""The commands `recall` and `store`: what a database's index misses, and saving into it."""

from __future__ import annotations

import argparse
import os
from contextlib import closing

from explorer.cli.formats import declare_reading, open_given, terminal_bar
from explorer.errors import StoreError
from explorer.settings import load_settings
from explorer.stores.known import STORES, open_store
from explorer.stores.recall import GOALS, Measured, Recall, measure_recall
from explorer.stores.store import METRICS
from explorer.stores.transfer import left_out, save
from explorer.wording import count

FROM_ENVIRONMENT = "env:"


def declare_store(parser: argparse.ArgumentParser) -> None:
    """Declare which store and collection a command means."""
    examples = ", ".join(kind.example for kind in STORES)
    parser.add_argument(
        "store",
        help=f"its address ({examples}), a name of EXPLORER_STORES, or env:NAME, which takes it "
        "from that variable: a password then stands in no list of processes",
    )
    parser.add_argument("--collection", required=True, metavar="NAME", help="collection or table")


def declare_recall(parser: argparse.ArgumentParser) -> None:
    """Declare what `recall` takes."""
    declare_store(parser)
    parser.add_argument("--queries", type=int, default=500, metavar="N")
    parser.add_argument("--k", type=int, default=10, metavar="N", help="neighbors of each query")
    parser.add_argument("--metric", choices=METRICS, help="by default that of the index")
    parser.add_argument("--seed", type=int, default=42, help="of the choice of queries")


def declare_save(parser: argparse.ArgumentParser) -> None:
    """Declare what `store` takes."""
    parser.add_argument("file", help="any file that the app opens")
    declare_store(parser)
    parser.add_argument("--metric", choices=METRICS, default=METRICS[0])
    there = parser.add_mutually_exclusive_group()
    there.add_argument(
        "--continue", action="store_true", dest="go_on", help="add the rows that are missing"
    )
    there.add_argument(
        "--replace", action="store_true", help="remove the collection of that name first"
    )
    parser.add_argument("--index", action="store_true", help="build an HNSW index afterwards")
    parser.add_argument("--m", type=int, default=16, help="links of a point in the index")
    parser.add_argument("--ef-construction", type=int, default=64, metavar="N")
    declare_reading(parser)


def address_of(text: str) -> str:
    """Return the address that an argument means."""
    if text.startswith(FROM_ENVIRONMENT):
        name = text.removeprefix(FROM_ENVIRONMENT)
        if not os.environ.get(name):
            raise StoreError(f"The variable {name} is not set. Expected: an address of a store.")
        return os.environ[name]
    return load_settings().stores.get(text, text)


def run_recall(given: argparse.Namespace) -> int:
    """Measure and print the recall of a collection's index."""
    with closing(open_store(address_of(given.store))) as store:
        found = measure_recall(
            store,
            given.collection,
            queries=given.queries,
            k=given.k,
            metric=given.metric,
            seed=given.seed,
            report=terminal_bar(),
        )
    for line in told(found):
        print(line)
    return 0


def told(found: Recall) -> list[str]:
    """Return what was measured, line by line."""
    lines = [
        f"{found.collection}: {count(found.rows, 'vector')}, {found.metric}, "
        f"{found.index or 'no index: every row is compared'}",
        f"recall@{found.k} over {found.queries:,} of its rows as queries (seed {found.seed}), "
        "against exact search on the same data:",
        line(found.knob, found.default, "as the store is set"),
        *(line(found.knob, one, "") for one in found.settings),
    ]
    if not found.index:
        return lines
    for goal in GOALS:
        reached = found.reaches(goal)
        lines.append(
            f"{goal:.0%} is reached with {found.knob} = {reached.setting}."
            if reached
            else f"{goal:.0%} is not reached with any setting measured: build the index anew with "
            "larger m and ef_construction (or more lists)."
        )
    return lines


def line(knob: str, one: Measured, note: str) -> str:
    """Return one setting's line."""
    setting = note or f"{knob} {one.setting}"
    return (
        f"  {setting:24} {one.recall:7.2%}  (95 % interval {one.low:.2%} to {one.high:.2%})  "
        f"{one.milliseconds:.2f} ms a query"
    )


def run_save(given: argparse.Namespace) -> int:
    """Save a file of vectors into a store."""
    bar = terminal_bar()
    space = open_given(given, bar)
    with closing(open_store(address_of(given.store), write=True)) as store:
        if_exists = "continue" if given.go_on else "replace" if given.replace else "refuse"
        added = save(
            store, given.collection, space, metric=given.metric, if_exists=if_exists, report=bar
        )
        print(f"{count(added, 'row')} added to “{given.collection}”.")
        if dropped := left_out(space):
            print(f"Left out, because they hold bytes: {', '.join(dropped)}.")
        if given.index:
            built = store.build_index(
                given.collection, given.metric, given.m, given.ef_construction, bar
            )
            print(f"Its index: {built}.")
    return 0
