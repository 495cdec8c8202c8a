"""JSON documents, read as data within the bound, with errors of our own."""

from __future__ import annotations

import json
from typing import Any

from explorer.errors import ParseError
from explorer.formats.bounds import JSON_BYTES
from explorer.formats.encodings import utf8_content
from explorer.formats.file import File


def load_json(file: File) -> Any:
    """Return the document; raises ParseError where it is none, too deep or too large."""
    if file.size > JSON_BYTES:
        raise ParseError(
            f"{file.name} has {file.size:,} bytes. JSON is read up to {JSON_BYTES:,}: "
            "save the vectors as JSON Lines, Parquet or .npy."
        )
    return parse_json(file.name, utf8_content(file))


def parse_json(name: str, content: bytes) -> Any:
    """Return the value of a JSON text; raises ParseError where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise ParseError(f"{name} is not valid JSON: {error}.") from error
