"""What an encoding costs, by hand and as measured on real arrays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from explorer.lessons.encoding_cost import NUMBER_BYTES, encoding_cost


def test_fifty_thousand_words_of_256_numbers_by_hand() -> None:
    cost = encoding_cost(50_000, 256)
    assert cost.one_hot_dense == 50_000 * 50_000 * 4 == 10_000_000_000
    assert cost.embedding == 50_000 * 256 * 4 == 51_200_000
    assert cost.one_hot_sparse == 50_000 * (4 + 4) + 50_001 * 4 == 600_004
    assert cost.product == 12_800_000


@pytest.mark.parametrize("dtype", NUMBER_BYTES)
def test_the_figures_are_those_of_real_arrays(dtype: str) -> None:
    cost = encoding_cost(100, 16, dtype)
    eye = np.eye(100, dtype=dtype)
    assert cost.one_hot_dense == eye.nbytes
    assert cost.embedding == np.zeros((100, 16), dtype).nbytes
    if dtype != "float16":  # SciPy has no sparse float16
        stored = sparse.csr_array(eye)
        parts = (stored.data, stored.indices.astype(np.int32), stored.indptr.astype(np.int32))
        assert cost.one_hot_sparse == sum(part.nbytes for part in parts)
