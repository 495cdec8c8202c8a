"""A text of the visitor's own: dropped as a file, or pasted."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import streamlit as st

from explorer.ui.shell import signin


@dataclass(frozen=True, eq=False)
class OwnText:
    """A text that a visitor gave: its name, its bytes as a stream, how many there are."""

    name: str
    stream: BinaryIO
    size: int

    def beginning(self, size: int) -> bytes:
        """Return the first bytes."""
        self.stream.seek(0)
        return self.stream.read(size)


def ask_own_text(label: str, key: str) -> OwnText | None:
    """Draw the uploader and the field to paste into; return what was given, a file first."""
    upload = signin.upload(label, key=f"{key} file")
    if upload is not None:
        return OwnText(upload.name, upload, upload.size)
    pasted = st.text_area(
        "… or paste one", key=f"{key} pasted", height=100, persist_state="session"
    )
    if not pasted or not pasted.strip():
        return None
    content = pasted.encode()
    return OwnText("my text", BytesIO(content), len(content))
