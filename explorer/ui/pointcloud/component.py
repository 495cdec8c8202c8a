"""Streamlit's side of the components: where the programs are, and how parts and views get there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from explorer.mapdata.parts import Part

PACKAGE = "embedding-explorer"
COMPONENTS = ("pointcloud", "columns")  # each a program of its name in the folder `built`
FOLDER = Path(__file__).parent

_renderers: WeakKeyDictionary[BidiComponentManager, dict[str, Callable[..., Any]]] = (
    WeakKeyDictionary()
)


def renderer(name: str = "pointcloud") -> Callable[..., Any]:
    """Return the function that mounts a component on a page.

    Streamlit serves a component's files only if a manifest names their folder, and looks for
    manifests in installed packages alone. This app runs as well from a folder that nobody
    installed, so the manifest is handed over here, once for each server.
    """
    manager = get_bidi_component_manager()
    if manager not in _renderers:
        configs = [ComponentConfig(one, "built") for one in COMPONENTS]
        manager.register_from_manifest(ComponentManifest(PACKAGE, "1", configs), FOLDER)
        _renderers[manager] = {
            one: st.components.v2.component(f"{PACKAGE}.{one}", js=f"{one}.js")
            for one in COMPONENTS
        }
    return _renderers[manager][name]


def mount(
    key: str,
    parts: list[Part],
    view: bytes,
    *,
    on_choice: Callable[[], None],
    on_key: Callable[[], None],
    on_page: Callable[[], None],
    later: Sequence[Part] = (),
) -> None:
    """Send a view and its parts to the browser.

    `on_choice` is called after a choice there, `on_key` after a click in its key, `on_page` where a
    page of its own is asked for.

    Parts that come `later` are sent after the view, which is drawn without them at first.

    Each part is a mount of its own, without height. Streamlit sends an unchanged element as a
    reference to what the browser already has; one message with everything would always be sent
    whole.
    """
    draw = renderer()
    with st.container(gap=None):
        with st.container(gap=None, height=1, border=False):
            for part in parts:
                draw(key=f"{key} {part.id}", data=part.data, height=1)
        draw(
            key=key,
            data=view,
            default={"choice": None, "dark": None, "key": None, "page": None},
            on_choice_change=on_choice,
            on_key_change=on_key,
            on_dark_change=nothing,
            on_page_change=on_page,
        )
        if later:
            with st.container(gap=None, height=1, border=False):
                for part in later:
                    draw(key=f"{key} {part.id}", data=part.data, height=1)


def nothing() -> None:
    """Do nothing: a change of theme is reported only to make the script run again."""
