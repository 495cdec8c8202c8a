"""What a network has to be better than: the mean, one descriptor, and two random forests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.molecules.molecules import LOGP, Molecules, Rows

TREES = 100
MOST_TREES_SEE = 3_000  # molecules that a forest learns from: more would take minutes

Predicted = NDArray[np.float64]


def by_mean(molecules: Molecules, train: Rows, seed: int) -> Predicted:
    """Predict the mean of what is learned from."""
    return np.full(len(molecules), molecules.values[train].mean())


def by_logp(molecules: Molecules, train: Rows, seed: int) -> Predicted:
    """Predict by a straight line over log P."""
    logp = molecules.chemistry.descriptors[:, LOGP]
    slope, start = np.polyfit(logp[train], molecules.values[train], 1)
    return np.asarray(slope * logp + start, dtype=np.float64)


def by_morgan(molecules: Molecules, train: Rows, seed: int) -> Predicted:
    """Predict by a random forest over Morgan fingerprints."""
    return forest(molecules.chemistry.morgan, molecules.values, train, seed)


def by_descriptors(molecules: Molecules, train: Rows, seed: int) -> Predicted:
    """Predict by a random forest over the eight descriptors."""
    return forest(molecules.chemistry.descriptors, molecules.values, train, seed)


def forest(features: object, values: Predicted, train: Rows, seed: int) -> Predicted:
    """Return a random forest's predictions for all rows (Breiman 2001), by scikit-learn."""
    from sklearn.ensemble import RandomForestRegressor

    if len(train) > MOST_TREES_SEE:
        train = np.sort(np.random.default_rng(seed).choice(train, MOST_TREES_SEE, replace=False))
    model = RandomForestRegressor(TREES, max_features=1 / 3, random_state=seed)
    model.fit(features[train], values[train])  # type: ignore[index]
    return np.asarray(model.predict(features), dtype=np.float64)


BASELINES: dict[str, Callable[[Molecules, Rows, int], Predicted]] = {
    "mean": by_mean,
    "logP": by_logp,
    "Morgan, forest": by_morgan,
    "descriptors, forest": by_descriptors,
}
