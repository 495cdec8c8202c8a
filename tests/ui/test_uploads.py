"""Files uploaded one after the other: which belong together, and which open alone."""

from __future__ import annotations

import io

import numpy as np
import pytest

from explorer.formats.file import File
from explorer.ui.open.uploads import groups
from tests.formats.written import metadata_tsv, npy, projector_config, projector_vectors

ARRAY = File("words.npy", content=npy().content)  # of five rows
LABELS = File("labels.txt", content=b"king\nqueen\nman\nwoman\npea\n")
GLOVE = File("glove.txt", content=b"king 1 2 3\nqueen 1 2 4\na 1 1 1\nb 1 1 2\nc 1 1 3\n")
PRICES = File("prices.csv", content=b"name,price,size\napple,1,2\npear,2,3\n")
TABLE = File("table.csv", content=b"name,rank\na,1\nb,2\nc,3\nd,4\ne,5\n")
ONE_SHORT = File("words.txt", content=b"king\nqueen\nman\nwoman\n")


def other_array() -> File:
    stream = io.BytesIO()
    np.save(stream, np.eye(3))
    return File("other.npy", content=stream.getvalue())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([ARRAY], [(0,)]),
        ([LABELS, ARRAY], [(1, 0)]),
        ([ARRAY, TABLE], [(0, 1)]),
        ([ARRAY, ONE_SHORT], [(0, 1)]),
        ([ARRAY, GLOVE], [(0,), (1,)]),
        ([ARRAY, PRICES], [(0,), (1,)]),
        ([PRICES, ARRAY, LABELS], [(0,), (1, 2)]),
        ([GLOVE, PRICES], [(0,), (1,)]),
        ([ARRAY, ONE_SHORT, other_array()], [(0, 1), (2,)]),
        ([File("vectors.tsv", content=projector_vectors().content), metadata_tsv()], [(0, 1)]),
        (
            [
                *projector_config().beside,
                File("projector_config.json", content=projector_config().content),
            ],
            [(2, 0, 1)],
        ),
    ],
    ids=[
        "alone",
        "labels",
        "table of labels",
        "labels by name, one short",
        "other vectors of as many rows",
        "a table of other rows",
        "three, two of them together",
        "two of vectors",
        "two arrays",
        "projector",
        "configuration",
    ],
)
def test_files_are_joined_only_where_they_belong_together(
    files: list[File], expected: list[tuple[int, ...]]
) -> None:
    assert groups(files) == expected
