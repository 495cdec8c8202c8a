"""The codes of rooms, and how often a wrong one may be tried.

A code has five of twenty letters: no vowels, so that none is a word, and no L, which looks like 1
or I. That makes 20**5 = 3,200,000 codes. A server lets 20 wrong ones through at once and then 10 a
minute, whoever sends them: 920 in a lesson of 90 minutes. So somebody who guesses throughout a
lesson finds one given room with a chance of 1 in 3,478, and any of 40 rooms with 1 in 87. Who scans
the QR code, or is in the room already, needs no guess and is never refused by this bound.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 5
MOST_VISITORS = 1000  # whose wrong codes are counted; the server's own bound holds for all


@dataclass(frozen=True)
class Rate:
    """How many wrong codes may come at once, and how many a minute after those."""

    at_once: int
    a_minute: float


OF_SERVER = Rate(20, 10)
OF_VISITOR = Rate(5, 3)


def new_code() -> str:
    """Return a code by chance."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, or None if it cannot be one.

    >>> read_code(" bc-dfg "), read_code("BCDFGH"), read_code("../..")
    ('BCDFG', None, None)
    """
    if len(text) > 4 * LENGTH:
        return None
    code = text.replace(" ", "").replace("-", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def chance_of_a_hit(minutes: float, rooms: int) -> float:
    """Return how likely it is to guess one of some rooms within a time, at the server's bound.

    >>> [round(1 / chance_of_a_hit(90, rooms)) for rooms in (1, 40)]
    [3478, 87]
    """
    guesses = OF_SERVER.at_once + OF_SERVER.a_minute * minutes
    codes: int = len(LETTERS) ** LENGTH
    return rooms * guesses / codes


@dataclass
class Bucket:
    """How many wrong codes somebody has left, as of a time."""

    left: float
    at: float


class WrongCodes:
    """Counts wrong codes, of the server and of each visitor, by a clock that only goes forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._server = Bucket(OF_SERVER.at_once, clock())
        self._visitors: OrderedDict[str, Bucket] = OrderedDict()

    def seconds_to_wait(self, visitor: str, *, is_right: bool) -> float:
        """Return 0 where a code may be tried now, else the seconds to wait; count a wrong one.

        Whoever has to wait learns nothing, not even that the code is right.
        """
        with self._lock:
            now = self._clock()
            own = self._visitors.pop(visitor, None) or Bucket(OF_VISITOR.at_once, now)
            self._visitors[visitor] = own
            if len(self._visitors) > MOST_VISITORS:
                self._visitors.popitem(last=False)
            buckets = ((self._server, OF_SERVER), (own, OF_VISITOR))
            wait = max(refill(bucket, rate, now) for bucket, rate in buckets)
            if wait == 0 and not is_right:
                for bucket, _ in buckets:
                    bucket.left -= 1
            return wait


def refill(bucket: Bucket, rate: Rate, now: float) -> float:
    """Add what came back since, and return the seconds until there is one whole try."""
    bucket.left = min(rate.at_once, bucket.left + (now - bucket.at) * rate.a_minute / 60)
    bucket.at = now
    return 0.0 if bucket.left >= 1 else (1 - bucket.left) * 60 / rate.a_minute
