"""Figures of analogies and axes: what is drawn, in which proportions, and that text stays text."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer import EmbeddingSpace
from explorer.analogies.arithmetic import solve_analogy
from explorer.analogies.geometry import plane_picture
from explorer.analogies.inputs import read_inputs
from explorer.figures.analogies import pairs_figure, plane_figure
from explorer.figures.axes import axis_figure, removal_figure, two_axes_figure
from explorer.probes.relations import pair_family
from explorer.probes.semantic_axis import place_on_axis, removal, semantic_axis

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def rough() -> EmbeddingSpace:
    """Six points, one of them with a label that tries to be more than text."""
    vectors = np.random.default_rng(4).normal(size=(6, 5))
    return EmbeddingSpace([HOSTILE, "b", "c", "d", "e", "f"], vectors)


def test_the_plane_has_one_scale_and_the_steps_as_arrows(rough: EmbeddingSpace) -> None:
    found = solve_analogy(rough, read_inputs(rough, ["c", "d"], [HOSTILE]))
    picture = plane_picture(found, found.answer(3))
    figure = plane_figure(picture)
    assert figure.layout.yaxis.scaleanchor == "x"
    first = figure.layout.annotations[0]
    assert (first.ax, first.ay) == pytest.approx(tuple(picture.inputs.places[0]))
    assert (first.x, first.y) == pytest.approx(tuple(picture.inputs.places[1]))
    assert (first.axref, first.ayref) == ("x", "y")
    assert len(figure.layout.shapes) == 2  # the other two sides
    assert figure.data[0].marker.color == pytest.approx(picture.answers.distances)


def test_labels_are_text_in_every_figure(rough: EmbeddingSpace) -> None:
    found = solve_analogy(rough, read_inputs(rough, ["c", "d"], [HOSTILE]))
    axis = semantic_axis(rough, [HOSTILE], ["b"])
    words = [HOSTILE, "c", "d"]
    places = place_on_axis(rough, axis, words)
    figures = [
        plane_figure(plane_picture(found, found.answer(3))),
        pairs_figure(pair_family(rough, [(HOSTILE, "b"), ("c", "d")])),
        axis_figure(axis, words, places, (places[:1], places[1:2])),
        two_axes_figure(axis, axis, words, np.stack([places, places], axis=1)),
        removal_figure(removal(rough, axis, words, k=2)),
    ]
    for figure in figures:
        assert "<img" not in json.dumps(json.loads(figure.to_json()), ensure_ascii=False)


def test_a_family_is_drawn_with_an_arrow_for_each_pair(rough: EmbeddingSpace) -> None:
    figure = pairs_figure(pair_family(rough, [("b", "c"), ("d", "e")]))
    assert len(figure.layout.annotations) == 2
    assert figure.layout.yaxis.scaleanchor == "x"
