"""Sign-in, where the owner asks for it: who sees the pages, opens files, encodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn

import streamlit as st

from explorer import access
from explorer.settings import load_settings
from explorer.ui.shell.plain import plain

Role = Literal["open", "encode"]

WORDED: dict[Role, str] = {"open": "open files", "encode": "encode texts and pictures"}
return_to = st.components.v2.component(
    "embedding-explorer-return", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def is_asked() -> bool:
    """Return whether the owner wants to know anybody."""
    settings = load_settings()
    return bool(settings.sign_in or settings.may_open or settings.may_encode)


def claims() -> dict[str, Any]:
    """Return what the token of who signed in says; empty for everybody else."""
    return dict(st.user.to_dict()) if is_asked() and st.user.get("is_logged_in") else {}


def may(role: Role) -> bool:
    """Return whether the visitor has a role; all have it unless the owner said who."""
    entries: tuple[str, ...] = getattr(load_settings(), f"may_{role}")
    return not entries or access.admits(entries, claims())


def is_let_in() -> bool:
    """Return whether the owner lets the visitor see the pages."""
    wanted = load_settings().sign_in
    return not wanted or access.admits(wanted, claims())


def ask() -> NoReturn:
    """Ask who is there in place of a page, of which nothing was computed yet."""
    with st.container(width=560):
        if claims():
            st.error(
                f"{who()} is signed in, but is not on this server’s list. Ask its owner, or sign "
                "in with another account.",
                icon=":material/lock:",
            )
            st.button("Sign out", on_click=st.logout)
        else:
            st.markdown("This server asks who you are before it shows its pages.")
            offer()
    st.stop()  # raises


def require(role: Role) -> None:
    """End the page for those who do not have its role."""
    if not may(role):
        refuse(role)
        st.stop()


def refuse(role: Role) -> None:
    """Tell why there is nothing to drop files on, and offer to sign in."""
    if claims():
        told = (
            f"{who()} may not {WORDED[role]} on this server; its owner can allow it. All other "
            "pages are yours, and so is each space that you have a link to."
        )
        st.info(told, icon=":material/lock:")
    else:
        st.info(f"Sign in to {WORDED[role]} on this server.", icon=":material/lock:")
        offer(key=f"sign in to {role}")


def upload(label: str, *, role: Role = "open", **options: Any) -> Any:
    """Draw an uploader for those who have the role; return what `st.file_uploader` does."""
    if may(role):
        return st.file_uploader(label, **options)
    st.caption(f":material/lock: Who signs in and may {WORDED[role]} can drop a file here.")
    return [] if options.get("accept_multiple_files") else None


def offer(key: str = "sign in") -> None:
    """Draw the button that leads to the provider, or what is wrong with the configuration."""
    auth = section()
    wrong = access.fault(auth, st.get_option("server.baseUrlPath") or "")
    if wrong is not None:
        st.error(plain(wrong), icon=":material/error:")
        return
    here, home = st.context.url or "", str(auth["redirect_uri"])
    home = home.replace("{port}", str(st.get_option("server.port")))
    if here and access.origin(here) != access.origin(home):
        right = home.removesuffix(access.CALLBACK)
        st.error(
            f"Sign-in works at {plain(right)} only, and you came by another address.",
            icon=":material/error:",
        )
        st.link_button("Open that address", right)
        return
    done = return_to(
        key=f"{key} return", data={"keep": True}, height=1, width=1, on_kept_change=lambda: None
    )
    if done.kept:  # else a quick click would lose the link that was followed
        st.button("Sign in", type="primary", on_click=st.login, icon=":material/login:", key=key)


def draw(page: str) -> None:
    """Draw in the sidebar who is signed in; bring who just came back to where they had been."""
    if not is_asked():
        return
    if claims():
        came_back = page == "start"  # from there the provider's answer leads; elsewhere one stays
        return_to(key="return", data={"keep": False, "go": came_back}, height=1, width=1)
        st.button(
            f"Sign out {who()}", type="tertiary", icon=":material/logout:", on_click=st.logout
        )
    elif section():
        st.button("Sign in", type="tertiary", icon=":material/login:", on_click=st.login)


def who() -> str:
    """Return what to call who is signed in."""
    said = claims()
    return plain(str(said.get("email") or said.get("name") or said.get("sub") or "Somebody"))


def section() -> Mapping[str, Any]:
    """Return the section [auth] of the owner's secrets, or nothing."""
    found: Mapping[str, Any] = (
        st.secrets.get("auth", {}) if st.secrets.load_if_toml_exists() else {}
    )
    return found
