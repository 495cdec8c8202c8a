"""Answering many analogies at once: matrix products, block by block of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.analogies.arithmetic import EPSILON
from explorer.errors import QueryError
from explorer.jobs.files import loaded
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import dense
from explorer.vector import row_lengths

Floats: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.intp]

BLOCK_BYTES = 48 << 20  # of similarities at a time
QUESTIONS_AT_ONCE = 4_096
NEAR_TIE = 4e-6  # closer scores than this are judged again, one by one
CANDIDATES = 5  # gensim looks at five answers for one that is no other spelling of an input

# How good an answer each row is, up to a factor and a constant that a question's rows share:
# `objective(a, b, c, shift, out)` of the similarities (r,) to a, b and c, and c · (b − a).


def add_objective(a: Floats, b: Floats, c: Floats, shift: np.float32, out: Floats) -> None:
    """3CosAdd."""
    np.subtract(b, a, out=out)
    out += c


def multiply_objective(a: Floats, b: Floats, c: Floats, shift: np.float32, out: Floats) -> None:
    """3CosMul."""
    np.multiply((1 + b) / 2, (1 + c) / 2, out=out)
    out /= (1 + a) / 2 + np.float32(EPSILON)


def direction_objective(a: Floats, b: Floats, c: Floats, shift: np.float32, out: Floats) -> None:
    """Pair direction."""
    np.subtract(b, a, out=out)
    out -= shift
    step = np.sqrt(np.maximum(2 - 2 * c, 0))
    out /= np.maximum(step, np.float32(1e-3))


OBJECTIVES: dict[str, Callable[[Floats, Floats, Floats, np.float32, Floats], None]] = {
    "3cosadd": add_objective,
    "3cosmul": multiply_objective,
    "direction": direction_objective,
}


def predict(
    vectors: Floats,
    canonical: Rows,
    questions: Rows,
    method: str = "3cosadd",
    report: Report = no_report,
) -> Rows:
    """Return the row that answers each question, (q,) intp, in blocks of matrix products.

    As gensim does, an answer is the best row that is no input and, among the first five, no
    other spelling of one.
    """
    if method not in OBJECTIVES:
        raise QueryError(f"The method “{method}” is unknown. Known ones: {', '.join(OBJECTIVES)}.")
    vectors = vectors[: len(canonical)]
    norms = row_lengths(vectors)
    spellings = other_spellings(canonical)
    predicted = np.empty(len(questions), np.intp)
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        part = questions[start : start + QUESTIONS_AT_ONCE]

        def told(share: float, begun: int = start, size: int = len(part)) -> None:
            done = begun + share * size
            report(done / len(questions), f"asked {done:,.0f} of {len(questions):,} questions")

        predicted[start : start + len(part)] = predict_part(
            vectors, norms, part, spellings, method=method, report=told
        )
    return predicted


def predict_file(
    vectors: Any,
    canonical: Rows,
    questions: Rows,
    method: str,
    report: Report = no_report,
) -> Rows:
    """Answer questions on a worker, given the vectors or the file that it maps into memory."""
    return predict(dense(loaded(vectors)), canonical, questions, method, report)


def other_spellings(canonical: Rows) -> dict[int, list[int]]:
    """Return, for rows that stand for several, the other rows."""
    others: dict[int, list[int]] = {}
    for row in np.flatnonzero(canonical != np.arange(len(canonical))).tolist():
        others.setdefault(int(canonical[row]), []).append(row)
    return others


def predict_part(
    vectors: Floats,
    norms: Floats,
    questions: Rows,
    spellings: dict[int, list[int]],
    *,
    method: str,
    report: Callable[[float], None],
) -> Rows:
    """Return the answers to some questions: `predict` for as many as fit into memory at once."""
    words, places = np.unique(questions[:, :3], return_inverse=True)
    places = places.reshape(-1, 3)
    units = unit_rows(vectors[words], norms[words])
    triples = list(map(tuple, places.tolist()))
    shifts = np.einsum("ij,ij->i", units[places[:, 2]], units[places[:, 1]] - units[places[:, 0]])
    ignored = questions[:, :3].tolist()
    doubles = [
        [other for word in set(row) for other in spellings.get(word, ())] if spellings else []
        for row in ignored
    ]
    best = np.full(len(questions), -np.inf, np.float32)
    second = np.full(len(questions), -np.inf, np.float32)
    answers = np.zeros(len(questions), np.intp)
    others: list[dict[int, float]] = [{} for _ in doubles]
    step = int(np.clip(BLOCK_BYTES // (4 * len(words)), 256, 16_384))
    for start in range(0, len(vectors), step):
        block = unit_rows(vectors[start : start + step], norms[start : start + step])
        zero = np.flatnonzero(norms[start : start + step] == 0)
        similar = units @ block.T
        scores = np.empty(len(block), np.float32)
        stop = start + len(block)
        for number, (a, b, c) in enumerate(triples):
            OBJECTIVES[method](similar[a], similar[b], similar[c], shifts[number], scores)
            for row in doubles[number]:
                if start <= row < stop:
                    others[number][row] = float(scores[row - start])
                    scores[row - start] = -np.inf
            for row in ignored[number]:
                if start <= row < stop:
                    scores[row - start] = -np.inf
            if len(zero):
                scores[zero] = -np.inf
            place = int(scores.argmax())
            top = scores[place]
            scores[place] = -np.inf
            runner_up = scores.max()
            if top > best[number]:
                second[number] = max(best[number], runner_up)
                best[number], answers[number] = top, start + place
            else:
                second[number] = max(second[number], top)
        report(stop / len(vectors))
    for number, scored in enumerate(others):
        ahead = sorted(
            (row for row in scored if scored[row] > best[number]), key=scored.__getitem__
        )
        if len(ahead) >= CANDIDATES:  # only inputs in other spellings: the last one looked at
            answers[number] = ahead[-CANDIDATES]
            second[number] = -np.inf
    if method == "3cosadd":
        for number in np.flatnonzero(best - second < NEAR_TIE).tolist():
            again = judge(vectors, norms, questions[number, :3], doubles[number])
            answers[number] = answers[number] if again is None else again
    return answers


def unit_rows(vectors: Floats, norms: Floats) -> Floats:
    """Return rows scaled to length 1; zero rows stay."""
    lengths: Floats = np.where(norms > 0, norms, 1).astype(np.float32)
    return vectors / lengths[:, None]


def judge(vectors: Floats, norms: Floats, inputs: Rows, doubles: list[int]) -> int | None:
    """Return the answer by 3CosAdd with every operation in the order in which gensim does it.

    Of two rows that differ in the last digit, or in none, gensim's choice hangs on that.
    """
    a, b, c = inputs.tolist()
    mean: Floats = np.zeros(vectors.shape[1], np.float32)
    for row, weight in ((b, 1.0), (c, 1.0), (a, -1.0)):
        term = np.float64(weight) * (vectors[row] / norms[row])
        np.add(mean, term, out=mean, casting="same_kind")  # added in float64, kept in float32
    wide: NDArray[np.float64] = mean.astype(np.float64) / 3
    length = np.sqrt(np.sum(wide**2))
    if length == 0 or not np.isfinite(length):
        return None
    with np.errstate(invalid="ignore"):
        scores = vectors @ (wide / length).astype(np.float32) / norms
    count = min(CANDIDATES + 3, len(scores))
    keys = -scores
    order = np.argpartition(keys, count)[:count] if count < len(keys) else np.arange(len(keys))
    order = order[np.argsort(keys[order])]
    candidates: list[int] = [row for row in order.tolist() if row not in (a, b, c)][:CANDIDATES]
    return next((row for row in candidates if row not in doubles), candidates[-1])
