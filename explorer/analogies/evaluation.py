"""Analogy benchmarks: how often is the arithmetic right?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.analogies.batch import predict, predict_file
from explorer.errors import ParseError, QueryError
from explorer.formats.file import File, FileSource, as_file
from explorer.jobs.files import ArrayFile
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace

Rows: TypeAlias = NDArray[np.intp]

RESTRICT_VOCAB = 300_000  # gensim's default: rarer words are neither asked nor answered
MISSING = -1  # the row of a word that the vocabulary lacks


class Question(NamedTuple):
    """A is to B as C is to `expected`, spelled as in the file."""

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
        As in the file.
    asked, predicted, is_correct
        The questions whose words are all in the space, its answers, and whether these are right.
    skipped
        The questions with an out-of-vocabulary word.
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
    """The results of an analogy benchmark.

    Attributes
    ----------
    sections
        In the order of the file.
    method
        '3cosadd', '3cosmul' or 'direction'.
    missing
        The out-of-vocabulary words, each once, in the order of the file.
    unreadable
        How many lines are not four words.
    with_inputs
        Share of right answers, 0 to 1, over the questions asked, where the answer may be one of
        the three input words.
    """

    sections: tuple[AnalogySection, ...]
    method: str
    missing: tuple[str, ...]
    unreadable: int = 0
    with_inputs: float = 0.0

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
        Name, asked questions and skipped questions of each.
    questions
        (q, 4) intp: rows of a, b, c and the expected word.
    canonical
        (r,) intp, of the rows that may be answers: the first row with the same label, ignoring
        case unless case counts.
    missing, unreadable
        As in AnalogyReport.
    """

    sections: tuple[tuple[str, tuple[Question, ...], tuple[Question, ...]], ...]
    questions: Rows
    canonical: Rows
    missing: tuple[str, ...]
    unreadable: int

    def report(self, space: EmbeddingSpace, predicted: Rows, method: str) -> AnalogyReport:
        """Return the report, given what `predict` found, (q, 2) intp."""
        is_right = self.canonical[predicted] == self.questions[:, 3:]
        right = is_right[:, 0]
        answers = [space.labels[row] for row in predicted[:, 0].tolist()]
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
        with_inputs = float(is_right[:, 1].mean()) if len(right) else 0.0
        return AnalogyReport(tuple(sections), method, self.missing, self.unreadable, with_inputs)


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

    With the default method, each section's counts equal those of gensim's
    `evaluate_word_analogies`. Questions with out-of-vocabulary words are skipped, as there;
    here the report lists them.

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
        Use only this many first rows, in questions and answers; None uses all.
    case_insensitive
        Treat 'Paris' and 'paris' as one word, with the vector of the first row of either.
    report
        Called with the share done and the step's name; may raise to stop.

    Returns
    -------
    AnalogyReport
        Counts and answers by section; accuracy from 0 to 1, over the questions asked.

    Raises
    ------
    ParseError
        The file holds no line of four words.
    QueryError
        The method is unknown, or `restrict_vocab` is less than 1.

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


def start_evaluation(
    jobs: Jobs, key: str, space: EmbeddingSpace, plan: AnalogyPlan, method: str
) -> Job:
    """Answer the questions in a worker process, or join the job that already does."""
    vectors = ArrayFile.of(space)
    return jobs.submit(key, predict_file, vectors, plan.canonical, plan.questions, method)


def plan_analogies(
    space: EmbeddingSpace,
    source: FileSource | File,
    *,
    restrict_vocab: int | None = RESTRICT_VOCAB,
    case_insensitive: bool = True,
) -> AnalogyPlan:
    """Look up the words of a file's analogies; parameters and errors as `evaluate_analogies`."""
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
    """Yield each line's section and words; None instead of words where a section begins."""
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
    """Return each word's first row, and for each row the first row of its word, (r,) intp."""
    if restrict_vocab is not None and restrict_vocab < 1:
        raise QueryError(f"restrict_vocab is {restrict_vocab}: at least one word must be left.")
    labels: Sequence[str] = space.labels[:restrict_vocab]
    if case_insensitive:
        labels = [label.upper() for label in labels]
    row_of = dict(zip(reversed(labels), range(len(labels) - 1, -1, -1), strict=True))
    return row_of, np.fromiter((row_of[label] for label in labels), np.intp, len(labels))
