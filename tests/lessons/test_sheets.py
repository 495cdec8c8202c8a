"""Worksheets: what is printed, and that strangers' texts stay text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.lessons.sheets import answer_sheet, worksheet
from tests.lessons.test_plan import GOOD, read

CIRCLE = re.compile(r'<circle cx="([-\d.]+)" cy="([-\d.]+)"')
HOSTILE = GOOD.replace("One idea.", '<script>alert(1)</script> & "more" {title}')


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    return tags


def test_a_worksheet_asks_and_does_not_answer() -> None:
    page = parsed(worksheet(read(GOOD)))
    assert "How many?" in page.text
    assert "My guess" in page.text
    assert "Because." not in page.text
    assert "Look at the map" not in page.text
    assert "A note." not in page.text


def test_the_answers_are_those_of_the_plan_and_of_the_open_space(space: EmbeddingSpace) -> None:
    plan = read(GOOD.replace("kept in PCA: [king]", "nearest: [king]"))
    page = parsed(answer_sheet(plan, space))
    assert "Because." in page.text
    assert "A note." in page.text
    near = nearest_neighbors(space, "king", 1).labels[0]
    assert f"Measured on “five words” (the nearest neighbor of a label: king): {near}" in page.text


def test_what_the_space_lacks_is_told(space: EmbeddingSpace) -> None:
    plan = read(GOOD.replace("kept in PCA: [king]", "nearest: [banana]"))
    assert "“banana” is not in five words" in parsed(answer_sheet(plan, space)).text


def test_texts_of_a_plan_and_names_of_spaces_are_text() -> None:
    space = EmbeddingSpace(["a", "b"], [[1, 0], [0, 1]], name="<img src=x>")
    for page in (worksheet(read(HOSTILE)), answer_sheet(read(HOSTILE), space)):
        found = parsed(page)
        assert not {"script", "img", "link", "iframe"} & found.seen
        assert '<script>alert(1)</script> & "more" {title}' in found.text
        assert "default-src 'none'" in page


def test_labels_are_drawn_by_hand_first_and_then_as_the_space_has_them(
    space: EmbeddingSpace,
) -> None:
    labels = list(space.labels)[:4]
    plan = read(GOOD.replace("No question here.", f"Draw.\n    draw: [{', '.join(labels)}]"))
    asked, answered = worksheet(plan), answer_sheet(plan, space)
    assert f"where you think it goes: {', '.join(labels)}" in parsed(asked).text
    assert "<circle" not in asked
    assert answered.count("<circle") == 4
    places = np.array([(float(x), float(y)) for x, y in CIRCLE.findall(answered)])
    rows = np.stack([space[label].values for label in labels])
    right = PCA(2).fit_transform(rows)
    assert np.allclose(pdist(places) / pdist(right), pdist(places)[0] / pdist(right)[0], rtol=0.01)


def test_what_cannot_be_drawn_is_told(space: EmbeddingSpace) -> None:
    for few, told in (("[king, queen]", "at least 3"), ("[king, queen, banana]", "“banana” is")):
        plan = read(GOOD.replace("No question here.", f"Draw.\n    draw: {few}"))
        assert told in parsed(answer_sheet(plan, space)).text
