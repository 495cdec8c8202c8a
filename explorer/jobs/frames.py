"""Frames: intermediate pictures of a projection while it is computed, compressed and few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer import cache

MOST_FRAMES = 48  # beyond, every other frame is dropped: enough for a smooth replay
FRAMES = cache.Kind("frames", 1)
STEPS = 65_535  # positions an axis is divided into: finer than any screen


@dataclass(frozen=True)
class Frame:
    """An intermediate picture: the share done, the step's name, and the coordinates.

    Coordinates are quantized to 16 bits between the lowest and highest value of each axis. That
    is half the size of float32, to send and to keep.
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
    """The frames of one job, oldest first, thinned out evenly as they become many."""

    def __init__(self) -> None:
        self._frames: tuple[Frame, ...] = ()
        self._every = 1
        self._offered = 0

    def add(self, frame: Frame) -> None:
        """Offer a frame; once frames are thinned out, only every so many-th is kept."""
        self._offered += 1
        if (self._offered - 1) % self._every:
            return
        self._frames = (*self._frames, frame)  # a new tuple: other threads may read the old one
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
    """Return the frames of a finished job from the cache, oldest first; none if not kept."""
    found = cache.load_arrays(FRAMES, key)
    if found is None:
        return []
    arrays, facts = found
    return [
        Frame(share, step, data.tobytes(), tuple(low), tuple(high))
        for data, (share, step, low, high) in zip(arrays["data"], facts, strict=True)
    ]


def save_frames(key: str, frames: Sequence[Frame]) -> None:
    """Keep a job's frames in the cache; all have the same number of points."""
    data = np.array([np.frombuffer(frame.data, np.uint8) for frame in frames])
    facts = [(frame.share, frame.step, frame.low, frame.high) for frame in frames]
    cache.save_arrays(FRAMES, key, {"data": data}, facts)
