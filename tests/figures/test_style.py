"""The look of all figures: it is the theme's, and less motion turns what moves into steps."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures.bert import walk_figure
from explorer.figures.colors import palette
from explorer.figures.style import for_projector, ink_for, moves, style, without_motion
from explorer.lessons.bert.trajectories import Walk
from explorer.ui.shell.frame import CODE

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
CAPTION = 0.6  # the share of the text's color that Streamlit gives its captions


@pytest.mark.parametrize(("name", "dark"), [("light", False), ("dark", True)])
def test_colors_are_those_of_the_theme(name: str, dark: bool) -> None:
    theme = tomllib.loads(CONFIG.read_text())["theme"][name]
    ink = ink_for(dark)
    assert theme["backgroundColor"] == ink.ground
    assert theme["borderColor"] == ink.border
    assert theme["primaryColor"] == ink.points.lower()
    assert tuple(theme["chartCategoricalColors"]) == tuple(
        one.lower() for one in palette(8, dark=dark)
    )


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """The contrast of two colors as WCAG 2 defines it."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_captions_and_links_are_read_on_every_ground_of_the_theme(name: str) -> None:
    theme = tomllib.loads(CONFIG.read_text())["theme"][name]
    for part in (theme, theme["sidebar"]):
        for ground in (part["backgroundColor"], part["secondaryBackgroundColor"]):
            caption = mixed(theme["textColor"], ground, CAPTION)
            for color in (caption, theme["textColor"], theme["linkColor"], theme["primaryColor"]):
                assert contrast(color, ground) >= 4.5


def mixed(color: str, ground: str, share: float) -> str:
    """A color over a ground that shows through."""
    pairs = [(int(color[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


@pytest.mark.parametrize("kind", CODE)
def test_code_is_read_from_the_last_row(kind: str) -> None:
    themes = tomllib.loads(CONFIG.read_text())["theme"]
    for color, name in zip(CODE[kind], ("light", "dark"), strict=True):
        assert contrast(color, themes[name]["secondaryBackgroundColor"]) >= 4.5


def test_only_true_lengths_have_one_scale_and_can_be_dragged() -> None:
    for true_lengths in (True, False):
        figure = style(go.Figure(), ink_for(False), 300, true_lengths=true_lengths)
        assert (figure.layout.yaxis.scaleanchor == "x") is true_lengths
        assert (figure.layout.dragmode == "pan") is true_lengths


@pytest.fixture
def walk() -> Walk:
    places = np.random.default_rng(0).normal(size=(3, 2, 2)).astype(np.float32)
    return Walk(places, ("a", "b"), np.zeros(2, np.intp), ("one", "two"), 0.5)


def test_without_motion_a_walk_through_the_layers_goes_in_steps(walk: Walk) -> None:
    figure = walk_figure(walk, dark=False)
    assert moves(figure)
    still = without_motion(figure)
    options = [one.args[1] for one in still.layout.updatemenus[0].buttons]
    options += [one.args[1] for one in still.layout.sliders[0].steps]
    assert len(options) == 2 + 3
    assert all(one["transition"]["duration"] == 0 for one in options)
    assert len(still.frames) == 3


def test_without_motion_a_map_does_not_glide_to_its_next_frame() -> None:
    figure = style(go.Figure(), ink_for(False), 300, transition={"duration": 300})
    assert moves(figure)
    assert not moves(without_motion(figure))


def test_for_the_projector_letters_are_large_lines_thick_and_colors_named() -> None:
    figure = go.Figure(
        [
            go.Scatter(y=[0, 1, 2], name="one", line={"width": 2}),
            go.Scatter(y=[1, 2], name="other", textfont={"size": [9, 10]}),
        ]
    )
    style(figure, ink_for(False), 200, showlegend=False)
    shown = for_projector(figure, 18)
    assert shown.layout.font.size == shown.layout.xaxis.tickfont.size == 18
    assert shown.data[0].line.width == 4
    assert shown.layout.showlegend
    assert shown.data[0].y == (0, 1, 2)
    assert figure.data[0].line.width == 2  # the figure itself stays: others may look at it
