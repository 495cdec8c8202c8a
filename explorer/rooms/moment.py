"""What a room shows at one moment: a step of the lesson, or a question that the teacher adds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from explorer.errors import RoomError
from explorer.lessons.plan import Measurement, Question, Step, is_number

Kind = Literal["look", "choice", "number", "text", "place"]

LONGEST = 200  # characters of an answer
PLACE = re.compile(r"(?P<x>[01]\.\d{3}) (?P<y>[01]\.\d{3})", re.ASCII)


@dataclass(frozen=True)
class Moment:
    """A step as a room shows it.

    Attributes
    ----------
    number
        Its number in the room; it stays when other moments are put before it.
    step
        The lesson's step, or one made of the teacher's own question.
    place
        The label that is to be placed on the picture, or nothing.
    """

    number: int
    step: Step
    place: str = ""

    @property
    def kind(self) -> Kind:
        """What pupils do: look, choose, give a number, write, or place a point on a picture."""
        question = self.step.question
        if question is None:
            return "look"
        if self.place:
            return "place"
        if question.choices:
            return "choice"
        return "text" if question.low is None else "number"

    def read(self, given: str) -> str:
        """Return an answer as it is kept.

        Raises
        ------
        RoomError
            It is no answer to this moment's question.
        """
        question = self.step.question
        if question is None:
            raise RoomError("There is no question at this step: look at the page.")
        if len(given) > LONGEST:
            raise RoomError(
                f"Your answer has {len(given):,} letters, and {LONGEST} fit. Write a shorter one."
            )
        kind, text = self.kind, " ".join(given.split())
        if kind == "choice" and text not in question.choices:
            raise RoomError(f"Choose one of: {', '.join(question.choices)}.")
        if kind == "number" and not is_in_range(text, question):
            raise RoomError(f"Give a number from {question.low:g} to {question.high:g}.")
        if kind == "place" and place_of(text) is None:
            raise RoomError("Tap on the picture, where you think that it lies.")
        if not text:
            raise RoomError("Your answer is empty. Write a word or a sentence.")
        return text


@dataclass(frozen=True)
class Scene:
    """All that the pupils of a room are shown, at one version of it.

    Attributes
    ----------
    version
        Grows with each change.
    moments
        The steps, in their order.
    at
        The index in `moments` of the one that is shown.
    follows
        Whether pupils stay at this step; else they may look around in the app.
    revealed
        Numbers of moments whose answer is shown.
    shown
        By a moment's number: the free texts that the teacher let through.
    ended
        Whether the room is over.
    hides
        Whether what was answered stays hidden until the answer is shown, so that the first
        answers do not lead the others.
    """

    moments: tuple[Moment, ...]
    version: int = 0
    at: int = 0
    follows: bool = True
    revealed: frozenset[int] = frozenset()
    shown: Mapping[int, frozenset[str]] = field(default_factory=dict)
    ended: bool = False
    hides: bool = False

    @property
    def moment(self) -> Moment:
        """The moment that is shown."""
        return self.moments[self.at]

    @property
    def is_revealed(self) -> bool:
        """Whether the answer of the moment that is shown may be seen."""
        return self.moment.number in self.revealed

    def find(self, number: int) -> Moment:
        """Return the moment of that number; raises RoomError."""
        found = next((one for one in self.moments if one.number == number), None)
        if found is None:
            raise RoomError("This question is not in the room any more. Reload the page.")
        return found


def is_in_range(text: str, question: Question) -> bool:
    """Return whether a text is a number that a question allows."""
    low, high = question.low, question.high
    if low is None or high is None or not is_number(text):
        return False
    value = float(text)
    return math.isfinite(value) and low <= value <= high


def place_of(text: str) -> tuple[float, float] | None:
    """Return the place in an answer, each coordinate from 0 to 1; None if there is none.

    >>> place_of("0.250 1.000"), place_of("1.001 0.000")
    ((0.25, 1.0), None)
    """
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    x, y = float(found["x"]), float(found["y"])
    return (x, y) if x <= 1 and y <= 1 else None


def place_text(x: float, y: float) -> str:
    """Return a place, each coordinate from 0 to 1, as an answer."""
    return f"{min(max(x, 0.0), 1.0):.3f} {min(max(y, 0.0), 1.0):.3f}"


def scene_to_json(scene: Scene) -> dict[str, Any]:
    """Return a scene as JSON's own types."""
    return {
        **asdict(scene),
        "revealed": sorted(scene.revealed),
        "shown": {str(number): sorted(texts) for number, texts in scene.shown.items()},
    }


def scene_from_json(found: dict[str, Any]) -> Scene:
    """Return the scene that was written by `scene_to_json`."""
    return Scene(
        **{
            **found,
            "moments": tuple(moment_from_json(one) for one in found["moments"]),
            "revealed": frozenset(found["revealed"]),
            "shown": {int(number): frozenset(one) for number, one in found["shown"].items()},
        }
    )


def moment_from_json(found: dict[str, Any]) -> Moment:
    """Return a moment from JSON's own types."""
    given = dict(found["step"])
    if (asked := given["question"]) is not None:
        measured = asked["measured"]
        if measured is not None:
            measured = Measurement(measured["name"], tuple(measured["labels"]))
        asked = Question(
            **{**asked, "choices": tuple(asked["choices"]), "measured": measured},
        )
    step = Step(**{**given, "question": asked, "draw": tuple(given["draw"])})
    return Moment(found["number"], step, found["place"])
