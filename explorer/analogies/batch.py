"""Many analogies at once, by matrix products over blocks of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.analogies.arithmetic import EPSILON, NO_STEP
from explorer.errors import QueryError
from explorer.jobs.files import loaded
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import dense
from explorer.vector import row_lengths

Floats: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.intp]

BLOCK_BYTES = 48 << 20  # similarities held at a time
QUESTIONS_AT_ONCE = 4_096  # bounds the similarities of their words to a block of rows
NEAR_TIE = 4e-6  # best scores closer than this are computed again in gensim's own order
CANDIDATES = 5  # gensim takes the first of its top five that is no case variant of an input

# `objective(a, b, c, shift, out)` ranks rows as the method does, from their similarities (r,) to
# a, b and c, and shift = c · (b − a). Factors and constants that all rows share are left out.


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
    out /= np.maximum(step, np.float32(NO_STEP))


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
    """Return the row that answers each question, and the best of all rows: (q, 2) intp.

    As in gensim, the answer is the best row that is neither an input nor (in the top five) a
    case variant of one. The best of all rows is the answer with the inputs allowed.

    Parameters
    ----------
    vectors
        (n, d) float32; the first r rows may be answers.
    canonical
        (r,) intp: each row's first case variant, or the row itself (see AnalogyPlan).
    questions
        (q, 4) intp: rows of a, b, c and the expected word; the last is not looked at.
    method
        '3cosadd', '3cosmul' or 'direction': see `analogy`.
    report
        Called with the share done and the step's name; may raise to stop.

    Raises
    ------
    QueryError
        The method is unknown.
    """
    if method not in OBJECTIVES:
        raise QueryError(f"The method “{method}” is unknown. Known ones: {', '.join(OBJECTIVES)}.")
    vectors = vectors[: len(canonical)]
    norms = row_lengths(vectors)
    variants = case_variants(canonical)
    predicted = np.empty((len(questions), 2), np.intp)
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        part = questions[start : start + QUESTIONS_AT_ONCE]

        def told(share: float, begun: int = start, size: int = len(part)) -> None:
            done = begun + share * size
            report(done / len(questions), f"asked {done:,.0f} of {len(questions):,} questions")

        predicted[start : start + len(part)] = predict_part(
            vectors, norms, part, variants, method=method, report=told
        )
    return predicted


def predict_file(
    vectors: Any,
    canonical: Rows,
    questions: Rows,
    method: str,
    report: Report = no_report,
) -> Rows:
    """Answer questions on a worker, given the vectors or the file that holds them."""
    return predict(dense(loaded(vectors)), canonical, questions, method, report)


def case_variants(canonical: Rows) -> dict[int, list[int]]:
    """Return the other case variants of each canonical row that has some."""
    others: dict[int, list[int]] = {}
    for row in np.flatnonzero(canonical != np.arange(len(canonical))).tolist():
        others.setdefault(int(canonical[row]), []).append(row)
    return others


def predict_part(
    vectors: Floats,
    norms: Floats,
    questions: Rows,
    variants: dict[int, list[int]],
    *,
    method: str,
    report: Callable[[float], None],
) -> Rows:
    """Answer as many questions as fit into memory at once, (q, 4); return (q, 2): see `predict`."""
    words, places = np.unique(questions[:, :3], return_inverse=True)
    places = places.reshape(-1, 3)
    units = unit_rows(vectors[words], norms[words])
    triples = list(map(tuple, places.tolist()))
    shifts = np.einsum("ij,ij->i", units[places[:, 2]], units[places[:, 1]] - units[places[:, 0]])
    ignored = questions[:, :3].tolist()
    doubles = [
        [other for word in set(row) for other in variants.get(word, ())] if variants else []
        for row in ignored
    ]
    best = np.full(len(questions), -np.inf, np.float32)
    second = np.full(len(questions), -np.inf, np.float32)
    answers = np.zeros(len(questions), np.intp)
    best_of_all = np.full(len(questions), -np.inf, np.float32)
    with_inputs = np.zeros(len(questions), np.intp)
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
            if len(zero):
                scores[zero] = -np.inf
            place = int(scores.argmax())
            if scores[place] > best_of_all[number]:
                best_of_all[number], with_inputs[number] = scores[place], start + place
            for row in doubles[number]:
                if start <= row < stop:
                    others[number][row] = float(scores[row - start])
                    scores[row - start] = -np.inf
            for row in ignored[number]:
                if start <= row < stop:
                    scores[row - start] = -np.inf
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
        if len(ahead) >= CANDIDATES:  # gensim's top five are all case variants: it takes the last
            answers[number] = ahead[-CANDIDATES]
            second[number] = -np.inf
    if method == "3cosadd":
        for number in np.flatnonzero(best - second < NEAR_TIE).tolist():
            again = judge(vectors, norms, questions[number, :3], doubles[number])
            answers[number] = answers[number] if again is None else again
    return np.stack([answers, with_inputs], axis=1)


def unit_rows(vectors: Floats, norms: Floats) -> Floats:
    """Return rows scaled to length 1; zero rows stay zero."""
    lengths: Floats = np.where(norms > 0, norms, 1).astype(np.float32)
    return vectors / lengths[:, None]


def judge(vectors: Floats, norms: Floats, inputs: Rows, doubles: list[int]) -> int | None:
    """Return 3CosAdd's answer by gensim's own order of operations, which decides near-ties."""
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
    count = min(CANDIDATES + 3, len(scores))  # the three inputs may be among the best
    keys = -scores
    order = np.argpartition(keys, count)[:count] if count < len(keys) else np.arange(len(keys))
    order = order[np.argsort(keys[order])]
    candidates: list[int] = [row for row in order.tolist() if row not in (a, b, c)][:CANDIDATES]
    return next((row for row in candidates if row not in doubles), candidates[-1])
