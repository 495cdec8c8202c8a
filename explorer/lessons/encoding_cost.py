"""The cost of an encoding: bytes of a vocabulary, multiplications to look up a word."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER_BYTES = {"float32": 4, "float16": 2, "int8": 1}
INDEX_BYTES = 4  # what SciPy stores beside each number, and per row


@dataclass(frozen=True)
class Cost:
    """Bytes that a vocabulary takes, and multiplications to get one word's dense vector.

    Attributes
    ----------
    one_hot_dense
        Every 0 and 1 written out: vocabulary x vocabulary numbers.
    one_hot_sparse
        Only the 1s, each with its column, and where each row begins (compressed sparse rows).
    embedding
        vocabulary x dim numbers.
    product
        Multiplications of a one-hot row with the embedding matrix. A lookup needs none.
    """

    one_hot_dense: int
    one_hot_sparse: int
    embedding: int
    product: int


def encoding_cost(vocabulary: int, dim: int, dtype: str = "float32") -> Cost:
    """Return what one-hot vectors and embeddings of a vocabulary cost.

    Examples
    --------
    >>> encoding_cost(50_000, 256)
    Cost(one_hot_dense=10000000000, one_hot_sparse=600004, embedding=51200000, product=12800000)
    """
    number = NUMBER_BYTES[dtype]
    return Cost(
        one_hot_dense=vocabulary * vocabulary * number,
        one_hot_sparse=vocabulary * (number + INDEX_BYTES) + (vocabulary + 1) * INDEX_BYTES,
        embedding=vocabulary * dim * number,
        product=vocabulary * dim,
    )
