"""What visitors may do: everything on one's own machine, else what the server's owner allows."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import streamlit as st

from explorer.encoding.models import (
    HUB_NAME,
    TOKENS_OF,
    check_allowed,
    is_folder,
    known_model,
    not_fetched,
    offered_models,
)
from explorer.errors import ModelError
from explorer.settings import load_settings

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded")  # by a proxy


def answers_others() -> bool:
    """Return whether other machines reach this server; with no address, Streamlit answers all.

    A proxy on this machine lets others in to a server that answers this machine alone. A
    visitor can add a proxy's headers, which allows less, but not take them away.
    """
    if st.get_option("server.baseUrlPath") or any(one in st.context.headers for one in FORWARDED):
        return True
    address = st.get_option("server.address") or ""
    try:
        return not ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address != "localhost"


def allows(action: str) -> bool:
    """Return whether visitors may do one of the settings `allow_…`, named without that."""
    allowed: bool | None = getattr(load_settings(), f"allow_{action}")
    return not answers_others() if allowed is None else allowed


def is_allowed(name: str) -> bool:
    """Return whether visitors may have a model loaded; whether it exists makes no difference."""
    bare = name.removeprefix(TOKENS_OF)
    action = "hub_models" if HUB_NAME.match(bare) else "model_folders"
    return is_the_owners(bare) or allows(action)


def is_the_owners(name: str) -> bool:
    """Return whether a model is the owner's choice: on the list, put there by hand, or our own."""
    settings = load_settings()
    known = known_model(name)
    by_hand = HUB_NAME.match(name) is not None and is_folder(settings.model_dir / name)
    return name in settings.models or by_hand or (known is not None and known.offline)


def check_model(name: str) -> None:
    """Raise ModelError unless visitors may have that model loaded."""
    bare = name.removeprefix(TOKENS_OF)
    check_allowed(bare)
    if not is_allowed(bare):
        raise ModelError(
            f"This server does not load “{name}” for its visitors. It loads: "
            f"{', '.join(models())}. Its owner can allow more: names on the hub by "
            "EXPLORER_ALLOW_HUB_MODELS=1, folders by EXPLORER_ALLOW_MODEL_FOLDERS=1, single "
            "models by EXPLORER_MODELS."
        )
    if is_the_owners(bare) or allows("model_folders"):
        return
    if is_folder(Path(bare)):
        # answered as if the hub did not have it, so as not to reveal which folders exist
        raise not_fetched(bare, load_settings().model_dir / bare, "RepositoryNotFoundError")


def models() -> tuple[str, ...]:
    """Return the names of the models that a page offers."""
    return tuple(name for name in offered_models() if is_allowed(name))


def takes_other_models() -> bool:
    """Return whether a visitor may name a model that no page offers."""
    free = allows("hub_models") or allows("model_folders")
    return free and not load_settings().models
