"""Drawing structures: as SVG, and as PNG, from one list of lines and letters.

RDKit's own drawing needs X11's libraries (libXrender, libX11, libXext), which a slim container
lacks, so only its coordinates are used. What is drawn holds numbers, colors, element symbols,
digits and signs, and nothing of a stranger's text.
"""

from __future__ import annotations

import base64
import io
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
THICK = 0.11  # of a line
WEDGE = 0.22  # half the width of a wedge's broad end
DASHES = 6  # across a wedge that leads away from the viewer
BOND = 34.0  # pixels of a bond at most: small molecules are not blown up
HALO = 0.75  # radius of the disk behind an atom that has a part
FINE = 3  # PNG: drawn so many times larger and scaled down
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
RAISES, LOWERS = (0, 114, 178), (213, 94, 0)  # Okabe-Ito: blue raises a property, vermilion lowers

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
    """What is drawn, in the structure's own coordinates with y downwards; and how far it reaches."""

    disks: tuple[Disk, ...]
    lines: tuple[Line, ...]
    wedges: tuple[Wedge, ...]
    letters: tuple[Letters, ...]
    low: Point
    high: Point


def draw_svg(
    structure: Structure,
    *,
    width: int = 180,
    height: int = 130,
    parts: Sequence[float] | None = None,
    dark: bool = False,
    bond: float = BOND,
) -> str:
    """Return a structure as SVG.

    Parameters
    ----------
    width, height
        In pixels.
    parts
        For each atom a number from -1 to 1: the color of the disk behind it.
    dark
        Whether it will stand on a dark ground.
    bond
        The most pixels that a bond is long.
    """
    drawing = lay_out(structure, parts, dark)
    scale, left, top = fit(drawing, width, height, bond)

    def at(point: Point) -> tuple[str, str]:
        return f"{left + scale * point[0]:.1f}", f"{top + scale * point[1]:.1f}"

    found = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
    ]
    for disk in drawing.disks:
        x, y = at(disk.at)
        red, green, blue = RAISES if disk.strength > 0 else LOWERS
        found.append(
            f'<circle cx="{x}" cy="{y}" r="{HALO * scale:.1f}" '
            f'fill="rgb({red},{green},{blue})" fill-opacity="{opacity(disk.strength):.2f}"/>'
        )
    for line in drawing.lines:
        (x1, y1), (x2, y2) = at(line.start), at(line.end)
        found.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{line.color}" '
            f'stroke-width="{max(THICK * scale, 1):.1f}" stroke-linecap="round"/>'
        )
    for wedge in drawing.wedges:
        corners = " ".join(",".join(at(corner)) for corner in wedge.corners)
        found.append(f'<polygon points="{corners}" fill="{wedge.color}"/>')
    size = scale * LETTER * 1.5
    for one in drawing.letters:
        for text, dx, dy, small in letters_of(one):
            x, y = at((one.at[0] + dx * LETTER, one.at[1] + dy * LETTER))
            found.append(
                f'<text x="{x}" y="{y}" font-family="sans-serif" text-anchor="middle" '
                f'dominant-baseline="central" font-size="{size * (0.7 if small else 1):.1f}" '
                f'fill="{one.color}">{text}</text>'
            )
    return "".join([*found, "</svg>"])


def draw_png(
    structure: Structure,
    *,
    width: int = 180,
    height: int = 130,
    parts: Sequence[float] | None = None,
    dark: bool = False,
    bond: float = BOND,
) -> bytes:
    """Return a structure as PNG on a transparent ground; the parameters are those of `draw_svg`."""
    from PIL import Image, ImageDraw, ImageFont

    drawing = lay_out(structure, parts, dark)
    scale, left, top = (FINE * number for number in fit(drawing, width, height, bond))
    image = Image.new("RGBA", (FINE * width, FINE * height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)

    def at(point: Point) -> Point:
        return left + scale * point[0], top + scale * point[1]

    for disk in drawing.disks:
        x, y = at(disk.at)
        color = RAISES if disk.strength > 0 else LOWERS
        layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
        radius = HALO * scale
        ImageDraw.Draw(layer).ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            fill=(*color, round(255 * opacity(disk.strength))),
        )
        image.alpha_composite(layer)
    for line in drawing.lines:
        pen.line((at(line.start), at(line.end)), line.color, round(max(THICK * scale, FINE)))
    for wedge in drawing.wedges:
        pen.polygon([at(corner) for corner in wedge.corners], fill=wedge.color)
    size = scale * LETTER * 1.5
    for one in drawing.letters:
        for text, dx, dy, small in letters_of(one):
            font = ImageFont.load_default(size * (0.7 if small else 1))
            place = at((one.at[0] + dx * LETTER, one.at[1] + dy * LETTER))
            pen.text(place, text, one.color, font=font, anchor="mm")
    stream = io.BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(stream, "PNG")
    return stream.getvalue()


def as_address(svg: str) -> str:
    """Return an SVG as a data address: an image of it runs no script, whatever it holds."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def opacity(strength: float) -> float:
    """Return how opaque the disk of a part is."""
    return 0.6 * min(abs(strength), 1.0)


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
        begin, end, order, wedge = int(bond[0]), int(bond[1]), int(bond[5]), int(bond[6])
        first, second = shortened(places, begin, end, labelled)
        across = normal(places[begin], places[end])
        if wedge:
            flat(first, second, across, wedge, INKS[dark], lines, wedges)
            continue
        for shift, shrink in sides(order, across, places[begin], places[end], middle, bond):
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
    order: int,
    across: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    middle: dict[int, NDArray[np.float64]],
    bond: NDArray[np.int16],
) -> list[tuple[NDArray[np.float64], float]]:
    """Return each line of a bond: how far across it lies, and the share that its ends are cut."""
    nothing = np.zeros(2)
    if order == 1:
        return [(nothing, 0.0)]
    if order == 3:
        return [(nothing, 0.0), (across * 2 * APART, 0.0), (-across * 2 * APART, 0.0)]
    inside = (middle[int(bond[0])] + middle[int(bond[1])]) / 2 - (first + second) / 2
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


def flat(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    across: NDArray[np.float64],
    wedge: int,
    color: str,
    lines: list[Line],
    wedges: list[Wedge],
) -> None:
    """Add a bond that leaves the plane: towards the viewer (1) or away (2)."""
    if wedge == 1:
        broad = (as_point(second + across * WEDGE), as_point(second - across * WEDGE))
        wedges.append(Wedge((as_point(first), *broad), color))
        return
    for share in np.linspace(0.1, 1, DASHES):
        place = first + share * (second - first)
        half = across * WEDGE * share
        lines.append(Line(as_point(place - half), as_point(place + half), color))


def leans_left(row: int, bonds: NDArray[np.int16], places: NDArray[np.float64]) -> bool:
    """Tell whether an atom's hydrogens are written on its left: its bonds lead to the right."""
    ends = [
        places[other] - places[row]
        for begin, end in bonds[:, :2].tolist()
        for here, other in ((begin, end), (end, begin))
        if here == row
    ]
    return bool(ends) and float(np.mean(ends, axis=0)[0]) > 0.1


def fit(drawing: Drawing, width: int, height: int, bond: float) -> tuple[float, float, float]:
    """Return scale, left and top, such that a drawing stands in the middle of its frame."""
    (left, top), (right, bottom) = drawing.low, drawing.high
    scale = min(width / (right - left), height / (bottom - top), bond / BOND_LENGTH)
    return (
        scale,
        (width - scale * (left + right)) / 2,
        (height - scale * (top + bottom)) / 2,
    )
