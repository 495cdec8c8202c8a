"""FileReport: what a look at a file tells before anything big is loaded."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.formats.contents import SHOWN_VALUES, Contents, as_float32, finite_rows
from explorer.pictures.column import marked, picture_columns

SHOWN_ROWS = 5
SHOWN_COLUMNS = 8  # of metadata; the others are named below the preview
UNIT_TOLERANCE = 1e-3
CHARACTERS_SEEN = 20_000
SCRIPT_SHARE = 0.02  # of the letters, from which on a script is named

# The commonest words, which stand at the beginning of a vocabulary sorted by frequency.
COMMON_WORDS = {
    "English": "the of and to in is was for that with as on are by this from be",
    "German": "der die und das den von zu ist mit sich des auf für nicht ein eine dem",
    "French": "le la les des et en du une est dans que pour qui par sur au pas",
    "Spanish": "el los las del que una por con para su como es más pero sus lo",
    "Italian": "il di che la del per una con non è sono della nel alla dei si gli",
    "Portuguese": "o do da em um para com não uma os no se na por mais as dos",
    "Dutch": "de het een van en dat niet op zijn met voor aan er maar om ook",
    "Polish": "w nie na się z do to jest że od po jak przez ale za dla",
    "Russian": "и в не на что с по как это из его но за от для был",
    "Turkish": "ve bir bu da de için ile olarak çok daha olan gibi kadar sonra",
}
WORDS_NEEDED = 5
COMMONEST = 300  # in a large vocabulary, further down, stand the words of all languages


@dataclass(frozen=True)
class Statistics:
    """What a sample of the vectors shows.

    Attributes
    ----------
    rows
        How many vectors were looked at.
    repeated_labels, bad_rows, zero_rows
        How many labels repeat an earlier one; how many vectors hold NaN or infinite
        values; how many hold only zeros.
    norms
        Smallest, median and largest length.
    mean_share
        Length of the mean vector over the mean length: near 0 the vectors point
        everywhere, near 1 all in one direction.
    scripts
        Shares of the letters' scripts, largest first.
    language
        What the commonest words suggest, or None.
    """

    rows: int
    repeated_labels: int
    bad_rows: int
    zero_rows: int
    norms: tuple[float, float, float]
    mean_share: float
    scripts: tuple[tuple[str, float], ...]
    language: str | None

    @property
    def unit_length(self) -> bool:
        """Whether all vectors have length 1."""
        return max(abs(self.norms[0] - 1), abs(self.norms[2] - 1)) < UNIT_TOLERANCE


@dataclass(frozen=True)
class FileReport:
    """What is in a vector file.

    Attributes
    ----------
    rows, dim
        Number of vectors and of dimensions.
    dtype
        The numbers' type as they are stored: 'text', 'float16', ...
    labels_from
        Where the labels come from, in words.
    first_rows
        The first rows as they will be read, under the file's own names: label, metadata
        and the first values.
    statistics
        What a sample shows.
    metadata_columns
        Columns that go along, to color and filter by.
    columns
        Columns that may hold the labels instead.
    numeric_columns
        Columns of numbers, dimensions or not, where a table has few enough to choose among.
    broken
        Whether some vectors hold NaN or infinite values, and can be left out.
    arrays
        Names of the arrays (or columns of vectors, or sheets) to choose from.
    warnings
        What a user should know before opening it.
    format, why
        The recognized format, and how it was recognized.
    """

    rows: int
    dim: int
    dtype: str
    labels_from: str
    first_rows: pa.Table
    statistics: Statistics
    metadata_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    numeric_columns: tuple[str, ...] = ()
    broken: bool = False
    arrays: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    format: str = ""
    why: str = ""

    @property
    def memory(self) -> int:
        """Bytes that the vectors take in memory, as float32."""
        return self.rows * self.dim * 4


def report_on(sample: Contents, format_name: str, why: str, broken: bool = False) -> FileReport:
    """Return the report on a file, from the sample that a look at it gave.

    `broken` tells that vectors outside the sample hold NaN or infinite values.
    """
    vectors = as_float32(sample.vectors)
    labels = sample.label_array().to_pylist()
    statistics = describe(labels, vectors)
    names = sample.metadata.column_names if sample.metadata is not None else ()
    return FileReport(
        rows=sample.rows,
        dim=vectors.shape[1],
        dtype=sample.dtype,
        labels_from=sample.labels_from,
        first_rows=preview(sample),
        statistics=statistics,
        metadata_columns=tuple(names),
        columns=sample.columns,
        numeric_columns=sample.numeric_columns,
        broken=broken or statistics.bad_rows > 0,
        arrays=sample.arrays,
        warnings=sample.notes,
        format=format_name,
        why=why,
    )


def describe(labels: Sequence[str], vectors: NDArray[np.float32]) -> Statistics:
    """Return what a sample of labelled vectors shows."""
    finite = finite_rows(vectors)
    good = vectors[finite].astype(np.float64)
    lengths = np.linalg.norm(good, axis=1) if len(good) else np.zeros(1)
    mean_length = float(lengths.mean())
    center = float(np.linalg.norm(good.mean(axis=0))) if len(good) else 0.0
    return Statistics(
        rows=len(vectors),
        repeated_labels=len(labels) - len(set(labels)),
        bad_rows=int((~finite).sum()),
        zero_rows=int((lengths == 0).sum()) if len(good) else 0,
        norms=(float(lengths.min()), float(np.median(lengths)), float(lengths.max())),
        mean_share=center / mean_length if mean_length else 0.0,
        scripts=scripts(labels),
        language=language(labels),
    )


def scripts(labels: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Return the scripts of the labels' letters with their shares, largest first."""
    letters = [one for one in "".join(labels)[:CHARACTERS_SEEN] if one.isalpha()]
    found: Counter[str] = Counter()
    for letter, times in Counter(letters).items():
        name = unicodedata.name(letter, "OTHER").split(" ", 1)[0].removesuffix("-COMPATIBILITY")
        found[name.capitalize() if name != "CJK" else "Chinese characters"] += times
    total = sum(found.values())
    return tuple(
        (name, times / total) for name, times in found.most_common() if times / total > SCRIPT_SHARE
    )


def language(labels: Sequence[str]) -> str | None:
    """Return the language whose commonest words are among the labels, if one stands out."""
    known = {label.lower().lstrip("\u2581\u0120") for label in labels[:COMMONEST]}
    votes = Counter(
        {name: sum(word in known for word in words.split()) for name, words in COMMON_WORDS.items()}
    )
    (first, most), (_, second) = votes.most_common(2)
    return first if most >= WORDS_NEEDED and most >= 1.5 * second else None


def preview(sample: Contents) -> pa.Table:
    """Return the first rows as a table under the file's names: label, metadata, first values.

    A column of lists is shown as one, columns of numbers one by one.
    """
    vectors = as_float32(sample.vectors[:SHOWN_ROWS])
    rows, dim = vectors.shape
    columns = {sample.label_name or "label": sample.label_array()[:rows].cast(pa.string())}
    pictures = []
    if sample.metadata is not None:
        held = picture_columns(sample.metadata)
        for name in sample.metadata.column_names[:SHOWN_COLUMNS]:
            free = free_name(name, columns)
            columns[free] = sample.metadata[name].slice(0, rows)
            pictures += [free] if name in held else []
    names = sample.vector_names
    if len(names) == 1 and dim > 1:
        columns[free_name(names[0], columns)] = pa.array([brief(row) for row in vectors])
        return marked(pa.table(columns), pictures)
    for axis in range(min(SHOWN_VALUES, dim)):
        name = names[axis] if axis < len(names) else f"value {axis + 1}"
        columns[free_name(name, columns)] = pa.array(vectors[:, axis], pa.float64())
    return marked(pa.table(columns), pictures)


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name, with a space after it where it is taken."""
    while name in taken:
        name += " "
    return name


def brief(vector: NDArray[np.float32]) -> str:
    """Return the first values of a vector, and how many more there are."""
    values = ", ".join(f"{value:.4g}" for value in vector[:SHOWN_VALUES])
    more = len(vector) - SHOWN_VALUES
    return f"{values}, … {more:,} more" if more > 0 else values
