"""The findings: each gives every row a value, and a condition that picks the rows concerned."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from explorer.checks import hubs, outliers
from explorer.checks.agreement import DOUBTFUL, Agreement, Coded, agreement, coded
from explorer.checks.duplicates import check_parts, nearest_in_another
from explorer.checks.measured import K, Measured, measure
from explorer.conditions import quoted
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace
from explorer.wording import count

PREFIX = "check_"  # of the columns' names
LABELS, SPLIT = "labels", "split"  # what a finding needs
# Times the median distance to the nearest other row; chosen on seeds 100 to 104
NEAR = {"cosine": 0.2, "euclidean": 0.2**0.5}

Values = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found in a space.

    Attributes
    ----------
    measured
        The neighbor graph and what follows from it alone.
    same_label
        (n,) how many rows have the row's label, itself among them.
    agreement
        What the neighbors say of the labels in a chosen column; None where none was chosen.
    split, elsewhere
        A chosen column that divides the rows into parts, and each row's distance to the nearest
        row of another part, (n,) float32 with NaN; None where none was chosen.
    """

    measured: Measured
    same_label: NDArray[np.int64]
    agreement: Agreement | None = None
    split: Coded | None = None
    elsewhere: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.measured)

    @property
    def duplicates(self) -> NDArray[np.intp]:
        """(m, 2) pairs of rows: equal vectors first, then near duplicates, the nearest first."""
        return np.concatenate([equal_pairs(self.measured), near_pairs(self, near_bound(self))])

    @property
    def outliers(self) -> NDArray[np.float32]:
        """(n,) float32, the local outlier factor: higher is farther."""
        return self.measured.outlier

    @property
    def doubtful(self) -> NDArray[np.float32] | None:
        """(n,) float32, −1 to 1: higher is likelier a wrong label; None without a label column."""
        return None if self.agreement is None else self.agreement.doubt

    def summary(self, bounds: Mapping[str, float] | None = None) -> dict[str, Found]:
        """Return what each finding found, with other bounds than the proposed where given."""
        given = bounds or {}
        return {
            name: found_by(self, name, given.get(name))
            for name, finding in FINDINGS.items()
            if self.chosen(finding.needs) is not None
        }

    def chosen(self, needs: str) -> str | None:
        """Return the name of the column that a finding needs: '' for none, None if not chosen."""
        if needs == LABELS:
            return self.agreement.labels.name if self.agreement else None
        if needs == SPLIT:
            return self.split.name if self.split else None
        return ""

    @cached_property
    def columns(self) -> dict[str, pa.Array]:
        """A column of n values for each finding, by its name; null where NaN."""
        return {found.column: as_column(found.values) for found in self.summary().values()}

    @cached_property
    def skewness(self) -> float:
        """The skewness of the k-occurrence."""
        lists = self.measured.in_lists
        return hubs.skewness(lists[np.isfinite(lists)].astype(np.float64))


@dataclass(frozen=True)
class Finding:
    """One kind of fault.

    Attributes
    ----------
    title
        What it is called.
    column
        The name of its column after `PREFIX`; the chosen column's name follows where it needs one.
    values
        One number a row.
    compare, bound
        A row is concerned where its value `compare`s so with the bound, which is proposed here.
    meaning
        One sentence for a person who reads the number of rows.
    needs
        LABELS, SPLIT, or nothing.
    """

    title: str
    column: str
    values: Callable[[Findings], Values | None]
    compare: str
    bound: Callable[[Findings], float]
    meaning: str
    needs: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """What one finding found.

    Attributes
    ----------
    column, values
        Its column's name and (n,) values.
    bound
        The bound that was used.
    rows
        (m,) intp, the rows concerned, the worst first.
    """

    finding: Finding
    column: str
    values: Values
    bound: float
    rows: NDArray[np.intp] = field(repr=False)

    @property
    def clause(self) -> str:
        """The condition in SQL that picks these rows."""
        number = int(self.bound) if float(self.bound).is_integer() else repr(float(self.bound))
        return f"{quoted(self.column)} {self.finding.compare} {number}"


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}


def near_bound(found: Findings) -> float:
    """Return the distance up to which rows are called near duplicates."""
    known = found.measured.nearest[found.measured.nearest > 0]
    if not len(known):
        return 0.0
    return rounded(NEAR[found.measured.metric] * float(np.median(known)))


def rounded(value: float) -> float:
    """Return a number with three digits, as a condition shows it."""
    return float(f"{value:.3g}")


FINDINGS = {
    "copies": Finding(
        "Equal vectors",
        "copies",
        lambda found: found.measured.copies,
        ">",
        lambda found: 1,
        "Another row has the same vector, number by number.",
    ),
    "near": Finding(
        "Near duplicates",
        "nearest",
        lambda found: found.measured.nearest,
        "<=",
        near_bound,
        "Another row is far nearer than usual, yet not equal.",
    ),
    "same_label": Finding(
        "Equal labels",
        "same_label",
        lambda found: found.same_label,
        ">",
        lambda found: 1,
        "Another row is called the same.",
    ),
    "leak": Finding(
        "In two parts",
        "leak",
        lambda found: found.elsewhere,
        "<=",
        near_bound,
        "An equal or nearly equal row is in another part: a test on it is too easy.",
        SPLIT,
    ),
    "doubt": Finding(
        "Doubtful labels",
        "doubt",
        lambda found: found.doubtful,
        ">=",
        lambda found: DOUBTFUL,
        "Most neighbors agree on another label: this one may be wrong.",
        LABELS,
    ),
    "outliers": Finding(
        "Outliers",
        "outlier",
        lambda found: found.outliers,
        ">",
        lambda found: rounded(outliers.usual_bound(found.outliers)),
        "Their surroundings are far emptier than those of their neighbors.",
    ),
    "lonely": Finding(
        "Lonely points",
        "in_lists",
        lambda found: found.measured.in_lists,
        "=",
        lambda found: 0,
        f"In no other row’s {hubs.K} nearest: a search hardly ever returns them.",
    ),
    "hubs": Finding(
        "Hubs",
        "in_lists",
        lambda found: found.measured.in_lists,
        ">",
        lambda found: hubs.HUB * hubs.K,
        f"In more than {hubs.HUB * hubs.K} rows’ {hubs.K} nearest: searches return them too often.",
    ),
}


def check(
    space: EmbeddingSpace,
    labels: str | None = None,
    split: str | None = None,
    metric: str = "cosine",
    *,
    report: Report = no_report,
) -> Findings:
    """Look for what is wrong with a space: duplicates, leaks, outliers, hubs, doubtful labels.

    Parameters
    ----------
    space
        n vectors.
    labels
        A column of the metadata (or 'label') whose values near rows should share.
    split
        A column that divides the rows into parts, such as train and test.
    metric
        'cosine' or 'euclidean'.
    report
        Told the share done and the step; what it raises stops the work.

    Returns
    -------
    Findings
        `duplicates` are (m, 2) pairs of rows, `outliers` and `doubtful` (n,) float32;
        `summary()` has all of them, each with its rows and its condition.

    Raises
    ------
    QueryError
        The metric is unknown, or a column is not there or cannot be used so; it says why.

    Examples
    --------
    >>> space = EmbeddingSpace(["a", "b", "c", "d"], [[1, 0], [1, 0], [0, 1], [1, 1]])
    >>> check(space).duplicates.tolist()
    [[0, 1]]
    """
    table = space.table()
    # columns are read first: a mistake is told before the long work
    coded_labels = None if labels is None else coded(table, labels)
    coded_split = None if split is None else coded(table, split)
    return conclude(space, measure(space, metric, report), coded_labels, coded_split)


def conclude(
    space: EmbeddingSpace,
    measured: Measured,
    labels: Coded | None = None,
    split: Coded | None = None,
) -> Findings:
    """Return the findings of a space that was measured; raises QueryError for an unfit column."""
    names = pl.Series(space.label_array)
    same = pl.DataFrame({"label": names}).select(pl.len().over("label"))["len"].to_numpy()
    voted = None if labels is None else agreement(measured.neighbors, labels, measured.counted)
    elsewhere = None
    if split is not None:
        check_parts(split.codes, split.texts, split.name)
        elsewhere = nearest_in_another(
            measured.neighbors, measured.distances, measured.copy_of, split.codes
        )
    return Findings(measured, same.astype(np.int64), voted, split, elsewhere)


def found_by(found: Findings, name: str, bound: float | None = None) -> Found:
    """Return what one finding found, by the proposed bound or another."""
    finding = FINDINGS[name]
    values = np.asarray(finding.values(found), np.float64)  # as the condition compares them
    limit = float(finding.bound(found) if bound is None else bound)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(COMPARISONS[finding.compare](values, limit))
    key = values[rows] if finding.compare == "<=" else -values[rows]
    chosen = found.chosen(finding.needs)
    column = f"{PREFIX}{finding.column}" + (f"_{chosen}" if chosen else "")
    return Found(finding, column, values, limit, rows[np.argsort(key, kind="stable")])


def as_column(values: Values) -> pa.Array:
    """Return values as a column: whole numbers where all are, null where NaN."""
    known = values[np.isfinite(values)]
    column = pa.array(values, from_pandas=True)
    whole = len(known) and bool((known == np.floor(known)).all())
    return column.cast(pa.int64()) if whole else column


def equal_pairs(measured: Measured) -> NDArray[np.intp]:
    """Return (m, 2) rows: each copy, after the first row with its vector."""
    later = np.flatnonzero(measured.copy_of != np.arange(len(measured)))
    return np.stack([measured.copy_of[later], later], axis=1).astype(np.intp)


def near_pairs(found: Findings, bound: float) -> NDArray[np.intp]:
    """Return (m, 2) rows: each near duplicate with its nearest other row, the nearest first."""
    measured = found.measured
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(measured.nearest <= bound)
    rows = rows[np.argsort(measured.nearest[rows], kind="stable")]
    pairs = np.sort(np.stack([rows, measured.other[rows].astype(np.intp)], axis=1), axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    unique: NDArray[np.intp] = pairs[np.sort(first)]
    return unique


def notes(space: EmbeddingSpace, results: Findings) -> list[str]:
    """Return what a reader of the findings should know about this space."""
    found = results.measured
    told = [
        f"{note} A missed neighbor can hide a near duplicate; it adds none." for note in found.notes
    ]
    if len(found) <= K:
        told.append(
            f"With {len(found):,} rows, each is compared with all others, and outliers, lonely "
            "points and hubs say little. From some hundred rows on they do."
        )
    zeros = int((space.norms == 0).sum()) if found.metric == "cosine" else 0
    if zeros:
        told.append(
            f"{count(zeros, 'vector holds', 'vectors hold')} only zeros and cannot be compared by "
            "cosine: left out of outliers, hubs and labels."
        )
    if many := int((~found.counted).sum()) - zeros:
        told.append(
            f"{count(many, 'row has', 'rows have')} more than {found.neighbors.shape[1]} equal "
            "ones, which fill the list of neighbors: left out of outliers, hubs and labels."
        )
    return told
