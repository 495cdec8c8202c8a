"""Choosing a database and a collection; below it, what to do with them."""

from __future__ import annotations

from contextlib import closing

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.stores.known import INSTALL, STORES, Address, StoreKind, open_store
from explorer.stores.store import Collection, Store
from explorer.ui.open.telling import tell
from explorer.ui.shell.plain import plain
from explorer.ui.stores import allowed, opening, saving, searching

OTHER = "Another address …"
ACTIONS = {"Open": "open", "Search there": "search", "Save": "save"}


def show(space: EmbeddingSpace) -> None:
    """Draw the page."""
    names = list(allowed.named())
    above = st.container()  # an address is long: it has a line of its own
    left, middle, right = st.columns([2, 2, 2.2], vertical_alignment="bottom")
    try:
        address = ask_address(names, left, st.container() if names else above)
        if address is None:
            how_to_begin()
            return
        action = right.segmented_control(
            "What to do", list(ACTIONS), default="Open", required=True, key="store action"
        )
        act(space, address, ACTIONS[str(action)], middle if names else left)
    except ExplorerError as error:
        tell(error)


def act(space: EmbeddingSpace, address: Address, action: str, place: DeltaGenerator) -> None:
    """Open the database for this run of the page, and do what was chosen."""
    if action == "save" and not allowed.may_write():
        st.info(
            "Databases are only read here. To allow saving, start the app with "
            "`EXPLORER_ALLOW_STORE_WRITES=1`.",
            icon=":material/lock:",
        )
        return
    with st.spinner("Asking the database …"):
        store = open_store(address, write=action == "save")
    with closing(store):
        if action == "save":
            saving.show(store, space)
            return
        about = ask_collection(store, place)
        if about is None:
            return
        if action == "open":
            opening.show(store, about, address)
        else:
            searching.show(store, about, hash(address))


def ask_address(names: list[str], place: DeltaGenerator, line: DeltaGenerator) -> Address | None:
    """Ask for the database; None until one is chosen. What is typed stays out of the address."""
    free = allowed.takes_addresses()
    if not names and not free:
        return None
    if names:
        options = [*names, OTHER] if free else names
        chosen = str(place.selectbox("Database", options, key="store name"))
        if chosen != OTHER:
            return allowed.address_named(chosen)
    typed = line.text_input(
        "Address of the database",
        type="password",
        placeholder="postgresql://user:password@host/database, or the path of a file or folder",
        help="Hidden, because it may hold a password. This tab forgets it when it is closed.",
        key="store address",
        autocomplete="off",
    )
    return allowed.address_typed(typed) if typed else None


def ask_collection(store: Store, place: DeltaGenerator) -> Collection | None:
    """Ask for the collection; None where there is none."""
    names = store.collections()
    if not names:
        st.info("This database holds no vectors yet.", icon=":material/database:")
        return None
    with place:
        name = st.selectbox("Collection", names, key="store collection")
    return store.describe(str(name))


def how_to_begin() -> None:
    """Say how a database is reached."""
    if not allowed.takes_addresses() and not allowed.named():
        st.info(
            "No database is set up on this server. Its owner can name some in `EXPLORER_STORES`.",
            icon=":material/database:",
        )
        return
    st.markdown("#### What can be reached")
    lines = [f"| **{plain(kind.name)}** | {server(kind)} | {file(kind)} |" for kind in STORES]
    st.markdown("\n".join(["| Kind | A server | A file or folder |", "|---|---|---|", *lines]))
    st.caption(
        "Databases are opened for reading. Databases in `EXPLORER_STORES` are offered by name, "
        "so nobody has to type an address."
    )
    if missing := [kind.name for kind in STORES if not kind.installed]:
        st.caption(f"Not installed here: {plain(', '.join(missing))}. Install with `{INSTALL}`.")


def server(kind: StoreKind) -> str:
    """Return how the address of a server looks, in Markdown; empty where there is none."""
    return f"`{kind.example}`" if "://" in kind.example else ""


def file(kind: StoreKind) -> str:
    """Return how the path of a file or folder looks, in Markdown; empty where there is none."""
    return f"`vectors{kind.suffixes[0]}`" if kind.suffixes else ""
