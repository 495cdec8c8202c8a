"""Intermediate pictures of a projection while it is computed: small, few, and in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer import cache

MOST_FRAMES = 48  # when there are more, every other one goes
FRAMES = cache.Kind("frames", 1)
STEPS = 65_535  # positions an axis is divided into: finer than any screen


@dataclass(frozen=True)
class Frame:
    """A picture on the way: how much was done, what was done, and where the points stood.

    The coordinates are kept as 16-bit whole numbers between the lowest and the highest
    value of each axis: half of float32, and what travels from a worker.
    """

    share: float
    step: str
    data: bytes
    low: tuple[float, ...]
    high: tuple[float, ...]

    @staticmethod
    def packed(
        coordinates: NDArray[np.float32],
    ) -> tuple[bytes, tuple[float, ...], tuple[float, ...]]:
        """Return `data`, `low` and `high` for coordinates (n, c)."""
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        extent = np.maximum(high - low, 1e-12)
        steps = np.rint((coordinates - low) / extent * STEPS).astype("<u2")
        return steps.tobytes(), tuple(map(float, low)), tuple(map(float, high))

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """(n, c) float32."""
        low, high = np.array(self.low, np.float32), np.array(self.high, np.float32)
        steps = np.frombuffer(self.data, "<u2").reshape(-1, len(low))
        unpacked: NDArray[np.float32] = low + steps.astype(np.float32) / STEPS * (high - low)
        return unpacked


class Frames:
    """The frames of one job, oldest first; thinned out evenly when they become many."""

    def __init__(self) -> None:
        self._frames: tuple[Frame, ...] = ()
        self._every = 1
        self._offered = 0

    def add(self, frame: Frame) -> None:
        """Keep a frame, or pass it over if others near it are kept."""
        self._offered += 1
        if (self._offered - 1) % self._every:
            return
        self._frames = (*self._frames, frame)  # a new tuple: others may be reading the old one
        if len(self._frames) > MOST_FRAMES:
            self._frames = self._frames[::2]
            self._every *= 2

    @property
    def latest(self) -> Frame | None:
        """The last frame, or None."""
        frames = self._frames  # once: another thread may add to it
        return frames[-1] if frames else None

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._frames)

    def __getitem__(self, place: int) -> Frame:
        return self._frames[place]


def load_frames(key: str) -> list[Frame]:
    """Return the pictures that a job went through, oldest first; none if not kept."""
    found = cache.load_arrays(FRAMES, key)
    if found is None:
        return []
    arrays, facts = found
    return [
        Frame(share, step, data.tobytes(), tuple(low), tuple(high))
        for data, (share, step, low, high) in zip(arrays["data"], facts, strict=True)
    ]


def save_frames(key: str, frames: Sequence[Frame]) -> None:
    """Keep the pictures that a job went through; all have the same number of points."""
    data = np.array([np.frombuffer(frame.data, np.uint8) for frame in frames])
    facts = [(frame.share, frame.step, frame.low, frame.high) for frame in frames]
    cache.save_arrays(FRAMES, key, {"data": data}, facts)
