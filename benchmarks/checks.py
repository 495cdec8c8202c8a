"""The findings of “Check”: `python benchmarks/checks.py [chosen] [told] [large]`.

- chosen: how the bounds were chosen, on seeds 100 to 104;
- told: precision and recall of each finding on seeds 0 to 4, beside chance and a simpler way;
- large: time and memory of 400,000 x 128, and what its approximate neighbors miss.

Planted: 5 % of the labels flipped, 100 near duplicates, 50 outliers, 50 equal rows. The data are
made clusters, scikit-learn's handwritten digits (real labels), and the sample of words (no labels).
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.metrics import average_precision_score
from sklearn.neighbors import NearestCentroid

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("EXPLORER_CACHE_DIR", tempfile.mkdtemp())

from explorer import EmbeddingSpace, open_space
from explorer.checks import findings as known
from explorer.checks import outliers
from explorer.checks.findings import Findings, check, found_by
from explorer.checks.measured import measure
from explorer.neighbors.indexes.data import Made
from explorer.neighbors.indexes.known import processor

ROOT = Path(__file__).parents[1]
CHOOSING, TELLING = range(100, 105), range(5)
DUPLICATES, OUTLIERS, EQUAL, FLIPPED = 100, 50, 50, 0.05
NOISE = 0.1  # of a near duplicate, in parts of the rows' mean distance from their mean
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Planted:
    """A space with errors, and where they are, (n,) each; labels are told of `judged` rows."""

    space: EmbeddingSpace
    near: Mask
    leak: Mask
    equal: Mask
    outlier: Mask
    flipped: Mask | None
    judged: Mask


def main() -> None:
    """Measure what is asked for, and print."""
    print(f"{processor()}, load {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


def clusters(seed: int) -> tuple[Floats, NDArray[np.intp]]:
    """Return 5,000 x 64 vectors in 20 Gaussian clusters, of own widths and 12 directions each."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(20, 64))
    own = random.integers(20, size=5000)
    width = random.uniform(0.3, 0.8, size=20)
    directions = random.normal(size=(20, 12, 64)) / 12**0.5
    within = np.einsum("ni,nid->nd", random.normal(size=(5000, 12)), directions[own])
    noise = 0.15 * random.normal(size=(5000, 64))
    return (centers[own] + width[own, None] * within + noise).astype(np.float32), own


def digits(seed: int) -> tuple[Floats, NDArray[np.intp]]:
    """Return scikit-learn's 1,797 handwritten digits of 64 pixels."""
    pixels, own = load_digits(return_X_y=True)
    return pixels.astype(np.float32), own


def words(seed: int) -> tuple[Floats, None]:
    """Return the sample's 10,000 words."""
    return open_space(ROOT / "sample_data" / "words.npy").vectors, None


DATA = {"clusters": clusters, "digits": digits, "words": words}


def planted(name: str, seed: int) -> Planted:
    """Return data with errors in it.

    A near duplicate is a row with noise, an outlier has each number from another random row, and a
    flipped label is another one at random. Half of the rows are train, half test, and a row's
    duplicate is in the other part.
    """
    vectors, own = DATA[name](seed)
    random = np.random.default_rng(1000 + seed)
    n, dim = vectors.shape
    source = random.choice(n, DUPLICATES + EQUAL, replace=False)
    scale = NOISE * np.linalg.norm(vectors - vectors.mean(axis=0), axis=1).mean() / dim**0.5
    near = vectors[source[:DUPLICATES]] + scale * random.normal(size=(DUPLICATES, dim))
    strange = vectors[random.integers(n, size=(OUTLIERS, dim)), np.arange(dim)]
    whole = np.vstack([vectors, near, vectors[source[DUPLICATES:]], strange]).astype(np.float32)
    total = len(whole)

    def mask(*rows: NDArray[np.intp]) -> Mask:
        chosen = np.zeros(total, bool)
        chosen[np.concatenate(rows)] = True
        return chosen

    added = np.arange(n, total)
    part = random.permutation(np.arange(total) % 2)
    part[added[: len(source)]] = 1 - part[source]
    columns = {"part": np.array(["train", "test"])[part]}
    flipped = None
    if own is not None:
        labels = np.concatenate([own, own[source], random.integers(own.max() + 1, size=OUTLIERS)])
        rows = random.choice(n, round(FLIPPED * n), replace=False)
        size = own.max() + 1
        labels[rows] = (labels[rows] + random.integers(1, size, size=len(rows))) % size
        flipped = mask(rows)
        columns["label"] = np.char.mod("class %02d", labels)
    space = EmbeddingSpace(
        [f"row {row}" for row in range(total)], whole, name=name, metadata=pa.table(columns)
    )
    outlier = mask(added[len(source) :])
    return Planted(
        space,
        mask(source[:DUPLICATES], added[:DUPLICATES]),
        mask(source, added[: len(source)]),
        mask(source[DUPLICATES:], added[DUPLICATES : len(source)]),
        outlier,
        flipped,
        ~outlier,
    )


def scored(rows: NDArray[np.intp], true: Mask, judged: Mask | None = None) -> tuple[float, float]:
    """Return precision and recall of rows."""
    chosen = np.zeros(len(true), bool)
    chosen[rows] = True
    if judged is not None:
        chosen, true = chosen & judged, true & judged
    hits = (chosen & true).sum()
    return hits / max(1, chosen.sum()), hits / true.sum()


def checked(one: Planted) -> Findings:
    """Return what is found in planted data."""
    return check(one.space, "label" if one.flipped is not None else None, "part")


def chosen() -> None:
    """Print each bound's candidates, on seeds that are not told."""
    candidates = {
        "near": (0.1, 0.15, 0.2, 0.25, 0.3),
        "outliers": (4, 5, 6, 7),
        "doubt": (0.2, 0.4, 0.5, 0.6, 0.7, 0.8),
    }
    for name in DATA:
        data = [planted(name, seed) for seed in CHOOSING]
        found = [checked(one) for one in data]
        for k in (10, 20):
            ranked = [
                average_precision_score(
                    one.outlier,
                    outliers.local_outlier_factor(
                        whole.measured.neighbors[:, :k], whole.measured.distances[:, :k]
                    ),
                )
                for one, whole in zip(data, found, strict=True)
            ]
            print(f"{name:9} LOF of {k} neighbors: average precision {np.mean(ranked):.3f}")
        for finding, values in candidates.items():
            if finding == "doubt" and data[0].flipped is None:
                continue
            for value in values:
                results = []
                for one, whole in zip(data, found, strict=True):
                    bound = value
                    if finding == "near":
                        nearest = whole.measured.nearest
                        bound = value * float(np.median(nearest[nearest > 0]))
                    if finding == "outliers":
                        outliers.SPREADS, before = value, outliers.SPREADS
                        bound = outliers.usual_bound(whole.outliers)
                        outliers.SPREADS = before
                    true = {"near": one.near, "outliers": one.outlier, "doubt": one.flipped}[
                        finding
                    ]
                    judged = one.judged if finding == "doubt" else None
                    results.append(scored(found_by(whole, finding, bound).rows, true, judged))
                tell(f"{name:9} {finding:9} {value:5}", results)


def told() -> None:
    """Print precision and recall of each finding beside chance and a simpler way."""
    for name in DATA:
        results: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for seed in TELLING:
            one = planted(name, seed)
            found = checked(one)
            for finding, (true, judged, simpler) in compared(one, found).items():
                rows = found_by(found, finding).rows
                parts = {"ours": rows, **simpler}
                for way, its in parts.items():
                    results.setdefault((finding, way), []).append(scored(its, true, judged))
                share = float(true.mean() if judged is None else true[judged].mean())
                results.setdefault((finding, "chance"), []).append((share, len(rows) / len(true)))
        for (finding, way), scores in results.items():
            tell(f"{name:9} {finding:9} {way:34}", scores)


Compared = tuple[Mask, Mask | None, dict[str, NDArray[np.intp]]]


def compared(one: Planted, found: Findings) -> dict[str, Compared]:
    """Return for each finding what was planted, which rows count, and simpler ways' answers."""
    vectors = one.space.vectors
    usual = len(found_by(found, "outliers").rows)
    from_mean = np.linalg.norm(vectors - vectors.mean(axis=0), axis=1)
    fixed = np.flatnonzero(found.measured.nearest <= 0.05)
    equal = found_by(found, "copies").rows
    answers: dict[str, Compared] = {
        "copies": (one.equal, None, {}),
        "near": (one.near, None, {"cosine similarity of 0.95 and more": fixed}),
        "leak": (one.leak, None, {"equal vectors only": equal}),
        "outliers": (
            one.outlier,
            None,
            {
                "as many, farthest from the mean": np.argsort(-from_mean)[:usual],
                "as many, farthest 20th neighbor": np.argsort(-found.measured.distances[:, -1])[
                    :usual
                ],
            },
        ),
        "lonely": (one.outlier, None, {}),
    }
    if one.flipped is not None and found.agreement is not None:
        codes = found.agreement.labels.codes
        nearest = NearestCentroid().fit(vectors, codes).predict(vectors)
        answers["doubt"] = (
            one.flipped,
            one.judged,
            {
                "another class's mean is nearer": np.flatnonzero(nearest != codes),
                "the majority of neighbors differs": np.flatnonzero(
                    found.agreement.predicted != codes
                ),
            },
        )
    return answers


def tell(what: str, scores: list[tuple[float, float]]) -> None:
    """Print the mean and the range of precision and recall over the seeds."""
    precision, recall = np.array(scores).T
    print(
        f"{what} precision {precision.mean():.3f} ({precision.min():.3f} to {precision.max():.3f})"
        f"  recall {recall.mean():.3f} ({recall.min():.3f} to {recall.max():.3f})"
    )


def large() -> None:
    """Print time and memory of 400,000 x 128, and how many planted duplicates are found."""
    vectors = Made(400_000, 128).split(1)[0]
    random = np.random.default_rng(0)
    source = random.choice(len(vectors) - 1000, 1000, replace=False)
    vectors[-1000:] = vectors[source] + 0.01 * random.normal(size=(1000, 128)) / 128**0.5
    labels = [str(row) for row in range(len(vectors))]
    columns = {"kind": np.char.mod("%d", random.integers(10, size=len(vectors)))}
    space = EmbeddingSpace(labels, vectors, metadata=pa.table(columns))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    last = ["", time.perf_counter()]

    def report(share: float, step: str) -> None:
        if step != last[0]:
            now = time.perf_counter()
            if last[0]:
                print(f"  {now - last[1]:6.1f} s  {last[0]}")
            last[:] = [step, now]

    begin, work = time.perf_counter(), time.process_time()
    measured = measure(space, report=report)
    wall, work = time.perf_counter() - begin, time.process_time() - work
    print(f"400,000 x 128: {wall:.1f} s, {work:.1f} s of processor time")
    begin = time.perf_counter()
    table = space.table()
    found = known.conclude(space, measured, known.coded(table, "kind"))
    found.summary()
    print(f"  labels and summary: {time.perf_counter() - begin:.1f} s")
    kept = sum(value.nbytes for value in vars(measured).values() if hasattr(value, "nbytes"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"  memory: {before / 1e6:.2f} GB before, {peak / 1e6:.2f} GB at its peak; "
        f"vectors {vectors.nbytes / 1e9:.2f} GB, kept {kept / 1e9:.2f} GB"
    )
    true = np.zeros(len(vectors), bool)
    true[source] = true[-1000:] = True
    tell("  1,000 near duplicates", [scored(found_by(found, "near").rows, true)])
    print(" ", *measured.notes)


PARTS = {"chosen": chosen, "told": told, "large": large}

if __name__ == "__main__":
    main()
