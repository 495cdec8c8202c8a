"""An analogy drawn in the plane through its inputs, where lengths and angles are true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.analogies.arithmetic import AnalogyResult
from explorer.errors import QueryError
from explorer.neighbors.exact import Neighbors
from explorer.vector import as_text

Floats: TypeAlias = NDArray[np.float64]

ORIGIN, SUM = "0", "the sum"
FLAT = 1e-4  # relative to the largest extent: points this close to a plane count as in it


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through `origin` (d,), spanned by two orthonormal rows of `basis` (2, d).

    `is_exact` tells whether all points that it was fitted to lie in it.
    """

    origin: Floats
    basis: Floats
    is_exact: bool

    def place(self, vectors: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Project k vectors onto the plane: coordinates (k, 2) and distances from it (k,)."""
        away = vectors.astype(np.float64) - self.origin
        places = away @ self.basis.T
        distances = np.linalg.norm(away - places @ self.basis, axis=1)
        return places, distances


def plane_through(points: NDArray[np.floating]) -> Plane:
    """Return the plane through up to three points, or the least-squares plane of more.

    The first point's projection is the origin. The second lies to its right, on the first
    axis; the third lies above that axis.

    Parameters
    ----------
    points
        (m, d), m ≥ 2.

    Examples
    --------
    >>> plane = plane_through(np.array([[0, 0, 1.0], [3, 0, 1], [0, 4, 1]]))
    >>> places, distances = plane.place(np.array([[3, 4, 3.0]]))
    >>> places.round(6).tolist(), distances.tolist()
    ([[3.0, 4.0]], [2.0])
    """
    wide = points.astype(np.float64)
    middle = wide.mean(axis=0)
    _, extents, directions = np.linalg.svd(wide - middle, full_matrices=False)
    basis = np.zeros((2, wide.shape[1]))  # points of one dimension span a line only
    found = directions[:2]
    basis[: len(found)] = found
    # the least-squares plane passes through the mean; move the origin to the first point's foot
    origin = middle + (wide[0] - middle) @ basis.T @ basis
    places = (wide - origin) @ basis.T
    turn = np.arctan2(places[1, 1], places[1, 0])
    cosine, sine = np.cos(turn), np.sin(turn)
    basis = np.array([[cosine, sine], [-sine, cosine]]) @ basis
    if len(wide) > 2 and (wide[2] - origin) @ basis[1] < 0:
        basis[1] *= -1
    is_exact = len(extents) < 3 or bool(extents[2] <= FLAT * max(extents[0], 1e-30))
    return Plane(origin, basis, is_exact)


def angle(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the angle between two vectors in degrees; NaN where one is zero."""
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    if lengths == 0:
        return float("nan")
    return float(np.degrees(np.arccos(np.clip(float(first @ second) / lengths, -1, 1))))


@dataclass(frozen=True, eq=False)
class Dots:
    """Points of a picture: names, coordinates in the plane (k, 2), distances from it (k,)."""

    names: tuple[str, ...]
    places: Floats
    distances: Floats

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Arrow:
    """A step; `kind` is 'given', 'copied' (same length and direction), 'found' or 'side'."""

    start: tuple[float, float]
    end: tuple[float, float]
    kind: str
    text: str = ""


@dataclass(frozen=True, eq=False)
class PlanePicture:
    """An analogy drawn in the plane of its inputs.

    Attributes
    ----------
    inputs, result, answers
        The input words, the result of the arithmetic, and the answers nearest to it.
    arrows
        The steps.
    is_parallelogram
        Whether it is B − A + C; if not, the terms are laid tip to tail from the origin.
    is_exact
        Whether inputs and result lie in the plane; if not, it is their least-squares plane.
    lengths, angles
        True lengths such as ('A → B', 1.05), and true angles in degrees.
    """

    inputs: Dots
    result: Dots
    answers: Dots
    arrows: tuple[Arrow, ...]
    is_parallelogram: bool
    is_exact: bool
    lengths: tuple[tuple[str, float], ...]
    angles: tuple[tuple[str, float], ...]


def plane_picture(analogy: AnalogyResult, answers: Neighbors) -> PlanePicture:
    """Draw an analogy and some answers in the plane of its inputs.

    Raises
    ------
    QueryError
        There are no answers to draw.
    """
    if not len(answers):
        raise QueryError("There is no answer to draw: the space has no other words.")
    if analogy.inputs.is_parallelogram:
        return parallelogram(analogy, answers)
    return tip_to_tail(analogy, answers)


def parallelogram(analogy: AnalogyResult, answers: Neighbors) -> PlanePicture:
    """A at the origin, B to its right, C above; and where the step A → B leads from C."""
    b, c, a = analogy.inputs.values.astype(np.float64)
    name_b, name_c, name_a = analogy.inputs.names
    plane = plane_through(np.stack([a, b, c]))
    found = compared(analogy, answers)
    inputs = dots(plane, (name_a, name_b, name_c), np.stack([a, b, c]))
    result = dots(plane, (SUM,), (b - a + c)[None])
    answered = dots(plane, answers.labels, found)
    at_a, at_b, at_c = (point(place) for place in inputs.places)
    target, best = point(result.places[0]), point(answered.places[0])
    first = answers.labels[0]
    arrows = (
        Arrow(at_a, at_b, "given", f"{name_a} → {name_b}"),
        Arrow(at_c, target, "copied", "the same step"),
        Arrow(at_c, best, "found", f"{name_c} → {first}"),
        Arrow(at_a, at_c, "side"),
        Arrow(at_b, target, "side"),
    )
    lengths = (
        (f"{name_a} → {name_b}", float(np.linalg.norm(b - a))),
        (f"{name_a} → {name_c}", float(np.linalg.norm(c - a))),
        (f"{name_c} → {first}", float(np.linalg.norm(found[0] - c))),
    )
    angles = (
        (f"between {name_a} → {name_b} and {name_a} → {name_c}", angle(b - a, c - a)),
        (f"between {name_a} → {name_b} and {name_c} → {first}", angle(b - a, found[0] - c)),
    )
    return PlanePicture(inputs, result, answered, arrows, True, plane.is_exact, lengths, angles)


def tip_to_tail(analogy: AnalogyResult, answers: Neighbors) -> PlanePicture:
    """The terms laid tip to tail, from 0 to the sum."""
    inputs = analogy.inputs
    steps = inputs.weights[:, None] * inputs.values.astype(np.float64)
    path = np.vstack([np.zeros(inputs.values.shape[1]), np.cumsum(steps, axis=0)])
    found = compared(analogy, answers)
    laid = path if len(path) > 2 else np.vstack([path, found[:1]])
    plane = plane_through(laid)
    places, _ = plane.place(path)
    signs = [
        ("−" if weight < 0 else "+")
        + (" " if abs(weight) == 1 else f" {as_text(abs(weight))} × ")
        + name
        for name, weight in zip(inputs.names, inputs.weights.tolist(), strict=True)
    ]
    arrows = [
        Arrow(point(start), point(end), "given", sign)
        for start, end, sign in zip(places, places[1:], signs, strict=False)
    ]
    arrows.append(Arrow(point(places[0]), point(places[-1]), "copied", "the sum"))
    return PlanePicture(
        dots(plane, (ORIGIN, *inputs.names), np.vstack([path[:1], inputs.values])),
        dots(plane, (SUM,), path[-1:]),
        dots(plane, answers.labels, found),
        tuple(arrows),
        False,
        plane.is_exact,
        (("the sum", float(np.linalg.norm(path[-1]))),),
        ((f"between the sum and {answers.labels[0]}", angle(path[-1], found[0])),),
    )


def compared(analogy: AnalogyResult, answers: Neighbors) -> Floats:
    """Return the answers' vectors, (k, d) float64, normalized if the inputs were."""
    vectors = analogy.space.vectors[answers.indices].astype(np.float64)
    if analogy.inputs.normalized:
        vectors /= analogy.space.norms[answers.indices, None]
    return vectors


def dots(plane: Plane, names: tuple[str, ...], vectors: Floats) -> Dots:
    """Return named points on a plane."""
    places, distances = plane.place(vectors)
    return Dots(names, places, distances)


def point(place: Floats) -> tuple[float, float]:
    """Return a place as two numbers."""
    return float(place[0]), float(place[1])
