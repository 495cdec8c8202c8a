"""The Embedding Projector's sprite sheet becomes a picture for each vector."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import open_space
from explorer.formats.file import File
from explorer.pictures.column import picture_columns, pictures_of
from explorer.space import EmbeddingSpace
from tests.formats.test_picture_cells import zipped

N, SIDE = 5, 16
COLORS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]


def sheet(across: int = 3, n: int = N) -> bytes:
    """Pictures in rows, as TensorBoard's guide lays them."""
    image = Image.new("RGB", (across * SIDE, -(-n // across) * SIDE))
    for place, color in enumerate(COLORS[:n]):
        image.paste(
            Image.new("RGB", (SIDE, SIDE), color), (place % across * SIDE, place // across * SIDE)
        )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def files(**sprite: object) -> dict[str, bytes]:
    entry = {
        "tensorName": "five",
        "tensorShape": [N, 3],
        "tensorPath": "five.bytes",
        "sprite": {"imagePath": "img/sheet.png", "singleImageDim": [SIDE, SIDE]} | sprite,
    }
    vectors = np.random.default_rng(0).random((N, 3), np.float32)
    return {
        "projector_config.json": json.dumps({"embeddings": [entry]}).encode(),
        "five.bytes": vectors.tobytes(),
        "sheet.png": sheet(),
    }


def opened(given: dict[str, bytes]) -> EmbeddingSpace:
    main, *beside = (File(name, content=content) for name, content in given.items())
    return open_space(main, beside=beside)


def middles(space: EmbeddingSpace) -> list[tuple[int, ...] | None]:
    found: list[tuple[int, ...] | None] = []
    for data in pictures_of(space, range(len(space))):
        if data is None:
            found.append(None)
        else:
            pixel = Image.open(io.BytesIO(data)).convert("RGB").getpixel((SIDE // 2, SIDE // 2))
            assert isinstance(pixel, tuple)
            found.append(tuple(255 * round(value / 255) for value in pixel))
    return found


def test_each_vector_gets_its_picture_from_the_sheet() -> None:
    space = opened(files())
    assert picture_columns(space.metadata) == ("picture",)
    assert middles(space) == COLORS


def test_the_sheet_is_found_in_a_zip_and_in_the_folder(tmp_path: Path) -> None:
    assert middles(open_space(File("all.zip", content=zipped(files())))) == COLORS
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    assert middles(open_space(tmp_path / "projector_config.json")) == COLORS


def test_a_sheet_with_too_few_pictures_is_told() -> None:
    given = files() | {"sheet.png": sheet(across=2, n=2)}
    space = opened(given)
    assert middles(space) == [*COLORS[:2], None, None, None]
    assert any("the last 3 have none" in note for note in space.notes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({k: v for k, v in files().items() if k != "sheet.png"}, "was not given with it"),
        (files() | {"sheet.png": b"no picture"}, "sheet.png is a text"),
        (files(singleImageDim=[0, 5]), "have no size"),
        (files(singleImageDim="wide"), "no name and size"),
    ],
)
def test_a_sheet_that_cannot_be_used_is_told_and_the_vectors_are_read(
    given: dict[str, bytes], said: str
) -> None:
    space = opened(given)
    assert len(space) == N
    assert not picture_columns(space.metadata)
    assert any(said in note for note in space.notes)
