"""Bytes of a stranger to a picture, by Pillow, within bounds.

Only six formats are tried, whatever a file is called; its size is looked at before a pixel is
decoded, and of an animation only the first frame is. What comes out are plain RGB pixels: the
orientation that a camera wrote is applied, and everything else in the file (place, date, color
profile, comments) is dropped. `isolated.py` runs this in a process of its own.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from explorer.errors import PictureError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # that Pillow may try
SHOWN_FORMATS = "PNG, JPEG, WebP, GIF, BMP or TIFF"
SUFFIXES = frozenset(  # of files that are called pictures, those that are refused too
    (".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".avif")
)
SIGNATURES = (  # the first bytes of the six formats
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*"),
)
BYTES = 64 << 20  # of a file
PIXELS = 8192 * 8192  # of a picture: the largest sprite sheet of TensorBoard, and most cameras
SIDE = 32_768  # pixels

THUMBNAIL = 96  # pixels of the longer side
LARGEST_THUMBNAIL = 256  # of a drawing, which has letters to read
QUALITY = 80  # of WebP, 0 to 100
WHITE = (255, 255, 255)

# What a file that is no picture may be, by the bytes within its first ones.
OTHERS = (
    (0, b"PK\x03\x04", "an archive inside another: unpack it and drop the pictures themselves"),
    (0, b"PK\x05\x06", "an empty archive"),
    (0, b"\x1f\x8b", "compressed by gzip: unpack it first"),
    (0, b"%PDF", "a PDF: save its pages as PNG first"),
    (4, b"ftyphei", "HEIC, which telephones of Apple take: save it as JPEG first"),
    (4, b"ftyphev", "HEIC, which telephones of Apple take: save it as JPEG first"),
    (4, b"ftypmif1", "HEIC, which telephones of Apple take: save it as JPEG first"),
    (4, b"ftypavi", "AVIF: save it as JPEG, PNG or WebP first"),
    (4, b"ftyp", "a film: save single frames of it as JPEG first"),
)
MARKUP = (b"<svg", b"<?xml", b"<!doctype", b"<html")


def is_picture_name(name: str) -> bool:
    """Tell whether a file is called as pictures are."""
    return PurePath(name).suffix.lower() in SUFFIXES


def is_picture(head: bytes) -> bool:
    """Tell whether a file begins as one of the six formats does; 16 bytes are enough."""
    return head.startswith(SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


@dataclass(frozen=True)
class Picture:
    """A decoded picture: RGB pixels, the size that the file states, and what was lost.

    Attributes
    ----------
    image
        Pillow's image of mode RGB, upright, without any metadata. What was transparent is white.
    format
        What the file is: one of `FORMATS`.
    notes
        What a viewer should know, in sentences without the file's name: that it is animated, say.
    """

    image: Image.Image
    format: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, name: str = "The picture", fit: int | None = None) -> Picture:
    """Return the picture that a file holds.

    `fit` says how many pixels its shorter side is needed at: a large JPEG is then decoded at a
    half, a quarter or an eighth, at no less than twice that, which takes a fraction of the time.

    Raises
    ------
    PictureError
        It is no picture of the six formats, is broken, or is larger than the bounds.
    """
    from PIL import Image, ImageOps

    if not data:
        raise PictureError(f"{name} is empty: it holds 0 bytes. Was it cut off? Copy it again.")
    if len(data) > BYTES:
        raise PictureError(
            f"{name} has {len(data) / 1e6:,.0f} MB. Pictures of up to {BYTES / 1e6:,.0f} MB are "
            "opened: save it smaller."
        )
    try:
        image: Any = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(f"{name} is too large. {bounds_told()}") from error
    except MemoryError as error:
        raise out_of_memory(name) from error
    except Exception as error:  # Pillow's readers raise whatever broken bytes lead them to
        raise PictureError(f"{name} {what_it_is(data)}") from error
    check_size(image, name)
    try:
        notes = told(image)
        if fit is not None and image.format in ("JPEG", "MPO"):
            image.draft("RGB", (2 * fit, 2 * fit))
        image.load()
        return Picture(as_rgb(ImageOps.exif_transpose(image)), str(image.format), notes)
    except (MemoryError, Image.DecompressionBombError) as error:
        raise out_of_memory(name) from error
    except Exception as error:  # as above
        raise PictureError(
            f"{name} begins as {image.format} does, but is broken: {str(error)[:200]}. "
            "Was it cut off? Copy it again, or save it anew."
        ) from error


def check_size(image: Image.Image, name: str) -> None:
    """Raise PictureError where a picture states more pixels than the bounds allow."""
    width, height = image.size
    if width * height > PIXELS or max(width, height) > SIDE:
        raise PictureError(f"{name} has {width:,} × {height:,} pixels. {bounds_told()}")
    if width < 1 or height < 1:
        raise PictureError(f"{name} states {width} × {height} pixels: there is nothing to see.")


def bounds_told() -> str:
    """Say which pictures are opened."""
    return (
        f"Pictures of up to {PIXELS // 1_000_000} million pixels, and {SIDE:,} on a side, are "
        "opened: save it smaller."
    )


def out_of_memory(name: str) -> PictureError:
    """Return the error for a picture that needs more memory than it may take."""
    return PictureError(f"{name} needs more memory than a picture may take. Save it smaller.")


def what_it_is(data: bytes) -> str:
    """Say of what no reader took for a picture what it seems to be, and what to do."""
    for offset, signature, what in OTHERS:
        if data.startswith(signature, offset):
            return f"is not a picture that can be opened here, but {what}."
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "is an SVG, which is a program for drawing rather than pixels: save it as PNG first."
    if start.startswith(MARKUP):
        return f"is a web page or XML, not a picture. Pictures are {SHOWN_FORMATS}."
    if is_text(data[:1024]):
        return f"is a text, not a picture. Pictures are {SHOWN_FORMATS}."
    return f"is not a picture that can be opened here. Pictures are {SHOWN_FORMATS}: save it so."


def is_text(head: bytes) -> bool:
    """Tell whether the bytes look like text: no control characters but those of lines."""
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)


def told(image: Any) -> tuple[str, ...]:
    """Say what of a picture is not shown."""
    notes = []
    if image.format != "MPO" and getattr(image, "is_animated", False):
        what = "several pages" if image.format == "TIFF" else "animated"
        notes.append(f"It is {what}: only the first picture is used.")
    if image.mode == "CMYK":
        notes.append("Its colors are meant for print (CMYK): on a screen they are approximate.")
    if image.mode in ("I", "F"):
        notes.append(
            "Its numbers have no fixed range: the darkest is shown black, the brightest white."
        )
    elif image.mode.startswith("I;16"):
        notes.append("It has 16 bits for each pixel: 8 are used.")
    return tuple(notes)


def as_rgb(image: Any) -> Image.Image:
    """Return an image of any mode as RGB, on white where it is transparent, without metadata."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        plain = Image.fromarray(sixteen_bits(image)).convert("RGB")
    elif image.mode in ("I", "F"):
        plain = Image.fromarray(stretched(image)).convert("RGB")
    elif image.has_transparency_data:
        layers = image.convert("RGBA")
        plain = Image.new("RGB", layers.size, WHITE)
        plain.paste(layers, mask=layers.getchannel("A"))
    else:
        plain = image.convert("RGB")
    plain.info.clear()
    return plain


def sixteen_bits(image: Any) -> Any:
    """Return the upper eight of sixteen bits, (h, w) uint8; Pillow would cut off above 255."""
    import numpy as np

    return (np.asarray(image) >> 8).astype(np.uint8)


def stretched(image: Any) -> Any:
    """Return numbers of any range as (h, w) uint8, the smallest 0 and the largest 255."""
    import numpy as np

    # in float64 the difference of two float32 numbers does not overflow
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
    low, high = values.min(), values.max()
    if low == high:
        return np.zeros(values.shape, np.uint8)
    return ((values - low) / (high - low) * 255).astype(np.uint8)


def thumbnail(data: bytes, size: int = THUMBNAIL, name: str = "The picture") -> bytes:
    """Return the picture as a WebP of ours, at most so many pixels wide and high.

    Raises
    ------
    PictureError
        As `decode` does.
    """
    return shrunk(decode(data, name, fit=size).image, size)


def shrunk(image: Image.Image, size: int = THUMBNAIL) -> bytes:
    """Return a decoded picture as a small WebP; a small one is not made larger."""
    from PIL import Image

    small = image.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def is_thumbnail(data: bytes) -> bool:
    """Tell whether the bytes are as `shrunk` writes them: a WebP of pixels alone, whole and small.

    It is decoded once. What passes may be kept byte for byte, so that a saved space comes back
    equal.
    """
    from PIL import Image

    plain = data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8 "
    if not plain or int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    pixels = int.from_bytes(data[16:20], "little")
    if len(data) != 20 + pixels + pixels % 2:  # nothing follows the one part
        return False
    try:
        image = Image.open(io.BytesIO(data), formats=("WEBP",))
        if max(image.size) > LARGEST_THUMBNAIL:
            return False
        image.load()
    except Exception:  # as in `decode`
        return False
    return True
