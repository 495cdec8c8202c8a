"""Bytes to pictures: what is opened, how, and what is refused in which words."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from explorer.errors import PictureError
from explorer.pictures import decode as module
from explorer.pictures.decode import decode, thumbnail

RED, BLUE = (255, 0, 0), (0, 0, 255)


def saved(image: Image.Image, form: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def halves(width: int = 8, height: int = 4) -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def stated_png(width: int, height: int) -> bytes:
    """A PNG that states a size, with a few bytes of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF"])
def test_a_lossless_picture_comes_as_its_pixels(form: str) -> None:
    image = decode(saved(halves(), form)).image
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), np.asarray(halves()))


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a_lossy_picture_comes_close(form: str) -> None:
    image = decode(saved(halves(64, 32), form)).image
    assert abs(np.asarray(image, int)[16, 8] - RED).max() < 30
    assert abs(np.asarray(image, int)[16, 56] - BLUE).max() < 30


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_s_orientation_is_applied(orientation: int) -> None:
    rng = np.random.default_rng(0)
    upright = rng.integers(0, 255, (3, 5, 3), np.uint8)
    back = {  # how the camera stored what was upright, by the EXIF standard
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[274] = orientation
    stored = Image.fromarray(np.ascontiguousarray(back[orientation](upright)))
    assert np.array_equal(np.asarray(decode(saved(stored, "PNG", exif=exif)).image), upright)


def test_the_rest_of_the_metadata_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at my grandmother's"
    data = saved(halves(), "JPEG", exif=exif, comment=b"my street")
    assert decode(data).image.info == {}
    assert not decode(data).image.getexif()
    small = thumbnail(data)
    assert b"grandmother" not in small
    assert b"street" not in small
    assert b"EXIF" not in small


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_orientation_is_none() -> None:
    data = saved(halves(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert decode(data).image.size == (8, 4)


def test_colors_for_print_are_shown_and_told() -> None:
    picture = decode(saved(halves(64, 32).convert("CMYK"), "JPEG"))
    assert abs(np.asarray(picture.image, int)[16, 8] - RED).max() < 40
    assert "CMYK" in picture.notes[0]


def test_sixteen_bits_keep_their_upper_eight() -> None:
    values = np.array([[0, 255, 256, 32768, 65535]], np.uint16)
    picture = decode(saved(Image.fromarray(values), "PNG"))
    assert np.asarray(picture.image)[0, :, 0].tolist() == [0, 0, 1, 128, 255]
    assert "16 bits" in picture.notes[0]


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_numbers_without_a_range_are_stretched(dtype: type) -> None:
    values = np.array([[-100, 0, 100]], dtype)
    picture = decode(saved(Image.fromarray(values), "TIFF"))
    assert np.asarray(picture.image)[0, :, 1].tolist() == [0, 127, 255]


def test_what_is_transparent_is_white() -> None:
    for image in (
        Image.new("RGBA", (2, 2), (9, 9, 9, 0)),
        Image.new("LA", (2, 2), (9, 0)),
    ):
        assert decode(saved(image, "PNG")).image.getpixel((0, 0)) == (255, 255, 255)
    palette = Image.new("P", (2, 2), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    assert decode(saved(palette, "PNG")).image.getpixel((0, 0)) == (200, 0, 0)
    assert decode(saved(palette, "PNG", transparency=1)).image.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_picture_is_used_and_that_is_told(form: str) -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, BLUE, BLUE)]
    how = {"lossless": True} if form == "WEBP" else {}
    data = saved(frames[0], form, save_all=True, append_images=frames[1:], **how)
    picture = decode(data)
    assert picture.image.getpixel((4, 4)) == RED
    assert "only the first" in picture.notes[0]


def test_no_later_frame_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import GifImagePlugin

    frames = [Image.new("RGB", (8, 8), (i, 0, 0)) for i in range(50)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    seen = []
    seek = GifImagePlugin.GifImageFile._seek
    monkeypatch.setattr(
        GifImagePlugin.GifImageFile,
        "_seek",
        lambda self, frame, *rest: (seen.append(frame), seek(self, frame, *rest))[1],
    )
    decode(data)
    assert max(seen) <= 1


def test_a_large_jpeg_is_decoded_smaller_where_that_is_enough() -> None:
    data = saved(halves(4000, 2000), "JPEG")
    assert decode(data).image.size == (4000, 2000)
    assert decode(data, fit=100).image.size == (500, 250)
    assert decode(data, fit=300).image.size == (2000, 1000)


@pytest.mark.parametrize("size", [(50_000, 50_000), (100_000, 2), (9_000, 8_000), (2**31 - 1, 1)])
def test_a_picture_that_states_too_many_pixels_is_refused_unseen(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match=r"huge\.png (has|is too large).*67 million pixels"):
        decode(stated_png(*size), "huge.png")


def test_a_picture_of_the_largest_size_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIXELS", 32)
    assert decode(saved(halves(8, 4), "PNG")).image.size == (8, 4)
    with pytest.raises(PictureError, match="9 × 4 pixels"):
        decode(saved(halves(9, 4), "PNG"))


def test_a_file_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BYTES", 1000)
    with pytest.raises(PictureError, match="Pictures of up to"):
        decode(saved(halves(), "PNG") + bytes(1000))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes"),
        (b"Dear grandmother,\nhow are you?\n", "is a text"),
        ("Liebe Großmutter".encode(), "is a text"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg></svg>', "is an SVG"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is .* HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a film"),
        (b"PK\x03\x04" + bytes(100), "an archive"),
        (b"%PDF-1.7", "a PDF"),
        (bytes(range(256)), "is not a picture"),
        (b"P6 1 1 255\n\0\0\0", "is not a picture"),  # a format that Pillow knows and we do not try
    ],
)
def test_what_is_no_picture_is_told_by_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(PictureError, match=f"it.jpg .*{said}|it.jpg {said}"):
        decode(data, "it.jpg")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_that_was_cut_off_is_refused(form: str) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    data = saved(image, form)
    with pytest.raises(PictureError, match="it "):
        decode(data[: len(data) // 2], "it")


def test_a_thumbnail_is_a_small_webp_of_the_same_shape() -> None:
    small = Image.open(io.BytesIO(thumbnail(saved(halves(400, 200), "PNG"), 48)))
    assert (small.format, small.size) == ("WEBP", (48, 24))
    tiny = Image.open(io.BytesIO(thumbnail(saved(halves(8, 4), "PNG"), 48)))
    assert tiny.size == (8, 4)
    line = Image.open(io.BytesIO(thumbnail(saved(halves(1000, 1), "PNG"), 48)))
    assert line.size == (48, 1)


@pytest.mark.filterwarnings(
    "ignore"
)  # of Pillow's on broken files, which the reader's process drops
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_broken_bytes_are_a_picture_or_an_error_of_ours(form: str) -> None:
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, (16, 16, 3), np.uint8))
    data = saved(image, form)
    for _ in range(300):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 4):
            broken[place] = rng.integers(256)
        try:
            picture = decode(bytes(broken[: rng.integers(1, len(data) + 1)]))
        except PictureError:
            continue
        assert picture.image.mode == "RGB"
