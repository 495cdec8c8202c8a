"""Visit pages at random addresses: `make fuzz`, or `python -m tests.fuzz.addresses --count 20000`.

Real parameters as a page's widgets list them, changed ones, those of other pages, hostile values.
The only outcomes allowed are a page, or a page that tells one of our own errors. A box with an
exception, a logged error, the word for an unforeseen end of a job, or a page that never ends is a
failure; its addresses are kept, and `--again FILE` visits them once more.

Processes of their own visit hundreds of pages each, by Streamlit's AppTest. What a page's widgets
may be is learned from the pages visited so far, so that one address leads to parameters deeper in.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from tests.fuzz.values import HOSTILE, PATTERNS, UNBOUND, mutated_text

ROOT = Path(__file__).parents[2]
FAILURES = ROOT / "test-results" / "addresses"
BATCH = 2000  # visits of one process
SECONDS = 120.0  # for one visit: most take a tenth of one
IMPORT_SECONDS = 180.0
JOB_SECONDS = 0.5  # that a visit waits for its computation, which is then stopped
MOST_PARAMETERS = 6
UNFORESEEN = "The computation failed:"  # how the app words an exception that is not ours

Visit: TypeAlias = tuple[str, dict[str, list[str]]]  # a page's file, and its parameters
_components: dict[str, Any] = {}


class Addresses:
    """Random addresses, from what is known of each page's parameters."""

    def __init__(self, seed: str, files: list[str], spaces: list[str]) -> None:
        self._random = random.Random(seed)
        self._files, self._spaces = files, spaces
        self.known: dict[str, dict[str, list[str]]] = defaultdict(dict)

    def next(self) -> list[Visit]:
        """Return one to three visits of one session."""
        many = self._random.choices((1, 2, 3), (6, 3, 1))[0]
        return [self.one() for _ in range(many)]

    def one(self) -> Visit:
        """Return a visit: most with a space, so that what is asked of it is asked."""
        pick = self._random
        file = pick.choice(self._files)
        parameters: dict[str, list[str]] = {}
        if pick.random() < 0.9:
            parameters["space"] = [pick.choices(self._spaces, (1, 2, *(6,) * 9))[0]]
        for _ in range(pick.randrange(MOST_PARAMETERS + 1)):
            name, values = self.parameter(file)
            parameters[name] = [self.value(values)]
            if pick.random() < 0.03:
                parameters[name].append(self.value(values))
        return file, parameters

    def parameter(self, file: str) -> tuple[str, list[str]]:
        """Return a parameter of the page, of another page, or one that no widget has."""
        pick = self._random
        own, kind = self.known[file], pick.random()
        if own and kind < 0.7:
            name = pick.choice(list(own))
            return name, own[name]
        if kind < 0.85:
            name = pick.choice(list(UNBOUND))
            return name, list(UNBOUND[name])
        other = self.known[pick.choice(self._files)]
        if not other or kind > 0.98:
            return pick.choice(HOSTILE)[:40] or "x", list(HOSTILE)
        name = pick.choice(list(other))
        return name, other[name]

    def value(self, values: list[str]) -> str:
        """Return a value: one that is possible, a changed one, or a hostile one."""
        pick = self._random
        kind = pick.random()
        if values and kind < 0.5:
            return pick.choice(values)
        if values and kind < 0.7:
            return mutated_text(pick.choice(values), pick)
        return pick.choice(PATTERNS if kind < 0.8 else HOSTILE)

    def learn(self, file: str, screen: Any) -> None:
        """Note the parameters of a page's widgets, and what they can be."""
        for proto in protos(screen._tree):
            if name := getattr(proto, "query_param_key", ""):
                found = getattr(proto, "options", ())
                options = [str(getattr(one, "content", one)) for one in found]
                limits = [f"{getattr(proto, one, 0):g}" for one in ("min", "max") if not options]
                self.known[file].setdefault(name, [*options[:30], *limits, "true", "false"])


def protos(block: Any) -> Iterator[Any]:
    """Yield the messages of a page's elements."""
    for child in getattr(block, "children", {}).values():
        yield getattr(child, "proto", None)
        yield from protos(child)


def small_spaces() -> Iterator[Any]:
    """Yield spaces that are quickly drawn and hold what is rare: each kind of column, one row."""
    from scipy.sparse import csr_array

    from explorer import EmbeddingSpace
    from explorer.sparse import SparseSpace

    rows = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    words = ["king", "queen", "man", "woman", "nan", "null", '"', "<b>", "", "#3", *"abcdefghij"]
    labels = [*words, *(f"{one} {two}" for one in words[:4] for two in "vwxyz")]
    metadata = pa.table(
        {
            "number": [None if row % 7 == 0 else row * 0.5 for row in range(40)],
            "huge": [2**62 + row for row in range(40)],
            "broken": [float("nan"), float("inf"), -float("inf"), *[1e308] * 37],
            "kind": pa.array([None, "", "<i>", "a'b", '"'] * 8),
            "yes": pa.array([True, False, None, True] * 10),
            "day": pa.array([datetime(1900 + row, 1, 1, tzinfo=UTC) for row in range(40)]),
            "filter": ["x"] * 40,
            "trust": list(range(40)),
            "cluster": list("ab" * 20),
            "nothing": pa.nulls(40, pa.string()),
            "**bold** $x$ :material/home:": [str(row) for row in range(40)],
        }
    )
    yield EmbeddingSpace(labels, rows, name="forty", metadata=metadata)
    yield EmbeddingSpace(labels[:1], rows[:1], name="one row")
    yield EmbeddingSpace(labels[:2], rows[:2, :1], name="two of one dimension")
    yield EmbeddingSpace(labels[:3], rows[:3, :2], name="three")
    yield EmbeddingSpace(["same"] * 20, np.ones((20, 4)), name="all the same")
    yield EmbeddingSpace(labels[:30], np.zeros((30, 5)), name="zeros")
    yield EmbeddingSpace([f"{row}" for row in range(30)], rows[:30] * 1e38, name="huge")
    yield EmbeddingSpace([f"{row}" for row in range(30)], rows[:30] * 1e-40, name="tiny")
    yield SparseSpace(labels[:30], csr_array(np.eye(30, 50, dtype=np.float32)), name="one hot")


class Faults(logging.Handler):
    """What was logged as an error, and what ended a thread."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []
        logging.getLogger().addHandler(self)
        for name in ("streamlit", "explorer"):
            logging.getLogger(name).addHandler(self)
        threading.excepthook = lambda one: self.told.append(f"thread: {one.exc_value!r}")

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record."""
        self.told.append(record.getMessage())

    def take(self) -> list[str]:
        """Return what was told since the last call."""
        told, self.told = self.told, []
        return told


def patient(made: list[Any]) -> None:
    """Have each job computed here and waited for a little; note it, so that it can be stopped."""
    from explorer.jobs.pool import Jobs

    submit = Jobs.submit

    def submit_and_wait(self: Jobs, *args: Any, **options: Any) -> Any:
        job = submit(self, *args, **options)
        made.append(job)
        job._over.wait(JOB_SECONDS)
        return job

    Jobs.submit = submit_and_wait  # type: ignore[method-assign]


def visited(
    visits: list[Visit], faults: Faults, jobs: list[Any], learn: Any = lambda file, screen: None
) -> list[str]:
    """Make the visits of one session; return what each came to, the first failure last."""
    from streamlit.testing.v1 import AppTest

    screen = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    screen._bidi_component_manager = _components.get("found")  # searched for once a process
    outcomes = []
    for file, parameters in visits:
        screen.query_params.clear()
        screen.query_params.update(parameters)
        screen.switch_page(file)
        try:
            screen.run()
            found = outcome(screen, faults)
            learn(file, screen)
        except Exception as error:
            found = f"FAILED {type(error).__name__}: {error}"
        for job in jobs:
            job.cancel()
        jobs.clear()
        screen._tree.children.clear()  # a browser sends nothing of the page that it leaves
        _components["found"] = screen._bidi_component_manager
        outcomes.append(found)
        if found.startswith("FAILED"):
            break
    return outcomes


def outcome(screen: Any, faults: Faults) -> str:
    """Return what a page came to."""
    boxes = [f"{one.message} {''.join(one.stack_trace)}" for one in screen.exception]
    errors = [one.value for one in screen.error]
    boxes += [one for one in errors if UNFORESEEN in one or "Traceback" in one]
    if found := [*boxes, *faults.take()]:
        return "FAILED " + " | ".join(found)
    return "a page that tells an error of ours" if errors else "a page"


def prepare() -> tuple[list[str], list[str], list[Any], Faults]:
    """Open the spaces, and return the pages' files, the spaces' ids, the jobs and the faults."""
    import warnings

    warnings.simplefilter("ignore")
    from streamlit import config

    from explorer.ui.shell import spaces
    from explorer.ui.shell.navigation import PAGES

    config.set_option("client.showErrorDetails", "full")
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    ids = [spaces.opened_spaces().add(one) for one in small_spaces()]
    jobs: list[Any] = []
    patient(jobs)
    return [one.file for one in PAGES.values()], ["words", "books", *ids], jobs, Faults()


def run_batch(seed: int, first: int, count: int, again: Path | None) -> None:
    """Visit, and print each outcome as a line of JSON."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    files, ids, jobs, faults = prepare()
    addresses = Addresses(f"{seed} {first}", files, ids)
    answers.write("ready\n")
    given = iter([json.loads(again.read_text(encoding="utf-8"))] if again else ())
    done = 0
    while done < count:
        visits = next(given, None) if again else addresses.next()
        if visits is None:
            break
        answers.write(json.dumps({"visits": visits}) + "\n")
        outcomes = visited(visits, faults, jobs, addresses.learn)
        done += len(outcomes)
        answers.write(json.dumps({"outcomes": outcomes}) + "\n")


def batch(seed: int, first: int, count: int, again: Path | None = None) -> Counter[str]:
    """Have a process of its own make so many visits; return what they came to."""
    command = [sys.executable, "-m", "tests.fuzz.addresses", "--batch", str(first)]
    command += ["--seed", str(seed), "--count", str(count)]
    command += ["--again", str(again)] if again else []
    found: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory() as cache,
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **ENVIRONMENT, "EXPLORER_CACHE_DIR": cache},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        ) as process,
    ):  # fmt: skip
        try:
            lines = read(process)
            if next(lines, "") != "ready":
                raise RuntimeError("The process that visits pages did not start.")
            visits: list[Visit] = []
            for line in lines:
                told = json.loads(line)
                if "visits" in told:
                    visits = told["visits"]
                    continue
                for one in told["outcomes"]:
                    found[one if not one.startswith("FAILED") else "FAILED"] += 1
                    if one.startswith("FAILED"):
                        keep(visits, one)
                visits = []
            if visits:  # the line of its outcomes never came
                found["FAILED"] += 1
                keep(visits, "FAILED the page did not end, or its process did")
        finally:
            process.kill()
    return found


def read(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Yield a process's lines until it ends or says nothing for too long."""
    assert process.stdout is not None
    buffer = b""
    patience = IMPORT_SECONDS
    while True:
        if not select.select([process.stdout], [], [], patience)[0]:
            return
        if not (part := os.read(process.stdout.fileno(), 1 << 20)):
            return
        *lines, buffer = (buffer + part).split(b"\n")
        for line in lines:
            patience = 3 * SECONDS
            yield line.decode()


def keep(visits: list[Visit], why: str) -> None:
    """Write down the visits of a failure, each once, and print why."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    path = FAILURES / f"{time.time_ns()}.json"
    path.write_text(json.dumps(visits), encoding="utf-8")
    path.with_suffix(".txt").write_text(why, encoding="utf-8")
    print(f"{path.name}: {why[:300]!r}", flush=True)


# a visitor from outside; computations in the process that draws the page
ENVIRONMENT = {
    "EXPLORER_WORKERS": "0",
    "EXPLORER_ALLOW_HUB_MODELS": "0",
    "EXPLORER_ALLOW_DATA_SETS": "0",
    "OMP_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
}


def main() -> int:
    """Visit so many addresses, print what came of them, and return 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="of visits")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after about so many")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--again", type=Path, help="a file of addresses that failed")
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.batch is not None:
        run_batch(given.seed, given.batch, given.count, given.again)
        return 0
    found: Counter[str] = Counter()
    begun = time.monotonic()
    while found.total() < given.count and time.monotonic() - begun < given.seconds:
        left = min(BATCH, given.count - found.total())
        found += batch(given.seed, found.total(), left, given.again)
        rate = found.total() / (time.monotonic() - begun) * 60
        print(f"{found.total():,} visits, {rate:.0f} a minute: {dict(found)}", flush=True)
        if given.again:
            break
    print(f"seed {given.seed}: {', '.join(f'{many:,} {what}' for what, many in found.items())}")
    return 1 if found["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
