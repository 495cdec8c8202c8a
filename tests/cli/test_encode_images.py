"""The command `encode-images`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import explorer
from explorer.cli.main import main


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two pictures and a broken one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, color in (("red", "red"), ("blue", "blue")):
        Image.new("RGB", (20, 30), color).save(folder / f"{name}.png")
    (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    return folder


def test_a_folder_becomes_a_file_that_opens_again(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "photos.parquet"
    assert main(["encode-images", str(photos), "--output", str(output)]) == 0
    told = capsys.readouterr().out
    assert "2 pictures in" in told
    assert "1 picture was left out: torn.jpg" in told
    space = explorer.open_space(output)
    assert space.labels == ("blue", "red")
    directly = explorer.encode_images(photos)
    np.testing.assert_array_equal(space.vectors, directly.vectors)


def test_nothing_is_overwritten_unasked(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "photos.parquet"
    output.write_bytes(b"mine")
    assert main(["encode-images", str(photos), "--output", str(output)]) == 2
    assert "exists" in capsys.readouterr().err
    assert output.read_bytes() == b"mine"


def test_a_folder_without_pictures_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    arguments = ["encode-images", str(tmp_path / "empty"), "--output", str(tmp_path / "a.parquet")]
    assert main(arguments) == 2
    assert "There are no pictures" in capsys.readouterr().err
