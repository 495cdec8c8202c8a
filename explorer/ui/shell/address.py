"""The page's address describes the view, so that a link shows the same view elsewhere.

`space` and `selected` are set here; the method, the dimensions, the color and the search are
widgets that Streamlit binds to the address. Streamlit drops all of it when the page changes, so the
links of the navigation carry it along.

A request carries the address that the browser knows. One that is sent just before the browser hears
of a change (by a fragment that polls, say) would undo the change. So a recent change is made again
where the address still has the old value.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer import EmbeddingSpace
from explorer.projection.sampling import places_drawn, whole_space
from explorer.ui.shell import spaces
from explorer.ui.shell.plain import plain
from explorer.wording import number_below

MAP_ADDRESS = "map address"  # session state: the Map's parameters when it was last shown
SET_LATELY = "address set lately"  # session state: the page, and what was set on it
ASKED = ("search", "typed")  # the Map's fields, which ask about one space's points
FILTER = "filter"  # a condition on one space's columns
# each space begins with its own
VIEW = ("method", "dims", "color", "size_by", "opacity_by", FILTER, "hide_others")
BROWSER_SECONDS = 60.0  # after the last sign that the browser did not know of a change, it does
MOST_TOLD, MOST_LETTERS = 8, 40  # of what a parameter can be, and of what it was
WORKSPACE = "workspace"  # the id of the visitor's sets and tags; also in the session state
ROW = re.compile(r"^(?P<label>.*) #(?P<row>\d+)$", re.DOTALL)


@dataclass(frozen=True)
class Change:
    """A value just set, None for a parameter taken away, and those that it had before."""

    value: str | None
    before: frozenset[str | None]
    at: float


def change(name: str, value: str | None) -> None:
    """Set a parameter of the address, or take it away."""
    lately: dict[str, Change] = st.session_state.setdefault(SET_LATELY, ("", {}))[1]
    before = {st.query_params.get(name)}
    if name in lately:
        before |= lately[name].before
    lately[name] = Change(value, frozenset(before - {value}), time.monotonic())
    write(name, value)


def current(name: str) -> str | None:
    """Return a parameter of the address, as last set here where a late request has it older.

    A callback asks this: it runs before the page, and so before `settle`.
    """
    value = st.query_params.get(name)
    one = recent().get(name)
    return one.value if one is not None and value in one.before else value


def settle(page: str) -> None:
    """Repeat recent changes that a late request has undone; call it first on a page."""
    last_page = st.session_state.get(SET_LATELY, (page, {}))[0]
    lately = recent() if last_page in ("", page) else {}  # else the visitor asked for this address
    for name, one in list(lately.items()):
        if st.query_params.get(name) in one.before:
            write(name, one.value)
            lately[name] = replace(one, at=time.monotonic())
    st.session_state[SET_LATELY] = (page, lately)


def recent() -> dict[str, Change]:
    """Return what was set so lately that the browser may not know; nothing if it went back."""
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        return {}
    earliest = time.monotonic() - BROWSER_SECONDS
    lately: dict[str, Change] = st.session_state.get(SET_LATELY, ("", {}))[1]
    return {name: one for name, one in lately.items() if one.at > earliest}


def write(name: str, value: str | None) -> None:
    """Write a parameter into the address."""
    if value is not None:
        st.query_params[name] = value
    elif name in st.query_params and (context := get_script_run_ctx()) is not None:
        # st.query_params refuses to delete what a widget was bound to
        with context.session_state.query_params() as parameters:
            parameters.remove_param(name)


def go(file: str, parameters: dict[str, str]) -> None:
    """Switch to another page, with these parameters."""
    context = get_script_run_ctx()
    if context is not None:  # what this page's widgets are bound to may be another's parameter too
        with context.session_state.query_params() as known:
            for name in parameters:
                if (bound := known.get_binding_for_param(name)) is not None:
                    known.unbind_widget(bound.widget_id)
    st.switch_page(file, query_params=parameters)


def number(name: str, low: float | None, high: float | None) -> str:
    """Return the name of a parameter for a widget that takes numbers from `low` to `high`.

    Call it just before the widget: `st.slider(…, key=address.number("seed", 1, 20),
    bind="query-params")`. Streamlit drops a number out of range from the address without a word,
    and raises for one in the session, which may come from a space with other limits.
    """
    lowest, highest = (-math.inf if low is None else low, math.inf if high is None else high)

    def is_allowed(value: object) -> bool:
        try:
            return lowest <= float(str(value)) <= highest
        except ValueError:
            return False

    return checked(name, is_allowed, is_allowed, f"numbers from {lowest:,g} to {highest:,g}")


def choice(name: str, options: Sequence[Any], shown: Callable[[Any], str] = str) -> str:
    """Return the name of a parameter for a widget that offers `options`, each listed as `shown`."""
    titles = [shown(one) for one in options]
    told = ", ".join(titles[:MOST_TOLD]) + (" …" if len(titles) > MOST_TOLD else "")
    return checked(name, titles.__contains__, options.__contains__, told)


def checked(
    name: str, in_address: Callable[[Any], bool], in_session: Callable[[Any], bool], told: str
) -> str:
    """Drop a value that a bound widget cannot take, from address or session, and say so."""
    given = st.query_params.get_all(name)
    wrong = [value for value in given if value and not in_address(value)]
    if given and len(wrong) == sum(map(bool, given)):
        forget(name)
    kept = st.session_state.get(name)
    if kept is not None and not isinstance(kept, list) and not in_session(kept):
        del st.session_state[name]  # the widget begins with its default
        wrong.append(str(kept))
    for value in dict.fromkeys(wrong):
        st.toast(
            f"“{plain(name.replace('_', ' '))}” cannot be “{plain(value[:MOST_LETTERS])}” here, so "
            f"it was left out. It can be: {plain(told)}.",
            icon=":material/link_off:",
            duration="long",
        )
    return name


def forget(name: str) -> None:
    """Forget a parameter before its widget reads it.

    Streamlit fails at an infinite number, and at `?method=` for a widget that must have a value.
    """
    write(name, None)
    if (context := get_script_run_ctx()) is not None:
        with context.session_state.query_params() as parameters:
            parameters.set_initial_query_params_from_current()


def current_space() -> tuple[str, EmbeddingSpace]:
    """Return the id and the space that the address names, or the last one, or the default.

    An address may name a space that this server does not hold (any more): then a
    sentence says so.
    """
    named = st.query_params.get("space")
    wanted = named or st.session_state.get("space") or spaces.DEFAULT
    space = spaces.find_space(wanted)
    if space is None:
        st.warning(
            "This server does not have the space of this link: it was opened on another server, "
            "or before a restart. Open its file again; until then, here are the words.",
            icon=":material/link_off:",
        )
        forget_selection()
        wanted, space = spaces.DEFAULT, spaces.sample_space(spaces.DEFAULT)
    st.session_state["space"] = wanted
    st.session_state.setdefault("opened", [])
    if wanted not in spaces.SAMPLES and wanted not in st.session_state["opened"]:
        st.session_state["opened"].append(wanted)
    if named != wanted:
        write("space", wanted)
    return wanted, space


def choose_space(space_id: str) -> None:
    """Make a space the current one; what was selected or asked for in another is forgotten."""
    forget_selection()
    for key in ASKED:
        if st.session_state.get(key):
            st.session_state[key] = ""
    if space_id != st.session_state.get("space"):
        for key in VIEW:
            st.session_state.pop(key, None)
            change(key, None)
    st.session_state["space"] = space_id
    change("space", space_id)


def take_back_questions() -> None:
    """Forget the Map's questions, where the fields are drawn already and cannot be emptied."""
    for key in ASKED:
        st.session_state.pop(key, None)


def selected_row(space: EmbeddingSpace) -> int | None:
    """Return the row that the address selects, or None."""
    text = st.query_params.get("selected")
    if text is None:
        return None
    if text in space:
        return space.row(text)
    match = ROW.match(text)
    row = number_below(match["row"], len(space)) if match else None
    return row if match and row is not None and space.label(row) == match["label"] else None


def select(space: EmbeddingSpace, row: int | None) -> None:
    """Select a row: by its label, and by its number too where the label is not its alone."""
    if row is None:
        forget_selection()
        return
    label = space.label(row)
    change("selected", label if space.row(label) == row else f"{label} #{row}")


def undrawn_row(space: EmbeddingSpace) -> int | None:
    """Return the row of the whole that the address selects, where the picture leaves it out."""
    if space.drawn_from is None or selected_row(space) is not None:
        return None
    return selected_row(space.drawn_from.whole)


def select_in_whole(space: EmbeddingSpace, row: int) -> None:
    """Select a row of the whole that a space was drawn from, whether it is drawn or not."""
    place = int(places_drawn(space, np.array([row]))[0])
    if place >= 0:
        select(space, place)
        return
    whole = whole_space(space)
    label = whole.label(row)
    alone = whole.row(label) == row and label not in space
    change("selected", label if alone else f"{label} #{row}")


def forget_selection() -> None:
    """Select nothing."""
    change("selected", None)


def workspace() -> str | None:
    """Return the id of the visitor's workspace, from the address or the session; or None."""
    named = st.query_params.get(WORKSPACE)
    wanted: str | None = named or st.session_state.get(WORKSPACE)
    if wanted is not None:
        st.session_state[WORKSPACE] = wanted
        if named != wanted:
            write(WORKSPACE, wanted)
    return wanted


def keep_workspace(workspace_id: str) -> None:
    """Let the address and the session lead to a workspace."""
    st.session_state[WORKSPACE] = workspace_id
    if st.query_params.get(WORKSPACE) != workspace_id:
        change(WORKSPACE, workspace_id)


def workspace_parameter() -> dict[str, str]:
    """Return what each link carries of the workspace."""
    found = st.session_state.get(WORKSPACE)
    return {WORKSPACE: found} if found else {}


def remember_map() -> None:
    """Keep the Map's address for the way back to it."""
    st.session_state[MAP_ADDRESS] = st.query_params.to_dict()


def page_parameters(space_id: str) -> dict[str, str]:
    """Return the parameters of a link to any page: the space, and the filter if it is the same."""
    text = st.query_params.get(FILTER)
    is_same = space_id == st.session_state.get("space")
    return {"space": space_id, **({FILTER: text} if text and is_same else {})}


def map_parameters(space_id: str) -> dict[str, str]:
    """Return the parameters of a link to the Map: as it was left, if the space is the same."""
    kept: dict[str, str] = dict(st.session_state.get(MAP_ADDRESS, {}))
    kept.pop(FILTER, None)  # it may have changed on another page
    same = kept if kept.get("space") == space_id else {}
    return {**same, **page_parameters(space_id)}
