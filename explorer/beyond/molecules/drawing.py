"""Drawing structures: as SVG, and as PNG, from one list of lines and letters.

RDKit's own drawing needs X11's libraries (libXrender, libX11, libXext), which a slim container
lacks, so only its coordinates are used. What is drawn holds numbers, colors, element symbols,
digits and signs, and nothing of a stranger's text.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from explorer.beyond.molecules.layout import (
    BOND_LENGTH,
    LETTER,
    Drawing,
    Point,
    lay_out,
    letters_of,
)
from explorer.beyond.molecules.molecules import Structure

if TYPE_CHECKING:
    from PIL import Image

THICK = 0.11  # of a line
BOND = 34.0  # pixels of a bond at most: small molecules are not blown up
HALO = 0.75  # radius of the disk behind an atom that has a part
SMALL = 128  # pixels of a thumbnail: its letters can be read
FINE = 3  # PNG: drawn so many times larger and scaled down
RAISES, LOWERS = (0, 114, 178), (213, 94, 0)  # Okabe-Ito: blue raises a property, vermilion lowers


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
    stream = io.BytesIO()
    paint(structure, (width, height), parts, dark, bond).save(stream, "PNG")
    return stream.getvalue()


def draw_thumbnails(structures: Iterable[Structure]) -> list[bytes]:
    """Return structures as a column of pictures takes them: some 4 ms each."""
    from PIL import Image

    from explorer.pictures.decode import shrunk

    found = []
    for structure in structures:
        drawn = paint(structure, (SMALL, SMALL))
        ground = Image.new("RGB", drawn.size, "white")
        ground.paste(drawn, mask=drawn.getchannel("A"))
        found.append(shrunk(ground, SMALL))
    return found


def paint(
    structure: Structure,
    size: tuple[int, int],
    parts: Sequence[float] | None = None,
    dark: bool = False,
    bond: float = BOND,
) -> Image.Image:
    """Return a structure as a picture of that width and height, in pixels."""
    from PIL import Image, ImageDraw, ImageFont

    width, height = size

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
    letter = scale * LETTER * 1.5
    for one in drawing.letters:
        for text, dx, dy, small in letters_of(one):
            font = ImageFont.load_default(letter * (0.7 if small else 1))
            place = at((one.at[0] + dx * LETTER, one.at[1] + dy * LETTER))
            pen.text(place, text, one.color, font=font, anchor="mm")
    return image.resize(size, Image.Resampling.LANCZOS)


def as_address(svg: str) -> str:
    """Return an SVG as a data address: an image of it runs no script, whatever it holds."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def opacity(strength: float) -> float:
    """Return how opaque the disk of a part is."""
    return 0.6 * min(abs(strength), 1.0)


def fit(drawing: Drawing, width: int, height: int, bond: float) -> tuple[float, float, float]:
    """Return scale, left and top, such that a drawing stands in the middle of its frame."""
    (left, top), (right, bottom) = drawing.low, drawing.high
    scale = min(width / (right - left), height / (bottom - top), bond / BOND_LENGTH)
    return (
        scale,
        (width - scale * (left + right)) / 2,
        (height - scale * (top + bottom)) / 2,
    )
