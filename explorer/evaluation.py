"""Tests of a space against people's answers: sets of analogies, and judged pairs of words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.analogy import EPSILON
from explorer.cache import vectors_file
from explorer.errors import ParseError, QueryError
from explorer.formats.file import File, FileSource, as_file
from explorer.jobs import Job, Jobs
from explorer.projection.report import Report, no_report
from explorer.space import EmbeddingSpace

Floats: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.intp]

RESTRICT_VOCAB = 300_000  # gensim's default: rarer words are neither asked nor answered
BLOCK_BYTES = 48 << 20  # of similarities at a time
QUESTIONS_AT_ONCE = 4_096
NEAR_TIE = 4e-6  # closer scores than this are judged again, one by one
MISSING = -1  # in place of a row
CANDIDATES = 5  # gensim looks at five answers for one that is no other spelling of an input
EVALUATION_METHODS = ("3cosadd", "3cosmul", "direction")


@dataclass(frozen=True)
class Standard:
    """A set of questions that comes with gensim: title, file name, source."""

    title: str
    file: str
    source: str


ANALOGY_SETS = {
    "google": Standard(
        "Google analogies", "questions-words.txt", "19,544 questions (Mikolov et al. 2013)"
    ),
}
SIMILARITY_SETS = {
    "wordsim353": Standard(
        "WordSim-353", "wordsim353.tsv", "353 pairs, relatedness (Finkelstein et al. 2002)"
    ),
    "simlex999": Standard(
        "SimLex-999", "simlex999.txt", "999 pairs, similarity (Hill, Reichart & Korhonen 2015)"
    ),
}


def standard_file(standard: Standard) -> Path:
    """Return the path of a set that gensim carries; gensim itself is not loaded."""
    found = find_spec("gensim")
    if found is None or found.origin is None:
        raise QueryError(
            f"{standard.title} comes with gensim, which is not installed: pip install gensim."
        )
    return Path(found.origin).parent / "test" / "test_data" / standard.file


# --- analogies -----------------------------------------------------------------------


class Question(NamedTuple):
    """A is to B as C is to `expected`, as the file has it."""

    a: str
    b: str
    c: str
    expected: str


@dataclass(frozen=True, eq=False)
class AnalogySection:
    """The questions of one section.

    Attributes
    ----------
    name
        As the file has it.
    asked, predicted, is_correct
        The questions whose words the space has, what it answered, and whether that is right.
    skipped
        The questions that hold a word the space does not have.
    """

    name: str
    asked: tuple[Question, ...]
    predicted: tuple[str, ...]
    is_correct: tuple[bool, ...]
    skipped: tuple[Question, ...] = ()

    @property
    def correct(self) -> int:
        """How many were answered right."""
        return sum(self.is_correct)

    @property
    def wrong(self) -> int:
        """How many were answered wrong."""
        return len(self.asked) - self.correct

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1, over the questions asked; 0 if none was."""
        return self.correct / len(self.asked) if self.asked else 0.0


@dataclass(frozen=True, eq=False)
class AnalogyReport:
    """What came out of a set of analogies.

    Attributes
    ----------
    sections
        In the order of the file.
    method
        '3cosadd', '3cosmul' or 'direction'.
    missing
        The words that the space does not have, each once, in order.
    unreadable
        How many lines did not hold four words.
    """

    sections: tuple[AnalogySection, ...]
    method: str
    missing: tuple[str, ...]
    unreadable: int = 0

    @cached_property
    def total(self) -> AnalogySection:
        """All sections as one."""
        return AnalogySection(
            "all",
            tuple(one for section in self.sections for one in section.asked),
            tuple(one for section in self.sections for one in section.predicted),
            tuple(one for section in self.sections for one in section.is_correct),
            tuple(one for section in self.sections for one in section.skipped),
        )

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1, over the questions asked."""
        return self.total.accuracy

    def to_arrow(self) -> pa.Table:
        """Return the report as a table: one line per section."""
        return pa.table(
            {
                "section": [one.name for one in self.sections],
                "correct": [one.correct for one in self.sections],
                "asked": [len(one.asked) for one in self.sections],
                "accuracy": [one.accuracy for one in self.sections],
                "out of vocabulary": [len(one.skipped) for one in self.sections],
            }
        )

    def wrong_to_arrow(self, section: str | None = None) -> pa.Table:
        """Return the wrong answers as a table, of one section or of all."""
        lines = [
            (one.name, *question, predicted)
            for one in self.sections
            if section in (None, one.name)
            for question, predicted, right in zip(
                one.asked, one.predicted, one.is_correct, strict=True
            )
            if not right
        ]
        names = ("section", "a", "b", "c", "expected", "answered")
        columns = list(zip(*lines, strict=True)) or [()] * len(names)
        return pa.table(
            {
                name: pa.array(column, pa.string())
                for name, column in zip(names, columns, strict=True)
            }
        )


@dataclass(frozen=True, eq=False)
class AnalogyPlan:
    """An evaluation before it is computed: the questions as rows of the space.

    Attributes
    ----------
    sections
        Name, asked questions and skipped ones.
    questions
        (q, 4) intp: rows of a, b, c and the expected word.
    canonical
        (r,) intp: for each row that may be an answer the row that stands for its spelling:
        the first that differs only in case, if case does not count.
    missing, unreadable
        As in AnalogyReport.
    """

    sections: tuple[tuple[str, tuple[Question, ...], tuple[Question, ...]], ...]
    questions: Rows
    canonical: Rows
    missing: tuple[str, ...]
    unreadable: int

    def report(self, space: EmbeddingSpace, predicted: Rows, method: str) -> AnalogyReport:
        """Return the report, given the row that was answered to each question."""
        right = self.canonical[predicted] == self.questions[:, 3]
        answers = [space.labels[row] for row in predicted.tolist()]
        sections, start = [], 0
        for name, asked, skipped in self.sections:
            stop = start + len(asked)
            sections.append(
                AnalogySection(
                    name,
                    asked,
                    tuple(answers[start:stop]),
                    tuple(right[start:stop].tolist()),
                    skipped,
                )
            )
            start = stop
        return AnalogyReport(tuple(sections), method, self.missing, self.unreadable)


def evaluate_analogies(
    space: EmbeddingSpace,
    source: FileSource | File,
    method: str = "3cosadd",
    *,
    restrict_vocab: int | None = RESTRICT_VOCAB,
    case_insensitive: bool = True,
    report: Report = no_report,
) -> AnalogyReport:
    """Ask a space all analogies of a file and count the right answers.

    With the default method the counts of every section are those of gensim's
    `evaluate_word_analogies`: the same restriction, the same rule for case, and the same
    silence on questions with words that are not in the vocabulary, which are told here.

    Parameters
    ----------
    space
        The space to ask.
    source
        A file in the Google analogy format (Mikolov et al. 2013), or its content as bytes: four
        words a line, sections that begin with a line ': name'.
    method
        '3cosadd', '3cosmul' or 'direction': see `analogy`. Vectors are scaled to length 1.
    restrict_vocab
        Only the first so many rows are asked and may answer; None for all.
    case_insensitive
        Whether 'Paris' and 'paris' are one word, for which its first row stands.
    report
        Called with the share done and the step's name; may raise to stop.

    Raises
    ------
    ParseError
        The file holds no line of four words.
    QueryError
        The method is unknown.

    Examples
    --------
    >>> space = EmbeddingSpace(
    ...     ["king", "queen", "man", "woman"], [[5, 1], [5, -1], [1, 1], [1, -1]]
    ... )
    >>> found = evaluate_analogies(space, b": kin\\nman king woman queen\\nman king boy prince\\n")
    >>> found.accuracy, found.missing
    (1.0, ('boy', 'prince'))
    """
    plan = plan_analogies(
        space, source, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive
    )
    predicted = predict(space.vectors, plan.canonical, plan.questions, method, report)
    return plan.report(space, predicted, method)


def plan_analogies(
    space: EmbeddingSpace,
    source: FileSource | File,
    *,
    restrict_vocab: int | None = RESTRICT_VOCAB,
    case_insensitive: bool = True,
) -> AnalogyPlan:
    """Return what is to be computed to evaluate the analogies of a file."""
    row_of, canonical = vocabulary(space, restrict_vocab, case_insensitive=case_insensitive)
    sections: dict[str, tuple[list[Question], list[Question], list[int]]] = {}
    missing: dict[str, None] = {}
    unreadable = 0
    for name, words in read_analogies(source):
        asked, skipped, rows = sections.setdefault(name, ([], [], []))
        if words is None:
            continue
        if len(words) != 4:
            unreadable += 1
            continue
        keys = map(str.upper, words) if case_insensitive else words
        places = [row_of.get(key, MISSING) for key in keys]
        if MISSING in places:
            skipped.append(Question(*words))
            for word, place in zip(words, places, strict=True):
                if place == MISSING:
                    missing[word] = None
        else:
            asked.append(Question(*words))
            rows += places
    if not any(asked or skipped for asked, skipped, _ in sections.values()):
        raise ParseError(
            "The file holds no analogies. Each line needs four words (man king woman queen); "
            "a line such as “: family” begins a section."
        )
    all_rows = [row for _, _, rows in sections.values() for row in rows]
    return AnalogyPlan(
        tuple((name, tuple(asked), tuple(out)) for name, (asked, out, _) in sections.items()),
        np.array(all_rows, np.intp).reshape(-1, 4),
        canonical,
        tuple(missing),
        unreadable,
    )


def read_analogies(source: FileSource | File) -> Iterator[tuple[str, list[str] | None]]:
    """Yield section and words of each line; None in place of words where a section begins."""
    section = "questions"
    with as_file(source).open() as stream:
        for number, line in enumerate(stream):
            text = line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace")
            if text.startswith(": "):
                section = text.lstrip(": ").strip()
                yield section, None
            elif words := text.split():
                yield section, words


def vocabulary(
    space: EmbeddingSpace, restrict_vocab: int | None, *, case_insensitive: bool
) -> tuple[dict[str, int], Rows]:
    """Return the row of each word, and for each row the one that stands for its word."""
    if restrict_vocab is not None and restrict_vocab < 1:
        raise QueryError(f"restrict_vocab is {restrict_vocab}: at least one word must be left.")
    labels: Sequence[str] = space.labels[:restrict_vocab]
    if case_insensitive:
        labels = [label.upper() for label in labels]
    row_of = dict(zip(reversed(labels), range(len(labels) - 1, -1, -1), strict=True))
    return row_of, np.fromiter((row_of[label] for label in labels), np.intp, len(labels))


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
    norms = np.linalg.norm(vectors, axis=1)
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
    vectors_path: str,
    canonical: Rows,
    questions: Rows,
    method: str,
    report: Report = no_report,
) -> Rows:
    """Answer questions on a worker, which maps the vectors of a `.npy` file into memory."""
    vectors = np.load(Path(vectors_path), mmap_mode="r", allow_pickle=False)
    return predict(vectors, canonical, questions, method, report)


def start_evaluation(
    jobs: Jobs, key: str, space: EmbeddingSpace, plan: AnalogyPlan, method: str
) -> Job:
    """Start to answer the questions outside the web process, or join who is doing so."""
    path = str(vectors_file(space))
    return jobs.submit(key, predict_file, path, plan.canonical, plan.questions, method)


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


# --- judged pairs --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SimilarityReport:
    """How a space's cosine similarities go with people's judgements.

    Attributes
    ----------
    pairs
        The pairs that the space has: word, word, judgement, cosine similarity.
    skipped
        The pairs that hold a word the space does not have.
    spearman, spearman_p, pearson, pearson_p
        Correlations, -1 to 1, with their two-sided p-values.
    unreadable
        How many lines were no pair and number.
    """

    pairs: tuple[tuple[str, str, float, float], ...]
    skipped: tuple[tuple[str, str], ...]
    spearman: float
    spearman_p: float
    pearson: float
    pearson_p: float
    unreadable: int = 0

    @property
    def missing_share(self) -> float:
        """Share of the pairs that were skipped, 0 to 1."""
        return len(self.skipped) / (len(self.skipped) + len(self.pairs))

    def to_arrow(self) -> pa.Table:
        """Return the pairs as a table, with the place of each by people and by the space."""
        from scipy.stats import rankdata

        words, others, judged, cosines = zip(*self.pairs, strict=True)
        by_people = rankdata(-np.array(judged))
        by_space = rankdata(-np.array(cosines))
        return pa.table(
            {
                "word": words,
                "other word": others,
                "people": judged,
                "cosine similarity": cosines,
                "place by people": by_people,
                "place by cosine": by_space,
                "apart": np.abs(by_people - by_space),
            }
        )


def evaluate_similarity(
    space: EmbeddingSpace,
    source: FileSource | File,
    *,
    restrict_vocab: int | None = RESTRICT_VOCAB,
    case_insensitive: bool = True,
) -> SimilarityReport:
    """Compare cosine similarities with people's judgements of word pairs.

    The correlations are those of gensim's `evaluate_word_pairs`, with the same restriction and
    the same rule for case.

    Parameters
    ----------
    space
        The space to test.
    source
        A file of lines 'word TAB word TAB number', or its content as bytes, such as WordSim-353
        (Finkelstein et al. 2002) or SimLex-999 (Hill, Reichart & Korhonen 2015); lines
        that begin with '#' are remarks.
    restrict_vocab, case_insensitive
        As in `evaluate_analogies`.

    Raises
    ------
    ParseError
        The file holds no pairs.
    QueryError
        The space has fewer than three of its pairs.
    """
    from scipy.stats import pearsonr, spearmanr

    row_of, _ = vocabulary(space, restrict_vocab, case_insensitive=case_insensitive)
    found: list[tuple[str, str, float, int, int]] = []
    skipped, unreadable = [], 0
    for pair in read_pairs(source):
        if pair is None:
            unreadable += 1
            continue
        word, other, judged = pair
        rows = [row_of.get(one.upper() if case_insensitive else one) for one in (word, other)]
        if rows[0] is None or rows[1] is None:
            skipped.append((word, other))
        else:
            found.append((word, other, judged, rows[0], rows[1]))
    if not found and not skipped:
        raise ParseError(
            "The file holds no judged pairs. Each line needs two words and a number, "
            "with tabs between them."
        )
    if len(found) < 3:
        raise QueryError(
            f"{space.name} has {len(found)} of the {len(found) + len(skipped):,} pairs: too few to "
            "compare. Use a space of the same language."
        )
    first = np.array([row for *_, row, _ in found])
    last = np.array([row for *_, row in found])
    cosines = np.einsum(
        "ij,ij->i",
        unit_rows(space.vectors[first], space.norms[first]),
        unit_rows(space.vectors[last], space.norms[last]),
    )
    judged_by_people = [judged for _, _, judged, _, _ in found]
    spearman = spearmanr(judged_by_people, cosines)
    pearson = pearsonr(judged_by_people, cosines)
    return SimilarityReport(
        tuple(
            (word, other, judged, float(cosine))
            for (word, other, judged, _, _), cosine in zip(found, cosines, strict=True)
        ),
        tuple(skipped),
        float(spearman.statistic),
        float(spearman.pvalue),
        float(pearson.statistic),
        float(pearson.pvalue),
        unreadable,
    )


def read_pairs(source: FileSource | File) -> Iterator[tuple[str, str, float] | None]:
    """Yield two words and a number of each line; None for a line that is not that."""
    with as_file(source).open() as stream:
        for number, line in enumerate(stream):
            text = line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace")
            if text.startswith("#") or not text.strip():
                continue
            fields = text.rstrip("\r\n").split("\t")
            try:
                word, other, judged = fields
                yield word, other, float(judged)
            except ValueError:
                yield None
