"""Texts to vectors: cached ones are read back, the others computed and cached batch by batch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.encoding import batches
from explorer.encoding.device import TOKEN_BUDGET, Device
from explorer.encoding.vector_cache import VectorCache, vector_keys
from explorer.errors import EncodeError
from explorer.jobs.progress import Report, no_report

LONG_TEXTS = {
    "cut": "the beginning is read, the rest left out",
    "split": "all is read, part by part, and the parts' vectors are averaged",
}
SAMPLE = 16  # texts on which half precision is compared with the exact vectors
WINDOW_TEXTS = 8_192  # texts tokenized and sorted together: bounds the memory
WINDOW_CHARACTERS = 8 << 20
RATE_AFTER = 0.5  # seconds: before, a rate of texts a second is mostly noise


class Encoder(Protocol):
    """What is needed of a model; `TransformerEncoder` is one."""

    dim: int
    device: Device
    normalizes: bool
    max_tokens: int

    @property
    def identity(self) -> str:
        """Equal for models that give equal vectors."""

    @property
    def room(self) -> int:
        """Pieces of a text that fit."""

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Texts to word pieces."""

    def chunks(self, pieces: list[int], long_texts: str) -> list[list[int]]:
        """Word pieces to what is read at once."""

    def forward(self, batch: Sequence[list[int]]) -> NDArray[np.float32]:
        """What is read at once to vectors."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors of texts, and how many of them were computed.

    Attributes
    ----------
    vectors
        (n, d) float32, in the order of the texts.
    tokens
        (n,) int32: word pieces of each text, before any cut, without special tokens.
    computed, read_back
        Distinct texts that went through the model, and that came from the vector cache.
    seconds
        Time taken.
    """

    vectors: NDArray[np.float32]
    tokens: NDArray[np.int32]
    computed: int
    read_back: int
    seconds: float


def encode_texts(
    texts: Sequence[str],
    encoder: Encoder,
    *,
    long_texts: str = "cut",
    cache: VectorCache | None = None,
    report: Report = no_report,
) -> Encoded:
    """Return a vector per text, in order; equal texts are computed once.

    Parameters
    ----------
    texts
        n texts that UTF-8 can hold.
    encoder
        The loaded model.
    long_texts
        A name from LONG_TEXTS: what is done with a text longer than the model reads.
    cache
        Looked up first; each batch's vectors are added to it.
    report
        Told after each batch; what it raises stops the work, and what was done is kept.
    """
    if long_texts not in LONG_TEXTS:
        raise EncodeError(f"long_texts is “{long_texts}”. Choose one of: {', '.join(LONG_TEXTS)}.")
    started = time.monotonic()
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    unique = list(rows)
    progress = Progress(len(unique), report)
    vectors = np.zeros((len(unique), encoder.dim), np.float32)
    tokens = np.zeros(len(unique), np.int32)
    computed = 0
    for window in windows(unique):
        part = unique[window]
        found = np.zeros(len(part), np.bool_)
        keys: list[bytes] = []
        if cache is not None:
            keys = vector_keys(f"{encoder.identity}|{long_texts}", part)
            found, vectors[window], tokens[window] = cache.find(keys, encoder.dim)
        progress.read_back(int(found.sum()))
        missing = np.flatnonzero(~found).tolist()
        work = compute([part[row] for row in missing], encoder, long_texts, progress)
        for done, values, counts in work:
            at = [missing[row] for row in done]
            vectors[window.start + np.array(at)] = values
            tokens[window.start + np.array(at)] = counts
            computed += len(at)
            if cache is not None:
                cache.keep([keys[row] for row in at], values, counts)
            progress.computed(len(at))
    order = np.fromiter((rows[text] for text in texts), np.intp, len(texts))
    same = len(unique) == len(texts)
    return Encoded(
        vectors if same else vectors[order],
        tokens if same else tokens[order],
        computed,
        len(unique) - computed,
        time.monotonic() - started,
    )


def compute(
    texts: Sequence[str], encoder: Encoder, long_texts: str, progress: Progress
) -> Iterator[tuple[list[int], NDArray[np.float32], list[int]]]:
    """Yield, batch after batch, the rows that are done, their vectors and token counts."""
    if not texts:
        return
    pieces = encoder.pieces(texts)
    owners: list[int] = []
    chunks: list[list[int]] = []
    for row, of_text in enumerate(pieces):
        read = encoder.chunks(of_text, long_texts)
        chunks += read
        owners += [row] * len(read)
    left = np.bincount(owners, minlength=len(texts))
    sums = {row: np.zeros(encoder.dim, np.float64) for row in np.flatnonzero(left > 1).tolist()}
    lengths = [len(chunk) for chunk in chunks]
    weights = np.bincount(owners, lengths, minlength=len(texts))
    planned = batches.plan(lengths, TOKEN_BUDGET[encoder.device.name])
    progress.window(len(texts), sum(lengths))
    for batch, vectors in batches.run(
        planned, lambda batch: encoder.forward([chunks[one] for one in batch])
    ):
        if not np.isfinite(vectors).all():
            raise EncodeError(
                "The model gave values that are not finite, most likely because half precision "
                "cannot hold its numbers. Choose exact instead of fast."
            )
        done: list[int] = []
        values: list[NDArray[np.float32]] = []
        for chunk, vector in zip(batch, vectors, strict=True):
            row = owners[chunk]
            left[row] -= 1
            if row in sums:
                sums[row] += vector * float(lengths[chunk])
                if left[row]:
                    continue
                values.append(mean_of_parts(sums.pop(row) / weights[row], encoder.normalizes))
            else:
                values.append(vector)
            done.append(row)
        progress.tokens(sum(lengths[chunk] for chunk in batch))
        if done:
            yield done, np.stack(values), [len(pieces[row]) for row in done]
        progress.tell()


def closeness(texts: Sequence[str], exact: Encoder, fast: Encoder) -> float:
    """Return the lowest cosine between two models' vectors of a few of the texts.

    The texts are taken evenly over the whole, `SAMPLE` at most, and cut where too long.
    """
    chosen = texts[:: max(1, len(texts) // SAMPLE)][:SAMPLE]
    one, other = (encode_texts(chosen, encoder).vectors for encoder in (exact, fast))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float((np.einsum("ij,ij->i", one, other) / np.maximum(lengths, 1e-30)).min())


def mean_of_parts(mean: NDArray[np.float64], normalizes: bool) -> NDArray[np.float32]:
    """Return the mean of a text's parts, normalized if the model normalizes its vectors."""
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if normalizes and length else mean, np.float32)


def windows(texts: Sequence[str]) -> Iterator[slice]:
    """Yield slices of texts that are tokenized together, bounded in number and length."""
    start = characters = 0
    for row, text in enumerate(texts):
        characters += len(text)
        if row + 1 - start >= WINDOW_TEXTS or characters >= WINDOW_CHARACTERS:
            yield slice(start, row + 1)
            start, characters = row + 1, 0
    if start < len(texts):
        yield slice(start, len(texts))


class Progress:
    """Progress in words: texts done, texts a second, time left."""

    def __init__(self, total: int, report: Report) -> None:
        self.total = total
        self.report = report
        self.started = time.monotonic()
        self.done = self.new = 0
        self._in_window = self._tokens = self._tokens_done = self._done_in_window = 0

    def read_back(self, n: int) -> None:
        """Count texts that came from the cache."""
        self.done += n
        self.tell()

    def window(self, texts: int, tokens: int) -> None:
        """Begin a window of texts with so many tokens in all."""
        self._in_window, self._tokens = texts, max(1, tokens)
        self._tokens_done = self._done_in_window = 0

    def tokens(self, n: int) -> None:
        """Count tokens that went through the model."""
        self._tokens_done += n

    def computed(self, n: int) -> None:
        """Count texts whose vectors are complete."""
        self.done += n
        self.new += n
        self._done_in_window += n

    def tell(self) -> None:
        """Report; what the report raises stops the work."""
        # long texts come first, so tokens measure progress better than texts do
        inside = self._in_window * self._tokens_done / self._tokens if self._tokens else 0
        before = self.done - self._done_in_window
        share = min(1.0, (before + inside) / max(1, self.total))
        step = f"encoding {self.done:,} of {self.total:,} texts"
        seconds = time.monotonic() - self.started
        worked = self.new - self._done_in_window + inside
        if worked > 0 and seconds > RATE_AFTER:
            rate = worked / seconds
            left = math.ceil((self.total - before - inside) / rate)
            step += f" · {rate:,.0f} texts a second · {duration(left)} left"
        self.report(share, step)


def duration(seconds: float) -> str:
    """Return a time as people say it: '40 s', '3 min', '2 h 10 min'."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
