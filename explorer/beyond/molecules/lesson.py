"""What the lesson measures: whether near means alike, where it does not, and what atoms become."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.beyond.molecules.learned import Learned
from explorer.beyond.molecules.molecules import Rows
from explorer.neighbors.exact import neighbor_graph
from explorer.space import EmbeddingSpace

NEAR = 5  # neighbors of each molecule among which cliffs are looked for
SAME = 0.1  # added to a cosine distance: equal vectors would be infinitely steep
KINDS = 5  # of surroundings that are told apart; the others are one more
OTHER = "other surroundings"


@dataclass(frozen=True, eq=False)
class Plane:
    """The two directions in which vectors differ most (PCA).

    Attributes
    ----------
    middle, axes
        (d,) and (2, d).
    """

    middle: NDArray[np.float64]
    axes: NDArray[np.float64]

    def places(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where vectors (n, d) are drawn, (n, 2)."""
        return np.asarray((vectors - self.middle) @ self.axes.T, dtype=np.float64)


def plane_of(vectors: NDArray[np.floating], values: NDArray[np.float64] | None = None) -> Plane:
    """Return the plane of some vectors, turned so that high values lie on the right."""
    middle = vectors.mean(axis=0, dtype=np.float64)
    _, turned = np.linalg.eigh(np.cov((vectors - middle).T))  # ascending
    axes = np.atleast_2d(turned.T[::-1][:2])
    axes = np.vstack([axes, np.zeros((2 - len(axes), vectors.shape[1]))])
    axes *= np.where(axes.sum(axis=1) < 0, -1, 1)[:, None]
    if values is not None and np.dot((vectors - middle) @ axes[0], values - values.mean()) < 0:
        axes[0] *= -1
    return Plane(middle, axes)


def nearness(learned: Learned) -> pa.Table:
    """Return how far apart in the property held-out molecules and their nearest neighbors are.

    A row for each space, and one for chance. The neighbors are those that were learned from,
    by cosine; the figure is the mean difference.
    """
    values, train, test = learned.molecules.values, learned.split.train, learned.split.test
    rows = []
    for name, space in learned.spaces.items():
        nearest = train[closest(space, test, train)]
        rows.append((name, float(np.abs(values[test] - values[nearest]).mean())))
    chance = float(np.abs(values[test][:, None] - values[train][None]).mean())
    rows.append(("any two (chance)", chance))
    return pa.table({"near by": [name for name, _ in rows], "differ by": [one for _, one in rows]})


def closest(space: EmbeddingSpace, asked: Rows, among: Rows) -> NDArray[np.intp]:
    """Return which of the rows `among` is nearest to each row asked about, by cosine."""
    matrix = space.matrix
    norms = np.maximum(space.norms.astype(np.float64), 1e-12)
    products = matrix[asked] @ matrix[among].T
    dense = products.toarray() if space.is_sparse else products
    found: NDArray[np.intp] = np.argmax(dense / norms[among], axis=1)
    return found


def cliffs(learned: Learned, name: str, most: int = 4) -> pa.Table:
    """Return activity cliffs: pairs near in a space and far apart in the property.

    Both are among each other's NEAR nearest. The steepest come first, by difference over distance
    (SALI, Guha & Van Drie 2008), and no molecule comes twice.
    Columns: first, second (rows), cosine, difference.
    """
    space, values = learned.spaces[name], learned.molecules.values
    rows, distances = neighbor_graph(space, min(NEAR + 1, len(space)))
    near = {
        (row, other): 1 - float(distance)
        for row in range(len(space))
        for other, distance in zip(rows[row, 1:].tolist(), distances[row, 1:], strict=True)
    }
    pairs = [(a, b) for a, b in near if a < b and (b, a) in near]
    pairs.sort(key=lambda pair: -abs(values[pair[0]] - values[pair[1]]) / (1 - near[pair] + SAME))
    taken: set[int] = set()
    chosen: list[tuple[int, int]] = []
    for pair in pairs:
        if len(chosen) < most and not taken & set(pair):
            taken |= set(pair)
            chosen.append(pair)
    return pa.table(
        {
            "first": pa.array([a for a, _ in chosen], pa.int64()),
            "second": pa.array([b for _, b in chosen], pa.int64()),
            "cosine": pa.array([near[pair] for pair in chosen], pa.float64()),
            "difference": pa.array([abs(values[a] - values[b]) for a, b in chosen], pa.float64()),
        }
    )


@dataclass(frozen=True, eq=False)
class AtomPicture:
    """All atoms of one element, drawn by their vectors.

    Attributes
    ----------
    element
        Its symbol.
    places
        (n, 2)
    names
        n: each atom with its molecule.
    kinds
        n surroundings, the rarer ones as OTHER.
    kept
        Share of the atoms whose nearest other atom has the same surroundings, 0 to 1; and
    chance
        the same for any two atoms.
    """

    element: str
    places: NDArray[np.float64]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    kept: float
    chance: float


def atom_picture(atoms: EmbeddingSpace, element: str, most: int = 1_500) -> AtomPicture:
    """Return the atoms of an element, of many a sample."""
    assert atoms.metadata is not None
    of_element = np.array(atoms.metadata["element"].to_pylist()) == element
    rows = np.flatnonzero(of_element)
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    table = atoms.metadata.take(pa.array(rows))
    around = table["surroundings"].to_pylist()
    common = [name for name, _ in Counter(around).most_common(KINDS)]
    vectors = atoms.vectors[rows]
    shares = np.array(list(Counter(around).values())) / len(rows)
    return AtomPicture(
        element,
        plane_of(vectors).places(vectors),
        atoms.labels_at(rows),
        tuple(name if name in common else OTHER for name in around),
        same_nearest(vectors, around),
        float((shares**2).sum()),
    )


def same_nearest(vectors: NDArray[np.float32], kinds: list[str]) -> float:
    """Return the share of rows whose nearest other row is of the same kind."""
    space = EmbeddingSpace([str(n) for n in range(len(vectors))], vectors)
    nearest, _ = neighbor_graph(space, 2)
    return float(np.mean([kinds[row] == kinds[other] for row, other in enumerate(nearest[:, 1])]))


def elements_of(atoms: EmbeddingSpace) -> list[str]:
    """Return the elements with at least twenty atoms and more than one kind of surroundings."""
    assert atoms.metadata is not None
    elements = atoms.metadata["element"].to_pylist()
    around = atoms.metadata["surroundings"].to_pylist()
    kinds: dict[str, set[str]] = {}
    for element, one in zip(elements, around, strict=True):
        kinds.setdefault(element, set()).add(one)
    return [name for name, n in Counter(elements).most_common() if n >= 20 and len(kinds[name]) > 1]
