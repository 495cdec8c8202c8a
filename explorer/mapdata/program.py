"""The map's program: one built file for the app, for notebooks and for pages of their own."""

from __future__ import annotations

from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "ui" / "pointcloud" / "built" / "program.js"


def program() -> str:
    """Return the program, an ES module."""
    return PROGRAM.read_text(encoding="utf-8")
