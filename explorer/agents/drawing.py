"""A picture of a space as a PNG: points, a key, and as many labels as fit."""

from __future__ import annotations

import contextlib
import functools
import io
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from explorer.figures.colors import SCALE_COLORS, SELECTED, Categories, Numbers
from explorer.figures.label_placement import SIDES, Sheet
from explorer.figures.style import LABEL_LENGTH, LIGHT
from explorer.space import EmbeddingSpace

WIDTH, HEIGHT = 1000, 640  # pixels of the whole
KEY = 190  # pixels on the right for the key
MARGIN = 40
TEXT = 14
FINER = 2  # drawn larger and scaled down, which smooths the edges
FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
LABELS = 40
KEY_LINES = 20
RADII = (2, 5), (4.5, 1.2)  # log10 of the number of points, and the radius in pixels


def draw_png(
    space: EmbeddingSpace,
    coordinates: NDArray[np.float32],
    colors: Categories | Numbers | None = None,
    marked: Sequence[int] = (),
) -> bytes:
    """Return a picture of (n, 2) coordinates as PNG; the marked rows are ringed and labeled."""
    plot = WIDTH - (KEY if colors is not None else 0)
    places = on_sheet(coordinates, plot)
    image = Image.fromarray(stamped(places, point_colors(colors, len(space)), len(space)))
    pen = ImageDraw.Draw(image)
    write_labels(pen, space, coordinates=coordinates, places=places, plot=plot, marked=marked)
    if colors is not None:
        write_key(pen, colors, plot)
    out = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def on_sheet(coordinates: NDArray[np.float32], plot: int) -> NDArray[np.float64]:
    """Return (n, 2) places in fine pixels, y downwards, both axes in one scale."""
    plane = coordinates[:, :2].astype(np.float64)
    low, high = plane.min(axis=0), plane.max(axis=0)
    extent = np.maximum(high - low, 1e-12)
    room = np.array([plot - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    centered: NDArray[np.float64] = (plane - (low + high) / 2) * (room / extent).min()
    centered *= [1, -1]
    centered += [plot / 2, HEIGHT / 2]
    return centered * float(FINER)


def stamped(places: NDArray[np.float64], colors: NDArray[np.uint8], n: int) -> NDArray[np.uint8]:
    """Return the sheet as (height, width, 3) bytes with a disc at each place.

    Points are stamped in random order, so that no category lies on top of the others.
    """
    sheet = np.full((HEIGHT * FINER, WIDTH * FINER, 3), rgb(LIGHT.ground), np.uint8)
    radius = float(np.interp(np.log10(max(n, 1)), *RADII)) * FINER
    order = np.random.default_rng(0).permutation(n)
    x, y = places[order].round().astype(np.intp).T
    reach = int(radius)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dx * dx + dy * dy <= radius * radius:
                sheet[y + dy, x + dx] = colors[order]
    return sheet


def point_colors(colors: Categories | Numbers | None, n: int) -> NDArray[np.uint8]:
    """Return (n, 3) bytes; values that are missing are gray."""
    if colors is None:
        return np.tile(np.array(rgb(LIGHT.points), np.uint8), (n, 1))
    if isinstance(colors, Categories):
        return np.array([rgb(one) for one in colors.colors], np.uint8)[colors.codes]
    span = max(colors.high - colors.low, 1e-12)
    share = np.clip((colors.values - colors.low) / span, 0, 1) * (len(SCALE_COLORS) - 1)
    steps = np.array([rgb(one) for one in SCALE_COLORS], np.float64)
    channels = [np.interp(share, range(len(steps)), steps[:, channel]) for channel in range(3)]
    found = np.stack(channels, axis=1)
    found[~np.isfinite(colors.values)] = rgb(LIGHT.border)
    return found.round().astype(np.uint8)


def write_labels(
    pen: ImageDraw.ImageDraw,
    space: EmbeddingSpace,
    *,
    coordinates: NDArray[np.float32],
    places: NDArray[np.float64],
    plot: int,
    marked: Sequence[int],
) -> None:
    """Write the marked rows' labels, then others while there is room."""
    sheet = Sheet(coordinates, (plot - 2 * MARGIN, HEIGHT - 2 * MARGIN))
    letters = font()
    others = np.random.default_rng(0).permutation(len(space))[: 4 * LABELS].tolist()
    written = 0
    for row in dict.fromkeys((*marked, *others)):
        if written == LABELS + len(marked):
            break
        text = short(str(space.label_array[row].as_py()))
        side = sheet.beside(coordinates[row], text)
        is_marked = row in marked
        x, y = places[row]
        if is_marked:
            ring = 7 * FINER
            pen.ellipse((x - ring, y - ring, x + ring, y + ring), outline=SELECTED, width=2 * FINER)
        if side is None:
            continue
        written += 1
        dx, dy = SIDES[side]
        anchor = {0.5: "l", -0.5: "r"}.get(dx, "m") + "m"
        gap = 10 * FINER
        pen.text(
            (x + dx * 2 * gap, y - dy * 2 * (gap + TEXT * FINER / 3)),
            text,
            SELECTED if is_marked else LIGHT.text,
            letters,
            anchor=anchor,
            stroke_width=2 * FINER,
            stroke_fill=LIGHT.ground,
        )


def write_key(pen: ImageDraw.ImageDraw, colors: Categories | Numbers, plot: int) -> None:
    """Write what the colors mean, beside the points."""
    letters = font()
    left, line = (plot + 12) * FINER, 24 * FINER
    top = MARGIN * FINER
    pen.text((left, top), short(colors.column), LIGHT.text, letters, anchor="lm")
    if isinstance(colors, Categories):
        lines = list(zip(colors.names, colors.colors, strict=True))[:KEY_LINES]
    else:
        numbers = np.linspace(colors.high, colors.low, len(SCALE_COLORS))
        lines = [
            (f"{value:.4g}", color)
            for value, color in zip(numbers, reversed(SCALE_COLORS), strict=True)
        ]
    for at, (name, color) in enumerate(lines, start=1):
        y = top + at * line
        pen.rectangle((left, y - 6 * FINER, left + 12 * FINER, y + 6 * FINER), color)
        pen.text((left + 20 * FINER, y), short(name, 18), LIGHT.text, letters, anchor="lm")
    if isinstance(colors, Categories) and len(colors.names) > KEY_LINES:
        y = top + (KEY_LINES + 1) * line
        more = f"and {len(colors.names) - KEY_LINES} more"
        pen.text((left, y), more, LIGHT.quiet, letters, anchor="lm")


@functools.cache
def system_font() -> ImageFont.FreeTypeFont | None:
    """Return a font of this system with accents and several alphabets, or None."""
    for name in FONTS:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(name, TEXT * FINER)
    return None


def font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the system's font, else Pillow's own, which has the letters of English alone."""
    return system_font() or ImageFont.load_default(TEXT * FINER)


def short(text: str, most: int = LABEL_LENGTH) -> str:
    """Return a text on one line, cut where it is long, without accents that the font lacks."""
    line = " ".join(text.split())
    if system_font() is None:
        line = "".join(
            one for one in unicodedata.normalize("NFKD", line) if not unicodedata.combining(one)
        )
    return line if len(line) <= most else f"{line[: most - 1]}…"


def rgb(color: str) -> tuple[int, int, int]:
    """Return a color's red, green and blue."""
    red, green, blue = ImageColor.getrgb(color)[:3]
    return red, green, blue
