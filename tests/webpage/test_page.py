"""A page of its own: what is in it, what is left out, and that nothing in it can break out."""

from __future__ import annotations

import base64
import html
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, Projection, save_page
from explorer.errors import TargetError
from explorer.webpage.page import Drawn, page_of

N = 300


@pytest.fixture(scope="module")
def space() -> EmbeddingSpace:
    """Points with a column of each kind."""
    rng = np.random.default_rng(0)
    metadata = pa.table(
        {
            "kind": [f"kind {row % 3}" for row in range(N)],
            "price": rng.random(N),
            "review": [rng.bytes(40).hex() for _ in range(N)],
            "note": [rng.bytes(40).hex() for _ in range(N)],
        }
    )
    labels = [f"point {row}" for row in range(N)]
    return EmbeddingSpace(labels, rng.random((N, 5)), name="made", metadata=metadata)


@pytest.fixture(scope="module")
def projection() -> Projection:
    """Coordinates far from the origin, and unequal on the two axes."""
    places = np.random.default_rng(1).random((N, 2)) * (7, 0.5) + (100, -3)
    return Projection(places.astype(np.float32), "pca")


def messages(page: bytes) -> list[tuple[dict[str, Any], bytes]]:
    """Return each message of a page: its header, and its arrays' bytes."""
    found = []
    for script in re.findall(rb'<script type="application/x-pointcloud">(.*?)</script>', page):
        data = zlib.decompress(base64.b64decode(script))
        (length,) = struct.unpack("<I", data[4:8])
        found.append((json.loads(data[8 : 8 + length]), data[-(-(8 + length) // 8) * 8 :]))
    return found


def test_points_are_rounded_to_a_65535th_and_every_color_is_there(
    space: EmbeddingSpace, projection: Projection
) -> None:
    page = page_of(Drawn(space, projection), title="t", quality=None, most_bytes=10**7)
    found = messages(page)
    ((header, body),) = [one for one in found if one[0]["kind"] == "points"]
    steps = np.frombuffer(body[: 4 * N], np.uint16).reshape(N, 2)
    places = np.array(header["low"]) + header["step"] * steps
    width = np.ptp(projection.coordinates, axis=0).max()
    np.testing.assert_allclose(places, projection.coordinates, atol=width / 65_535)
    looks = [one["name"] for one in found[0][0]["looks"]]
    assert looks == ["nothing", "kind", "price"]
    kinds = [header["kind"] for header, _ in found]
    assert kinds.index("points") < kinds.index("view") < kinds.index("texts")


def test_a_page_keeps_within_its_bytes_and_says_what_it_left_out(
    space: EmbeddingSpace, projection: Projection
) -> None:
    drawn = Drawn(space, projection)
    whole = page_of(drawn, title="t", quality=None, most_bytes=10**7)
    most = len(whole) - 5_000
    page = page_of(drawn, title="t", quality=None, most_bytes=most)
    assert len(page) <= most
    text = html.unescape(page.decode())
    assert "the columns “review”, “note”" in text
    assert "the column “note”" in html.unescape(whole.decode())


def test_nothing_that_is_told_can_end_its_element(
    space: EmbeddingSpace, projection: Projection
) -> None:
    title = "{{program}}</title><script>hacked = 1</script><img src=x onerror=hacked=1>"
    page = page_of(Drawn(space, projection), title=title, quality=None, most_bytes=10**7).decode()
    assert title not in page
    assert page.count(html.escape(title)) == 2
    assert page.count("</script>") == page.count("<script")
    assert "<!--" not in page


def test_a_page_is_never_written_over_a_file_unasked(space: EmbeddingSpace, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text("mine")
    with pytest.raises(TargetError, match="exists"):
        save_page(space, "pca", path)
    assert path.read_text() == "mine"
    assert save_page(space, "pca", path, label="review", overwrite=True) == path
    text = html.unescape(path.read_text())
    assert "are still near it here." in text
    assert "PCA: the flat shadow" in text
