"""One room: what is shown, who is there, what was answered; in memory, mirrored in a file.

Nobody has a name here. A pupil is the hash of a random token that the pupil's browser made, and the
teacher is whoever knows the room's secret, of which the room keeps the hash.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.errors import RoomError
from explorer.lessons.plan import Question, Step
from explorer.rooms.codes import LETTERS
from explorer.rooms.moment import LONGEST, Moment, Scene, scene_from_json, scene_to_json
from explorer.rooms.storage import FAILURES, RoomFile, Saved

MOST_PUPILS = 200
MOST_MOMENTS = 60  # a lesson has up to 40 steps; the rest are the teacher's own questions
AWAKE_SECONDS = 75.0  # a phone that was not heard of for so long sleeps: hidden tabs ask each 60 s
OVER = "This room has ended, and all answers are erased."
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits


@dataclass(frozen=True)
class Presence:
    """How many pupils there are: ever joined, awake now, and awake without an answer."""

    joined: int
    awake: int
    waited_for: int


class Room:
    """A room. Its methods may be called from any thread.

    Attributes
    ----------
    code
        What pupils type.
    title
        The lesson's.
    door
        What the QR code adds to the code, so that nobody is taken for a guesser who scans it.
    is_kept
        Whether all is in the room's file; if not, a restart of the server would lose it.
    """

    def __init__(
        self,
        code: str,
        file: RoomFile,
        facts: dict[str, Any],
        scene: Scene,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.code = code
        self.title = str(facts["title"])
        self.door = str(facts["door"])
        self.is_kept = True
        self._secret = str(facts["secret"])
        self._file = file
        self._clock = clock
        self._lock = threading.RLock()
        self._scene = scene
        self._answers: dict[int, dict[str, str]] = {}
        self._seen: dict[str, float] = {}
        self._tally = 0
        self._used = clock()

    @classmethod
    def start(
        cls,
        code: str,
        file: RoomFile,
        title: str,
        steps: Sequence[Step],
        clock: Callable[[], float] = time.monotonic,
    ) -> tuple[Room, str]:
        """Return a new room of a lesson's steps, and its teacher's secret."""
        secret = secrets.token_urlsafe(16)
        door = "".join(secrets.choice(LETTERS) for _ in range(14))  # 60 bits, as letters for a QR
        moments = tuple(Moment(number, step) for number, step in enumerate(steps))
        facts = {"title": title, "door": door, "secret": digest(secret)}
        room = cls(code, file, facts, Scene(moments), clock)
        room._mirror_all()
        return room, secret

    @classmethod
    def restored(
        cls,
        code: str,
        file: RoomFile,
        saved: Saved,
        clock: Callable[[], float] = time.monotonic,
    ) -> Room:
        """Return the room that a file holds; its pupils count as awake until they are missed."""
        room = cls(code, file, saved.facts, scene_from_json(saved.facts["scene"]), clock)
        room._answers = saved.answers
        room._seen = dict.fromkeys(saved.pupils, clock())
        return room

    # ---------------------------------------------------------------- what all may ask

    @property
    def scene(self) -> Scene:
        """What is shown now."""
        return self._scene

    def is_past(self, version: int) -> bool:
        """Return whether a screen of this version is out of date; in an ended room, each is."""
        scene = self._scene
        return scene.ended or scene.version != version

    @property
    def tally(self) -> int:
        """A number that grows with each answer and each pupil who comes."""
        return self._tally

    def opens(self, door: str) -> bool:
        """Return whether somebody came by the QR code."""
        return secrets.compare_digest(self.door.encode(), door.encode())

    def knows(self, pupil: str) -> bool:
        """Return whether a token is that of a pupil who is in the room."""
        return digest(pupil) in self._seen

    def is_teacher(self, secret: str) -> bool:
        """Return whether a secret is the teacher's; takes equally long for each wrong one."""
        return secrets.compare_digest(self._secret, digest(secret))

    def idle_seconds(self) -> float:
        """Return for how long nobody has used the room."""
        return self._clock() - self._used

    # ---------------------------------------------------------------- pupils

    def join(self, pupil: str) -> None:
        """Let a pupil in, by the token that the pupil's browser made.

        Raises
        ------
        RoomError
            The token is none, the room is full, or it has ended.
        """
        if TOKEN.fullmatch(pupil) is None:
            raise RoomError("Your browser did not tell who you are. Reload the page.")
        with self._lock:
            self._check_open()
            key, now = digest(pupil), self._clock()
            self._used = now
            if key in self._seen:
                self._seen[key] = now
                return
            gone = self._make_room(now)
            self._seen[key] = now
            self._tally += 1
            self._mirror(lambda: self._file.write_pupil(key, gone=gone))

    def heard_of(self, pupil: str) -> None:
        """Note that a pupil's screen has asked what is new."""
        key = digest(pupil)
        with self._lock:
            if key in self._seen:
                self._seen[key] = self._used = self._clock()

    def answer(self, pupil: str, number: int, given: str) -> None:
        """Keep a pupil's answer to the moment of that number, in place of the former one.

        Raises
        ------
        RoomError
            It is no answer, the answer is revealed already, or the pupil is not in the room.
        """
        with self._lock:
            self._check_open()
            key = digest(pupil)
            if key not in self._seen:
                raise RoomError("You are not in this room any more. Reload the page.")
            moment = self._scene.find(number)
            if number in self._scene.revealed:
                raise RoomError("The answer has been shown already, so yours was not counted.")
            text = moment.read(given)
            answers = self._answers.setdefault(number, {})
            self._seen[key] = self._used = self._clock()
            before = answers.get(key)
            if before == text:
                return
            answers[key] = text
            self._tally += 1
            if {before, text} & self._scene.shown.get(number, frozenset()):
                self._scene = replace(self._scene, version=self._scene.version + 1)  # on all phones
            self._mirror(lambda: self._file.write_answer(number, key, text))

    def answer_of(self, pupil: str, number: int) -> str | None:
        """Return what a pupil answered, or None."""
        return self._answers.get(number, {}).get(digest(pupil))

    def answers(self, number: int) -> list[str]:
        """Return all answers to the moment of that number, in an order that tells nothing."""
        with self._lock:
            return sorted(self._answers.get(number, {}).values())

    def presence(self) -> Presence:
        """Return how many pupils there are, and how many of them have yet to answer."""
        with self._lock:
            since = self._clock() - AWAKE_SECONDS
            awake = {key for key, at in self._seen.items() if at >= since}
            answered = self._answers.get(self._scene.moment.number, {}).keys()
            asks = self._scene.moment.kind != "look" and not self._scene.is_revealed
            return Presence(len(self._seen), len(awake), len(awake - answered) if asks else 0)

    # ---------------------------------------------------------------- the teacher

    def go(self, secret: str, at: int) -> None:
        """Show the moment of that index to all; one beyond the ends is the nearest."""
        with self._lock:
            self._check_teacher(secret)
            self._show(at=min(max(at, 0), len(self._scene.moments) - 1))

    def lead(self, secret: str, *, follows: bool) -> None:
        """Have all pupils follow, or let them look around."""
        with self._lock:
            self._check_teacher(secret)
            self._show(follows=follows)

    def hide(self, secret: str, *, hides: bool) -> None:
        """Hide what is answered until the answer is shown, or let it be seen as it comes."""
        with self._lock:
            self._check_teacher(secret)
            self._show(hides=hides)

    def reveal(self, secret: str, number: int) -> None:
        """Show the answer of a moment to all."""
        with self._lock:
            self._check_teacher(secret)
            self._scene.find(number)
            self._show(revealed=self._scene.revealed | {number})

    def let_through(self, secret: str, number: int, text: str, *, shown: bool = True) -> None:
        """Show a free text to all, or take it back."""
        with self._lock:
            self._check_teacher(secret)
            if text not in self._answers.get(number, {}).values():
                raise RoomError("Whoever wrote this text has changed it. Look at it again.")
            before = self._scene.shown.get(number, frozenset())
            after = before | {text} if shown else before - {text}
            self._show(shown={**self._scene.shown, number: after})

    def ask(self, secret: str, question: Question, step: Step, place: str = "") -> None:
        """Put a question of the teacher's own after the present step, and go there.

        Parameters
        ----------
        question
            What is asked.
        step
            The step it belongs to: its page and address are where pupils look around.
        place
            The label to be placed on the picture of the step's space.

        Raises
        ------
        RoomError
            The question is empty or too long, the room has MOST_MOMENTS, or the secret is not
            the teacher's.
        """
        words = (question.text, question.answer, question.why, *question.choices)
        if not question.text.strip() or max(map(len, words)) > LONGEST:
            raise RoomError(f"A question, and each answer to it, has 1 to {LONGEST} letters.")
        with self._lock:
            self._check_teacher(secret)
            moments = self._scene.moments
            if len(moments) >= MOST_MOMENTS:
                raise RoomError(f"A room has at most {MOST_MOMENTS} steps. End it, and start anew.")
            number = 1 + max(one.number for one in moments)
            own = replace(step, title="Your teacher asks", text="", question=question, look="")
            at = self._scene.at + 1
            added = (*moments[:at], Moment(number, own, place), *moments[at:])
            self._show(moments=added, at=at)

    def end(self, secret: str | None) -> None:
        """End the room and erase all of it; None erases a room that nobody uses any more.

        Raises
        ------
        RoomError
            The secret is not the teacher's, or the emptied file could not be removed.
        """
        with self._lock:
            if secret is not None:
                self._check_teacher(secret)
            first = self._scene.moments[0]
            self._scene = Scene((first,), self._scene.version + 1, ended=True)
            self._answers.clear()
            self._seen.clear()
            try:
                self._file.erase()
            except OSError as error:
                raise RoomError(
                    "The room has ended and its answers are erased, but its file could not be "
                    f"removed: {error}. Remove {self._file.path} by hand."
                ) from error

    def close(self) -> None:
        """Let go of the file, for a server that ends."""
        with self._lock:
            self._file.close()

    # ---------------------------------------------------------------- within the lock

    def _check_open(self) -> None:
        if self._scene.ended:
            raise RoomError(OVER)

    def _check_teacher(self, secret: str) -> None:
        self._check_open()
        if not self.is_teacher(secret):
            raise RoomError("Only the teacher of this room may do that. Open the teacher's link.")
        self._used = self._clock()

    def _make_room(self, now: float) -> list[str]:
        """Drop sleepers who never answered, where the room is full; return them."""
        if len(self._seen) < MOST_PUPILS:
            return []
        answered = {key for given in self._answers.values() for key in given}
        gone = [
            key
            for key, at in self._seen.items()
            if at < now - AWAKE_SECONDS and key not in answered
        ]
        if not gone:
            raise RoomError(f"This room is full: {MOST_PUPILS} are in it. Ask your teacher.")
        for key in gone:
            del self._seen[key]
        return gone

    def _show(self, **changes: Any) -> None:
        after = replace(self._scene, **changes)
        if after == self._scene:
            return
        self._scene = replace(after, version=self._scene.version + 1)
        self._mirror(lambda: self._file.write_facts({"scene": scene_to_json(self._scene)}))

    def _mirror(self, write: Callable[[], None]) -> None:
        """Write a change into the file; all of the room, where that or a former one failed."""
        if not self.is_kept:
            self._mirror_all()
            return
        try:
            write()
        except FAILURES:
            self._mirror_all()  # a removed file is made anew; else the teacher is told

    def _mirror_all(self) -> None:
        facts = {
            "title": self.title,
            "door": self.door,
            "secret": self._secret,
            "scene": scene_to_json(self._scene),
        }
        try:
            self._file.write_all(Saved(facts, frozenset(self._seen), self._answers))
            self.is_kept = True
        except FAILURES:
            self.is_kept = False


def digest(token: str) -> str:
    """Return the hash under which a token is kept."""
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest()
