"""How good the page “Molecules” is: `python benchmarks/molecules.py`.

For both divisions of the sample: the baselines and the network, RMSE in log mol/L on the molecules
held out, over three seeds, with the coverage of its intervals; how alike nearest neighbors are; and
what fewer and more rounds of messages reach on the molecules to choose by.

Seconds are processor time, on one thread.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer.beyond.molecules.baselines import BASELINES
from explorer.beyond.molecules.learned import Learned, learn_molecules
from explorer.beyond.molecules.lesson import atom_picture, nearness
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.reading import read_molecules
from explorer.beyond.molecules.training import Recipe
from explorer.formats.file import as_file

SAMPLE = Path(__file__).parents[1] / "sample_data" / "molecules.csv"
SEEDS = (0, 1, 2)
CHOICES: tuple[dict[str, Any], ...] = ({"layers": 1}, {"layers": 5}, {"epochs": 40}, {"width": 32})


def main() -> None:
    """Measure and print."""
    print(f"load {' '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    molecules = read_molecules(as_file(SAMPLE), "Molecules")
    for split in ("scaffold", "given"):
        runs = [learned(molecules, split=split, seed=seed) for seed in SEEDS]
        tell(split, runs)
    for changed in CHOICES:
        for split in ("scaffold", "given"):
            run, _ = learned(molecules, split=split, **changed)
            print(f"  {split} {changed}: valid {run.error(run.predicted, run.split.valid):.3f}")


def learned(molecules: Molecules, **changed: Any) -> tuple[Learned, float]:
    """Return what was learned, and the seconds of processor time that it took."""
    begun = time.process_time()
    found = learn_molecules(molecules, Recipe(**changed))
    return found, time.process_time() - begun


def tell(split: str, runs: list[tuple[Learned, float]]) -> None:
    """Print what the baselines and the network reach on one division."""
    found = [one for one, _ in runs]
    parts = found[0].split
    print(f"\n{split}: {len(parts.train):,} / {len(parts.valid):,} / {len(parts.test):,} molecules")
    for name in BASELINES:
        print(f"  {name}: {spread([one.error(one.baseline(name)) for one in found])}")
    seconds = statistics.median(seconds for _, seconds in runs)
    print(
        f"  network: {spread([one.error(one.predicted) for one in found])}, "
        f"valid {spread([one.error(one.predicted, parts.valid) for one in found])}, {seconds:.0f} s"
    )
    print(
        f"  interval: ± {spread([one.reach for one in found])}, "
        f"holds {spread([one.coverage for one in found])}"
    )
    tables = [nearness(one).to_pylist() for one in found]
    for rows in zip(*tables, strict=True):
        print(f"  nearest, {rows[0]['near by']}: {spread([row['differ by'] for row in rows])}")
    picture = atom_picture(found[0].atoms, "O")
    print(f"  oxygen with the same surroundings: {picture.kept:.3f}, chance {picture.chance:.3f}")
    for name in ("phenol", "caffeine"):
        row = found[0].molecules.row_of[name]
        for space in ("learned", "Morgan"):
            rows, _ = found[0].nearest(space, found[0].spaces[space].vector_at(row), row)
            told = [
                f"{found[0].molecules.labels[one]} {found[0].molecules.values[one]:.2f}"
                for one in rows
            ]
            print(f"  {name}, {space}: {', '.join(told)}")


def spread(values: Sequence[float]) -> str:
    """Return mean, lowest and highest."""
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache_dir:  # nothing is taken from an earlier run
        os.environ["EXPLORER_CACHE_DIR"] = cache_dir
        main()
