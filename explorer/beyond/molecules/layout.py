"""Where the lines and letters of a structure lie, before they are drawn as SVG or PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.molecules.molecules import Structure, symbol

CARBON = 6
BOND_LENGTH = 1.5  # in the coordinates of a structure
MARGIN = 0.8  # around the atoms, in those coordinates
LETTER = 0.62  # half the height that a letter keeps free of bonds
APART = 0.17  # half the distance of the two lines of a double bond
TOWARDS = 1  # a bond that comes towards the viewer; 2 leads away
WEDGE = 0.22  # half the width of a wedge's broad end
DASHES = 6  # across a wedge that leads away from the viewer
INKS = {False: "#1b242c", True: "#e4e9ed"}
HETEROATOMS = {  # darker and lighter for the two grounds, each readable there
    7: ("#1f4fd1", "#8fb0ff"),
    8: ("#c01818", "#ff8f85"),
    9: ("#1c7a33", "#7fd992"),
    15: ("#a65300", "#ffb366"),
    16: ("#7a6400", "#e6cf5c"),
    17: ("#1c7a33", "#7fd992"),
    35: ("#8a3a1e", "#e8a184"),
    53: ("#6a2a8c", "#d0a0ee"),
}

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line from one point to another."""

    start: Point
    end: Point
    color: str


@dataclass(frozen=True)
class Wedge:
    """A filled triangle: a bond that comes towards the viewer."""

    corners: tuple[Point, Point, Point]
    color: str


@dataclass(frozen=True)
class Letters:
    """An atom's symbol with its hydrogens and its charge."""

    at: Point
    symbol: str
    hydrogens: int
    charge: int
    to_left: bool
    color: str


@dataclass(frozen=True)
class Disk:
    """A disk behind an atom: how much it has a part in the prediction, -1 to 1."""

    at: Point
    strength: float


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is drawn, in the structure's coordinates with y downwards, and how far it reaches."""

    disks: tuple[Disk, ...]
    lines: tuple[Line, ...]
    wedges: tuple[Wedge, ...]
    letters: tuple[Letters, ...]
    low: Point
    high: Point


def lay_out(structure: Structure, parts: Sequence[float] | None, dark: bool) -> Drawing:
    """Return the lines and letters of a structure."""
    atoms, bonds = structure.atoms, structure.bonds
    places = structure.places.astype(np.float64) * (1, -1)
    labelled = {row for row, atom in enumerate(atoms) if has_letters(atom)}
    colors = [color_of(int(atom[0]), dark) for atom in atoms]
    middle = ring_middles(bonds, places)
    lines: list[Line] = []
    wedges: list[Wedge] = []
    for bond in bonds:
        begin, end, wedge = int(bond[0]), int(bond[1]), int(bond[6])
        first, second = shortened(places, begin, end, labelled)
        across = normal(places[begin], places[end])
        if wedge == TOWARDS:
            wedges.append(broadening(first, second, across, INKS[dark]))
            continue
        if wedge:
            lines += dashes(first, second, across, INKS[dark])
            continue
        for shift, shrink in sides(bond, across, places, middle):
            along = (second - first) * shrink
            halves(first + shift + along, second + shift - along, colors[begin], colors[end], lines)
    letters = tuple(
        Letters(
            as_point(places[row]),
            symbol(int(atoms[row, 0])),
            int(atoms[row, 3]),
            int(atoms[row, 2]),
            leans_left(row, bonds, places),
            colors[row],
        )
        for row in sorted(labelled)
    )
    disks = tuple(
        Disk(as_point(places[row]), float(part))
        for row, part in enumerate(parts if parts is not None else ())
        if part
    )
    ends = np.array([*places, *(end for one in letters for end in reach(one))])
    low, high = ends.min(axis=0) - MARGIN, ends.max(axis=0) + MARGIN
    return Drawing(disks, tuple(lines), tuple(wedges), letters, as_point(low), as_point(high))


def has_letters(atom: NDArray[np.int16]) -> bool:
    """Tell whether an atom is written: all but carbon, which is a corner or an end of lines."""
    return bool(atom[0] != CARBON or atom[2] or not atom[1])


def color_of(element: int, dark: bool) -> str:
    """Return the color of an element's letters and half bonds."""
    return HETEROATOMS[element][dark] if element in HETEROATOMS else INKS[dark]


def as_point(place: NDArray[np.float64]) -> Point:
    """Return a place as two numbers."""
    return float(place[0]), float(place[1])


def normal(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the direction across a bond, of length 1."""
    along = second - first
    length = float(np.hypot(*along)) or 1.0
    return np.array([-along[1], along[0]]) / length


def shortened(
    places: NDArray[np.float64], begin: int, end: int, labelled: set[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a bond's ends, drawn back from atoms that are written."""
    first, second = places[begin], places[end]
    along = second - first
    length = float(np.hypot(*along)) or 1.0
    cut = along / length * min(LETTER * 0.85, 0.35 * length)
    return first + cut * (begin in labelled), second - cut * (end in labelled)


def ring_middles(
    bonds: NDArray[np.int16], places: NDArray[np.float64]
) -> dict[int, NDArray[np.float64]]:
    """Return for each atom the mean place of its neighbors: a second line lies on that side."""
    near: dict[int, list[NDArray[np.float64]]] = {}
    for begin, end in bonds[:, :2].tolist():
        near.setdefault(begin, []).append(places[end])
        near.setdefault(end, []).append(places[begin])
    return {row: np.mean(found, axis=0) for row, found in near.items()}


def sides(
    bond: NDArray[np.int16],
    across: NDArray[np.float64],
    places: NDArray[np.float64],
    middle: dict[int, NDArray[np.float64]],
) -> list[tuple[NDArray[np.float64], float]]:
    """Return each line of a bond: how far across it lies, and the share that its ends are cut."""
    begin, end, order = int(bond[0]), int(bond[1]), int(bond[5])
    nothing = np.zeros(2)
    if order == 1:
        return [(nothing, 0.0)]
    if order == 3:
        return [(nothing, 0.0), (across * 2 * APART, 0.0), (-across * 2 * APART, 0.0)]
    inside = (middle[begin] + middle[end] - places[begin] - places[end]) / 2
    lean = float(inside @ across)
    if bond[4] and abs(lean) > 1e-3:  # in a ring, the second line is shorter and lies inside
        return [(nothing, 0.0), (across * np.sign(lean) * 2 * APART, 0.12)]
    return [(across * APART, 0.0), (-across * APART, 0.0)]


def halves(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    begin: str,
    end: str,
    lines: list[Line],
) -> None:
    """Add a line, of which each half has the color of its atom."""
    if begin == end:
        lines.append(Line(as_point(first), as_point(second), begin))
        return
    half = (first + second) / 2
    lines.append(Line(as_point(first), as_point(half), begin))
    lines.append(Line(as_point(half), as_point(second), end))


def broadening(
    first: NDArray[np.float64], second: NDArray[np.float64], across: NDArray[np.float64], color: str
) -> Wedge:
    """Return a bond that comes towards the viewer."""
    broad = (as_point(second + across * WEDGE), as_point(second - across * WEDGE))
    return Wedge((as_point(first), *broad), color)


def dashes(
    first: NDArray[np.float64], second: NDArray[np.float64], across: NDArray[np.float64], color: str
) -> list[Line]:
    """Return a bond that leads away from the viewer."""
    found = []
    for share in np.linspace(0.1, 1, DASHES):
        place, half = first + share * (second - first), across * WEDGE * share
        found.append(Line(as_point(place - half), as_point(place + half), color))
    return found


def leans_left(row: int, bonds: NDArray[np.int16], places: NDArray[np.float64]) -> bool:
    """Tell whether an atom's hydrogens are written on its left: its bonds lead to the right."""
    ends = [
        places[other] - places[row]
        for begin, end in bonds[:, :2].tolist()
        for here, other in ((begin, end), (end, begin))
        if here == row
    ]
    return bool(ends) and float(np.mean(ends, axis=0)[0]) > 0.1


def letters_of(one: Letters) -> list[tuple[str, float, float, bool]]:
    """Return the pieces of an atom's label: text, place in letters, and whether it is small."""
    found = [(one.symbol, 0.0, 0.0, False)]
    wide = 1.1 if len(one.symbol) == 1 else 1.6
    end = wide * 0.6
    if one.hydrogens:
        many = one.hydrogens > 1
        if one.to_left:  # H₂N
            found.append(("H", -wide - 0.8 * many, 0.0, False))
            if many:
                found.append((str(one.hydrogens), -wide + 0.05, 0.5, True))
        else:  # NH₂
            found.append(("H", wide, 0.0, False))
            if many:
                found.append((str(one.hydrogens), wide + 0.85, 0.5, True))
            end = wide * 1.6 + 0.5 * many
    if one.charge:
        sign = "+" if one.charge > 0 else "−"
        times = str(abs(one.charge)) if abs(one.charge) > 1 else ""
        found.append((times + sign, end + 0.3, -0.75, True))
    return found


def reach(one: Letters) -> tuple[Point, Point]:
    """Return how far to the left and to the right an atom's label reaches."""
    across = [dx for _, dx, _, _ in letters_of(one)]
    x, y = one.at
    return (x + (min(across) - 0.6) * LETTER, y), (x + (max(across) + 0.6) * LETTER, y)
