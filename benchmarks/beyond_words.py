"""How good the models of “Beyond words” are: `python benchmarks/beyond_words.py`.

Facts, filtered ranking of both sides, over three seeds:

- the countries, beside the most frequent answer and chance;
- Kinships and UMLS, which PyKEEN carries, with its division into three parts. Of the settings in
  SETTINGS, those are taken that are best on the validation facts with the first seed;
- the lesson: how parallel the arrows of “capital” are.

Seconds are processor time, on one thread.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer import encode
from explorer.beyond.facts.graph import Graph
from explorer.beyond.facts.learned import Learned, learn_facts
from explorer.beyond.facts.lesson import arrows, plain_names, single_facts, symmetry
from explorer.beyond.facts.models import MODELS
from explorer.beyond.facts.ranking import most_frequent, rank
from explorer.beyond.facts.reading import read_graph
from explorer.beyond.facts.training import recipe_for
from explorer.formats.file import as_file

ROOT = Path(__file__).parents[1]
SEEDS = (0, 1, 2)
SETTINGS: dict[str, dict[str, tuple[Any, ...]]] = {
    "transe": {"itself": (True, False), "dim": (32, 64)},
    "distmult": {"penalty": (0.0, 0.005, 0.02), "dim": (64,)},
    "complex": {"penalty": (0.005, 0.01, 0.02), "dim": (64,)},
    "rotate": {"dim": (32, 64)},
}


def main() -> None:
    """Measure and print."""
    print(f"load {' '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    countries = read_graph(as_file(ROOT / "sample_data" / "countries.csv"), "Countries")
    tell_baseline(countries)
    for model in MODELS:
        tell(model, [learned(countries, model, seed=seed) for seed in SEEDS])
    for name in ("kinships", "umls"):
        graph = from_pykeen(name)
        tell_baseline(graph)
        for model in MODELS:
            best = chosen(graph, model)
            tell(f"{model} {best}", [learned(graph, model, seed=seed, **best) for seed in SEEDS])
    lesson(countries)


def learned(graph: Graph, model: str, **changed: Any) -> tuple[Learned, float]:
    """Return what was learned, and the seconds of processor time that it took."""
    begun = time.process_time()
    found = learn_facts(graph, recipe_for(model, **changed))
    return found, time.process_time() - begun


def chosen(graph: Graph, model: str) -> dict[str, Any]:
    """Return the settings that are best on the validation facts, with the first seed."""
    return max(choices(model), key=lambda one: valid_mrr(learned(graph, model, **one)[0]))


def choices(model: str) -> Iterator[dict[str, Any]]:
    """Yield all combinations of a model's settings."""
    names = list(SETTINGS[model])
    for values in itertools.product(*SETTINGS[model].values()):
        yield dict(zip(names, values, strict=True))


def valid_mrr(found: Learned) -> float:
    """Return the MRR on all validation facts."""
    return rank(found.graph, found.graph.valid, found.scores).mrr


def tell_baseline(graph: Graph) -> None:
    """Print what the graph is, and what the most frequent answer and chance reach."""
    usual = rank(graph, graph.test, most_frequent(graph))
    print(
        f"\n{graph.name}: {len(graph.entities):,} entities, {len(graph.relations)} relations, "
        f"{len(graph.train):,} / {len(graph.valid):,} / {len(graph.test):,} facts\n"
        f"  most frequent: Hits@10 {usual.hits():.3f} (tails {usual.hits(side=0):.3f}), "
        f"MRR {usual.mrr:.3f}; chance: Hits@10 {usual.chance():.3f}, MRR {usual.chance_mrr():.3f}"
    )


def tell(name: str, runs: list[tuple[Learned, float]]) -> None:
    """Print the mean over the seeds, and from the lowest to the highest."""
    found = [one for one, _ in runs]
    figures = {
        "MRR": [one.predicted.mrr for one in found],
        "Hits@10": [one.predicted.hits() for one in found],
        "of tails": [one.predicted.hits(side=0) for one in found],
        "MRR valid": [valid_mrr(one) for one in found],
    }
    told = (
        f"{title} {statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
        for title, values in figures.items()
    )
    # the median: what was learned to choose the settings is not learned again
    seconds = statistics.median(seconds for _, seconds in runs)
    print(f"  {name}: {', '.join(told)}, {seconds:.1f} s", flush=True)


def from_pykeen(name: str) -> Graph:
    """Return one of the graphs that PyKEEN carries, as it divides it."""
    package = importlib.util.find_spec("pykeen")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "datasets" / name
    parts = [
        [line.split("\t") for line in (folder / f"{part}.txt").read_text("utf-8").splitlines()]
        for part in ("train", "valid", "test")
    ]
    entities = sorted({end for part in parts for head, _, tail in part for end in (head, tail)})
    relations = sorted({relation for part in parts for _, relation, _ in part})
    ids = {entity: row for row, entity in enumerate(entities)}
    kinds = {relation: row for row, relation in enumerate(relations)}
    train, valid, test = (
        np.array([(ids[h], kinds[r], ids[t]) for h, r, t in part], dtype=np.int64) for part in parts
    )
    return Graph(name, tuple(entities), tuple(relations), train, valid, test)


def lesson(graph: Graph) -> None:
    """Print how parallel the arrows of “capital” are, and how long each relation's step is."""
    print("\nThe lesson: mean cosine of the arrows of “capital” (partners swapped)")
    facts = single_facts(graph, "capital")
    for dim, itself in ((32, False), (2, False), (32, True)):
        for seed in SEEDS:
            found, _ = learned(graph, "transe", dim=dim, itself=itself, seed=seed)
            family = arrows(graph, facts, found.entities)
            lengths = {
                row["relation"]: round(row["length of its step"], 2)
                for row in symmetry(found).to_pylist()
            }
            print(
                f"  TransE, {dim} dimensions, itself {itself}, seed {seed}: "
                f"{family.parallelism:.2f} ({family.shuffled_parallelism:.2f}), "
                f"Hits@10 {found.predicted.hits():.3f}, steps {lengths}"
            )
    names = plain_names(graph.entities)
    space = encode(sorted(set(names)))
    vectors = np.stack([space[name].values for name in names])
    family = arrows(graph, facts, vectors)
    print(f"  MiniLM: {family.parallelism:.2f} ({family.shuffled_parallelism:.2f})")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache_dir:  # nothing is taken from an earlier run
        os.environ["EXPLORER_CACHE_DIR"] = cache_dir
        main()
