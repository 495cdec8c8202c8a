"""One store on disk for everything that can be computed again: bytes, arrays and JSON, by key.

    entry = cache.find(PICTURES, key)             its folder, or None
    with cache.create(PICTURES, key) as folder:   becomes the entry as a whole, or not at all

Each package declares its `Kind` of entries with a format version, and saves and loads them by
its own functions.
"""

from explorer.cache.content import (
    content_key,
    keep,
    load_arrays,
    load_as,
    load_json,
    save_arrays,
    save_json,
    temporary,
)
from explorer.cache.store import (
    ENCODED,
    Kind,
    Use,
    create,
    discard,
    empty,
    find,
    folder,
    grew,
    holds,
    make_room,
    place,
    scratch,
    usage,
    writing,
)

__all__ = [
    "ENCODED",
    "Kind",
    "Use",
    "content_key",
    "create",
    "discard",
    "empty",
    "find",
    "folder",
    "grew",
    "holds",
    "keep",
    "load_arrays",
    "load_as",
    "load_json",
    "make_room",
    "place",
    "save_arrays",
    "save_json",
    "scratch",
    "temporary",
    "usage",
    "writing",
]
