"""How molecules are divided: to learn from, to choose settings by, to judge by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.beyond.molecules.molecules import Molecules, Rows
from explorer.errors import TrainingError

TRAIN_SHARE, VALID_SHARE = 0.8, 0.1
VALID_OF_GIVEN = 0.1  # of what the table gives to learn from
SHUFFLE = 0  # the division does not depend on the network's seed


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from, to choose by, and to judge by; each ascending, together all of them."""

    train: Rows
    valid: Rows
    test: Rows


def scaffold_split(molecules: Molecules) -> Split:
    """Keep each ring system on one side: those judged have ring systems that were never seen.

    The largest groups are learned from, as MoleculeNet divides (Wu et al. 2018; Bemis & Murcko
    1996). Chains without a ring are one group.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for row, scaffold in enumerate(molecules.chemistry.scaffolds):
        groups[scaffold].append(row)
    n = len(molecules)
    train: list[int] = []
    valid: list[int] = []
    test: list[int] = []
    for rows in sorted(groups.values(), key=lambda rows: (-len(rows), rows[0])):
        if len(train) + len(rows) <= TRAIN_SHARE * n:
            train += rows
        elif len(valid) + len(rows) <= VALID_SHARE * n:
            valid += rows
        else:
            test += rows
    if not train or not valid or not test:
        raise TrainingError(
            f"The {n:,} molecules have {len(groups):,} ring systems, of which one has nearly all. "
            "They cannot be divided by ring system: choose the division “By lot”."
        )
    return split_of(train, valid, test)


def random_split(molecules: Molecules) -> Split:
    """Divide by lot."""
    order = np.random.default_rng(SHUFFLE).permutation(len(molecules))
    first, second = (
        round(share * len(order)) for share in (TRAIN_SHARE, TRAIN_SHARE + VALID_SHARE)
    )
    return split_of(order[:first], order[first:second], order[second:])


def given_split(molecules: Molecules) -> Split:
    """Judge by those that the table itself keeps for it; choose by a tenth of the others."""
    learned = np.flatnonzero(~molecules.given)
    order = np.random.default_rng(SHUFFLE).permutation(learned)
    first = round(VALID_OF_GIVEN * len(order))
    return split_of(order[first:], order[:first], np.flatnonzero(molecules.given))


def split_of(*parts: list[int] | Rows) -> Split:
    """Return rows as a split."""
    return Split(*(np.sort(np.asarray(part, dtype=np.int64)) for part in parts))


@dataclass(frozen=True)
class SplitKind:
    """A way to divide: what it is called, what it means, and the function that divides."""

    title: str
    idea: str
    divide: Callable[[Molecules], Split]


SPLITS = {
    "scaffold": SplitKind(
        "New ring systems",
        "Judged by molecules whose ring system was never learned from: the harder question.",
        scaffold_split,
    ),
    "given": SplitKind(
        "As published",
        "Judged by the molecules that the table keeps for it: many have near relatives among those "
        "learned from.",
        given_split,
    ),
    "random": SplitKind("By lot", "Judged by a tenth, drawn by lot.", random_split),
}


def splits_for(molecules: Molecules) -> tuple[str, ...]:
    """Return the keys of SPLITS that these molecules can be divided by."""
    given = molecules.given.any() and not molecules.given.all()
    return ("scaffold", "given") if given else ("scaffold", "random")
