"""Two pictures laid one over the other."""

from __future__ import annotations

import numpy as np

from explorer.comparison.overlay import superimposed


def test_items_that_moved_do_not_pull_the_others_along() -> None:
    random = np.random.default_rng(0)
    old = random.normal(size=(200, 2))
    moved = random.choice(200, 60, replace=False)
    new = old.copy()
    new[moved] = old[np.roll(moved, 1)]
    turn = np.linalg.qr(random.normal(size=(2, 2)))[0]
    laid = superimposed((2.5 * new @ turn + 7).astype(np.float32), old.astype(np.float32))
    np.testing.assert_allclose(laid, new, atol=1e-4)
    equal = np.ones((5, 2), np.float32)
    np.testing.assert_array_equal(superimposed(equal, old[:5].astype(np.float32)), equal)
