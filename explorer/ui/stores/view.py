"""Choosing a database and a collection; below it, what to do with them."""

from __future__ import annotations

from contextlib import closing

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.stores.known import STORES, Address, open_store
from explorer.stores.store import Collection, Store
from explorer.ui.open.telling import tell
from explorer.ui.shell.plain import plain
from explorer.ui.stores import allowed, opening, saving, searching

OTHER = "Another address …"
ACTIONS = {"Open": "open", "Search there": "search", "Save": "save"}


def show(space: EmbeddingSpace) -> None:
    """Draw the page."""
    left, middle, right = st.columns([2, 2, 2.2], vertical_alignment="bottom")
    action = right.segmented_control(
        "What to do", list(ACTIONS), default="Open", required=True, key="store action"
    )
    try:
        address = ask_address(left)
        if address is None:
            how_to_begin()
            return
        act(space, address, ACTIONS[str(action)], middle)
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


def ask_address(place: DeltaGenerator) -> Address | None:
    """Ask for the database; None until one is chosen. What is typed stays out of the address."""
    names = list(allowed.named())
    free = allowed.takes_addresses()
    if not names and not free:
        return None
    with place:
        chosen = names[0] if names else OTHER
        if names:
            options = [*names, OTHER] if free else names
            chosen = str(st.selectbox("Database", options, key="store name"))
        if chosen != OTHER:
            return allowed.address_named(chosen)
        typed = st.text_input(
            "Address of the database",
            type="password",
            placeholder="postgresql://user:password@host/database, or a file",
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
    lines = [f"| **{plain(kind.name)}** | `{kind.example}` |" for kind in STORES]
    st.markdown("\n".join(["| Kind | An address looks like |", "|---|---|", *lines]))
    st.caption(
        "Databases are opened for reading. Databases in `EXPLORER_STORES` are offered by name, "
        "so nobody has to type an address."
    )
