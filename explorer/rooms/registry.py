"""The rooms of a server: started, found by their code, restored, and erased when unused."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from explorer.errors import RoomError
from explorer.lessons.plan import Step
from explorer.rooms import storage
from explorer.rooms.codes import WrongCodes, new_code, read_code
from explorer.rooms.room import OVER, Room
from explorer.rooms.storage import FAILURES, RoomFile

FOLDER = "rooms"  # in the cache folder
MOST_ROOMS = 40  # codes.py counts with it
KEPT_SECONDS = 12 * 3600.0  # without use
EMPTY_SECONDS = 600.0  # a room that nobody joined may go after so long, where all are taken
SWEEP_SECONDS = 60.0
REMEMBERED = 500  # codes of rooms that ended, to tell it


class Rooms:
    """All rooms of a server. One process holds a room; another finds its file held."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._ended: deque[str] = deque(maxlen=REMEMBERED)
        self._wrong = WrongCodes(clock)
        self._swept = -SWEEP_SECONDS
        self._sweep()

    def start(self, title: str, steps: Sequence[Step]) -> tuple[Room, str]:
        """Start a room that goes through a lesson's steps; return it and its teacher's secret.

        Raises
        ------
        RoomError
            There are MOST_ROOMS already, all of them in use.
        """
        with self._lock:
            self._sweep()
            self._make_place()
            code = new_code()
            while code in self._rooms or code in self._ended or self._path(code).exists():
                code = new_code()
            room, secret = Room.start(code, RoomFile(self._path(code)), title, steps, self._clock)
            self._rooms[code] = room
            return room, secret

    def enter(
        self, typed: str, visitor: str, *, door: str = "", pupil: str = "", secret: str = ""
    ) -> Room:
        """Return the room of a code.

        Parameters
        ----------
        typed
            The code, as somebody typed it or a link has it.
        visitor
            Whose wrong codes are counted: an address in the network.
        door, pupil, secret
            What shows that the code was not guessed: the part of the QR code, the token of a
            pupil who is in the room, the teacher's secret.

        Raises
        ------
        RoomError
            There is no such room, it has ended, or too many wrong codes came before.
        """
        code = read_code(typed)
        room = None if code is None else self._find(code)
        if room is not None and room.scene.ended:  # and its file is being erased
            raise RoomError(OVER)
        if room is not None and (room.opens(door) or room.knows(pupil) or room.is_teacher(secret)):
            return room
        wait = self._wrong.seconds_to_wait(visitor, is_right=room is not None)
        if wait > 0:
            raise RoomError(
                "Too many wrong codes were typed. Scan the QR code instead, or wait "
                f"{max(1, round(wait))} seconds and type it again."
            )
        if room is not None:
            return room
        if code is None:
            raise RoomError("A code has five letters, such as BCDFG. Look at the screen in front.")
        if code in self._ended:
            raise RoomError(OVER)
        raise RoomError(
            f"There is no room {code} on this server. Look at the code again, letter by letter; "
            "or the room has ended."
        )

    def end(self, room: Room, secret: str) -> None:
        """End a room and erase all of it; raises RoomError for whoever is not its teacher."""
        try:
            room.end(secret)
        finally:
            if room.scene.ended:
                with self._lock:
                    self._forget(room.code)

    def close(self) -> None:
        """Let go of all files, for a server that ends."""
        with self._lock:
            for room in self._rooms.values():
                room.close()

    def _find(self, code: str) -> Room | None:
        """Return the room of a code, from memory or from its file."""
        with self._lock:
            room = self._rooms.get(code)
            if room is None and self._path(code).exists() and len(self._rooms) < MOST_ROOMS:
                file = RoomFile(self._path(code))
                with contextlib.suppress(*FAILURES, KeyError, TypeError, ValueError):
                    saved = file.read()
                    if saved is not None:
                        room = Room.restored(code, file, saved, self._clock)
                        self._rooms[code] = room
            self._sweep()
            return self._rooms.get(code)

    def _path(self, code: str) -> Path:
        return self._folder / f"{code}{storage.SUFFIX}"

    def _make_place(self) -> None:
        """Erase the longest unused room that nobody joined, where there are as many as may be."""
        if len(self._rooms) < MOST_ROOMS:
            return
        empty = [
            one
            for one in self._rooms.values()
            if one.presence().joined == 0 and one.idle_seconds() > EMPTY_SECONDS
        ]
        if not empty:
            raise RoomError(
                f"{MOST_ROOMS} rooms are open on this server, the most that it holds. End one, or "
                "try again later."
            )
        longest = max(empty, key=Room.idle_seconds)
        self._erase(longest)

    def _sweep(self) -> None:
        """Erase what nobody has used for KEPT_SECONDS, in memory and on disk."""
        if self._clock() - self._swept < SWEEP_SECONDS:
            return
        self._swept = self._clock()
        for room in list(self._rooms.values()):
            if room.idle_seconds() > KEPT_SECONDS:
                self._erase(room)
        for code, path in storage.files(self._folder).items():
            if code not in self._rooms and storage.unused_seconds(path) > KEPT_SECONDS:
                with contextlib.suppress(OSError):
                    storage.remove(path)

    def _erase(self, room: Room) -> None:
        with contextlib.suppress(RoomError):  # its file is empty, but could not be removed
            room.end(None)
        self._forget(room.code)

    def _forget(self, code: str) -> None:
        self._rooms.pop(code, None)
        self._ended.append(code)
