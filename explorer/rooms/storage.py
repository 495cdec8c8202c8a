"""A room's file: what is needed to go on after the server was started again.

One SQLite file a room, held by one process. Write-ahead logging without waiting for the disk: what
was written survives a killed process; a power cut may take the last moments.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.rooms.codes import read_code

SUFFIX = ".room"
BESIDE = ("", "-wal", "-shm", "-journal")  # SQLite's own files beside it
SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pupils (pupil TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS answers (
    moment INTEGER NOT NULL, pupil TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (moment, pupil)
);
"""
TABLES = ("facts", "pupils", "answers")
FAILURES = (sqlite3.Error, OSError)  # what SQLite and the disk raise

Answers = Mapping[int, Mapping[str, str]]  # by the moment's number, then by pupil


@dataclass(frozen=True)
class Saved:
    """What a room's file holds."""

    facts: dict[str, Any]
    pupils: frozenset[str]
    answers: dict[int, dict[str, str]]


class RoomFile:
    """The file of one room; the room's lock guards it. Its methods raise FAILURES."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base: sqlite3.Connection | None = None

    def open(self) -> sqlite3.Connection:
        """Open the file if it is not open, and hold it: another process cannot open it then."""
        if self._base is not None and not self.path.exists():
            self.close()
            raise FileNotFoundError(f"{self.path} was removed while the room was held.")
        if self._base is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            base = sqlite3.connect(
                self.path, timeout=0.2, isolation_level=None, check_same_thread=False
            )
            try:
                base.execute("PRAGMA locking_mode = EXCLUSIVE")
                base.execute("PRAGMA journal_mode = WAL")
                base.execute("PRAGMA synchronous = NORMAL")
                base.execute("PRAGMA secure_delete = ON")
                base.executescript(SCHEMA)
            except BaseException:
                base.close()
                raise
            self._base = base
        return self._base

    def read(self) -> Saved | None:
        """Return what the file holds; None if it is of no room."""
        base = self.open()
        facts = {
            name: json.loads(value) for name, value in base.execute("SELECT name, value FROM facts")
        }
        if "scene" not in facts:
            return None
        answers: dict[int, dict[str, str]] = {}
        for moment, pupil, answer in base.execute("SELECT moment, pupil, answer FROM answers"):
            answers.setdefault(int(moment), {})[pupil] = answer
        pupils = frozenset(pupil for (pupil,) in base.execute("SELECT pupil FROM pupils"))
        return Saved(facts, pupils, answers)

    def write_facts(self, facts: Mapping[str, Any]) -> None:
        """Write facts by name, in place of those that were there."""
        self.open().executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in facts.items()],
        )

    def write_answer(self, moment: int, pupil: str, answer: str) -> None:
        """Write one pupil's answer, in place of the former one."""
        self.open().execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (moment, pupil, answer)
        )

    def write_pupil(self, pupil: str, *, gone: Iterable[str] = ()) -> None:
        """Write that a pupil is in the room, and that others are not any more."""
        base = self.open()
        base.execute("INSERT OR REPLACE INTO pupils VALUES (?)", (pupil,))
        base.executemany("DELETE FROM pupils WHERE pupil = ?", [(one,) for one in gone])

    def write_all(self, saved: Saved) -> None:
        """Write all of a room, after something could not be written."""
        base = self.open()
        base.execute("BEGIN IMMEDIATE")
        try:
            for table in TABLES:
                base.execute(f"DELETE FROM {table}")
            self.write_facts(saved.facts)
            base.executemany("INSERT INTO pupils VALUES (?)", [(one,) for one in saved.pupils])
            base.executemany(
                "INSERT INTO answers VALUES (?, ?, ?)",
                [
                    (moment, pupil, answer)
                    for moment, given in saved.answers.items()
                    for pupil, answer in given.items()
                ],
            )
            base.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file, and leave it."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def erase(self) -> None:
        """Empty and remove the file; where it cannot be removed (OSError), it is empty at least."""
        with contextlib.suppress(sqlite3.Error, OSError):
            for table in TABLES:
                self.open().execute(f"DELETE FROM {table}")
        with contextlib.suppress(sqlite3.Error):
            self.close()
        remove(self.path)


def remove(path: Path) -> None:
    """Remove a room's file and what SQLite keeps beside it; raises OSError."""
    for ending in BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def files(folder: Path) -> dict[str, Path]:
    """Return the files of rooms in a folder, by the rooms' codes."""
    with contextlib.suppress(OSError):
        found = {one.stem: one for one in folder.glob(f"*{SUFFIX}")}
        return {code: path for code, path in found.items() if read_code(code) == code}
    return {}


def unused_seconds(path: Path) -> float:
    """Return how long ago a room's file was last written, by this machine's clock."""
    times = [0.0]
    for ending in BESIDE:
        with contextlib.suppress(OSError):
            times.append(path.with_name(path.name + ending).stat().st_mtime)
    return time.time() - max(times)
