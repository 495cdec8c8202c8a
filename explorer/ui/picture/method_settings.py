"""How a picture is drawn: the settings of its method, and the preparation of the vectors."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, Projection
from explorer.formula import LONGEST
from explorer.pictures.column import without_pictures
from explorer.projection import METHODS, PREPARATIONS, Parameter
from explorer.projection.job import SEED, Picture
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain

AXIS_EXAMPLES = ("king - man", "good - bad", "large - small")
NOTHING = "nothing"


def ask_picture(
    space: EmbeddingSpace, method: str, n_components: int, axes: DeltaGenerator, *, key: str = ""
) -> Picture:
    """Draw the settings of a method and return the picture they ask for.

    `axes` is where custom axes are typed, and `key` keeps two pictures on one page apart, in
    the address too.
    """
    chosen = METHODS[method]
    with st.popover("Settings", icon=":material/settings:", width="stretch"):
        params = {}
        for one in chosen.parameters:
            if one.name == "axes":
                continue  # drawn beside the picture, to see it while typing
            value = ask_parameter(space, one, n_components, f"{key}{method}.{one.name}")
            if value is not None and value != one.default:
                params[one.name] = value
        seed = SEED
        if chosen.has_seed:
            seed = st.number_input(
                "Seed",
                0,
                999_999,
                SEED,
                key=address.number(f"{key}seed", 0, 999_999),
                bind="query-params",
                help="The start of the random numbers. The same seed gives the same picture on "
                "one machine. Do not trust what looks different with another seed: it is "
                "chance.",
            )
        prepared = st.pills(
            "First, prepare the vectors",
            list(PREPARATIONS),
            format_func=lambda name: PREPARATIONS[name].title,
            selection_mode="multi",
            key=address.choice(
                f"{key}prepared", list(PREPARATIONS), lambda name: PREPARATIONS[name].title
            ),
            bind="query-params",
            help=" ".join(f"**{one.title}**: {one.sentence}" for one in PREPARATIONS.values()),
        )
    if method == "axes":
        params["axes"] = ask_axes(axes, n_components, key)
    return Picture(method, n_components, int(seed), tuple(prepared or ()), params)


def ask_parameter(space: EmbeddingSpace, parameter: Parameter, n_components: int, key: str) -> Any:
    """Draw one setting with its sentence; return its value, None where the method chooses."""
    title, sentence, default = parameter.title, parameter.sentence, parameter.default
    if parameter.name == "components":
        numbers = st.columns(n_components)
        most = int(parameter.high or 1)
        chosen = [
            int(
                numbers[axis].number_input(
                    f"{title[:-1]} on axis {axis + 1}",
                    1,
                    most,
                    axis + 1,
                    key=address.number(f"{key}{axis + 1}", 1, most),
                    help=sentence,
                    bind="query-params",
                )
            )
            for axis in range(n_components)
        ]
        return None if chosen == list(range(1, n_components + 1)) else chosen
    if parameter.name == "target":
        metadata = without_pictures(space.metadata)
        columns = [] if metadata is None else metadata.column_names
        offered = [NOTHING, *columns]
        value = st.selectbox(
            title, offered, key=address.choice(key, offered), bind="query-params", help=sentence
        )
        return None if value == NOTHING else value
    if parameter.choices:
        return st.segmented_control(
            title,
            parameter.choices,
            default=default,
            required=True,
            key=address.choice(key, parameter.choices),
            bind="query-params",
            help=sentence,
        )
    if isinstance(default, bool):
        return st.toggle(title, default, key=key, bind="query-params", help=sentence)
    if default is None:
        return st.number_input(
            title,
            parameter.low,
            parameter.high,
            None,
            step=parameter.step or 1,
            placeholder="chosen by the method",
            key=address.number(key, parameter.low, parameter.high),
            bind="query-params",
            help=sentence,
        )
    return st.slider(
        title,
        parameter.low,
        parameter.high,
        default,
        step=parameter.step,
        key=address.number(key, parameter.low, parameter.high),
        bind="query-params",
        help=sentence,
    )


def ask_axes(place: DeltaGenerator, n_components: int, key: str) -> list[str]:
    """Ask for a word, or words minus words, per axis."""
    columns = place.columns(n_components)
    return [
        columns[axis].text_input(
            f"Axis {axis + 1}",
            AXIS_EXAMPLES[axis],
            key=f"{key}axis{axis + 1}",
            bind="query-params",
            max_chars=LONGEST,
            help="A word, or words minus words: king - man, or hot, warm - cold, icy",
        )
        or ""
        for axis in range(n_components)
    ]


def told(projection: Projection) -> str:
    """Return the settings of a picture, in a few words of Markdown."""
    params = dict(projection.params)
    steps = [PREPARATIONS[name].title for name in params.pop("prepared", ())]
    titles = {one.name: one.title.lower() for one in METHODS[projection.method].parameters}
    parts = [
        f"{titles[name]} {plain(shown(value))}" for name, value in params.items() if name in titles
    ]
    if projection.seed is not None:
        parts.append(f"seed {projection.seed}")
    if steps:
        parts.append(f"vectors {', '.join(steps)}")
    notes = [plain(note.removesuffix(".")) for note in projection.notes]
    return " · ".join([*parts, *notes])


def shown(value: Any) -> str:
    """Return a parameter's value as one reads it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
