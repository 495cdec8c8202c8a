"""Which databases a visitor may use: those the owner names; any, where only the owner visits."""

from __future__ import annotations

from explorer.errors import StoreError
from explorer.settings import load_settings
from explorer.stores.known import Address, as_address
from explorer.ui.shell import owner


def named() -> tuple[str, ...]:
    """Return the names of the databases that the owner offers."""
    return tuple(load_settings().stores)


def takes_addresses() -> bool:
    """Return whether a visitor may type an address: only where no other machine is answered."""
    return not owner.answers_others()


def may_write() -> bool:
    """Return whether visitors may save."""
    return load_settings().allow_store_writes


def address_named(name: str) -> Address:
    """Return the address behind a name; raises StoreError, which shows names only."""
    stores = load_settings().stores
    if name not in stores:
        raise StoreError(f"No database is called “{name}” here. There are: {', '.join(stores)}.")
    return as_address(stores[name])


def address_typed(text: str) -> Address:
    """Return the address that a visitor typed; raises StoreError where that is not allowed."""
    if not takes_addresses():
        raise StoreError("This server connects only to the databases that its owner has named.")
    return as_address(text.strip())
