"""Texts to encode: from lines, from a column of a table; cleaned, and told what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from explorer.errors import TextError
from explorer.formats.file import File
from explorer.formats.metadata import is_text
from explorer.wording import count

UNITS = {"line": "\n", "paragraph": "\n\n"}
BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
# All but tab, line feed and carriage return: nobody sees them, and no model was trained on them.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")
TEXT_NAMES = (
    *("text", "sentence", "description", "content", "body", "abstract", "review", "comment"),
    *("message", "summary", "answer", "question"),
)
LABEL_NAMES = ("title", "name", "label")
WORD_ENDS = re.compile(r"[\W_]+")
ROWS_SEEN = 50


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts that can be encoded.

    Attributes
    ----------
    texts
        n texts, none of them empty.
    labels
        n labels: the texts themselves, or another column.
    metadata
        The other columns, n rows, or None.
    notes
        What was left out or repaired, in sentences.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    metadata: pa.Table | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


def prepare(
    texts: Iterable[str | None],
    *,
    labels: Sequence[str] | None = None,
    metadata: pa.Table | None = None,
) -> Texts:
    """Return the texts without empty ones, with what no model or file can hold repaired.

    Raises
    ------
    TextError
        Something is no text, or nothing is left.
    """
    kept, rows = [], []
    repaired = controls = n = 0
    for row, text in enumerate(texts):
        n += 1
        if text is None:
            continue
        if not isinstance(text, str):
            raise TextError(
                f"Text {row + 1:,} is {str(text)[:40]!r}, a {type(text).__name__} and no text. "
                "Give strings: str(value) makes one of anything."
            )
        clean = text
        if SURROGATE.search(clean):  # halves that belong together are joined, others replaced
            repaired += 1
            clean = clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if CONTROL.search(clean):
            controls += 1
            clean = CONTROL.sub(" ", clean)
        clean = clean.strip()
        if clean:
            kept.append(clean)
            rows.append(row)
    if not kept:
        nothing = {0: "nothing was given", 1: "the one line is empty"}
        raise TextError(f"There is no text: {nothing.get(n, f'all {n:,} lines are empty')}.")
    notes = []
    if n > len(kept):
        notes.append(f"{count(n - len(kept), 'empty text was', 'empty texts were')} left out.")
    if repaired:
        notes.append(
            f"{count(repaired, 'text', 'texts')} held half of a character pair; "
            "each such half became “�”."
        )
    if controls:
        notes.append(
            f"{count(controls, 'text', 'texts')} held control characters, which became spaces."
        )
    all_kept = len(rows) == n
    if metadata is not None and not all_kept:
        metadata = metadata.take(pa.array(rows))
    if labels is not None:
        labels = [(labels[row] or "").strip() or text for row, text in zip(rows, kept, strict=True)]
    return Texts(tuple(kept), tuple(labels or kept), metadata, tuple(notes))


def from_text(content: str, unit: str = "line") -> Texts:
    """Return a text's lines or paragraphs; raises TextError where there are none.

    >>> from_text("One.\\n\\nTwo\\nand more.\\n", "paragraph").texts
    ('One.', 'Two and more.')
    """
    plain = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not plain.strip():
        raise TextError("There is no text: nothing but empty lines was given.")
    if unit == "paragraph":
        return prepare(one.replace("\n", " ") for one in BLANK_LINES.split(plain) if one.strip())
    return prepare(plain.removesuffix("\n").split("\n"))


def from_table(table: pa.Table, column: str, label: str | None = None) -> Texts:
    """Return the texts of a column; the others become metadata.

    `label` names the column of labels, the text itself by default. Then the text stays
    among the metadata.
    """
    check_column(table.schema, column)
    if label is not None and label not in table.column_names:
        raise no_column(label, table.column_names)
    left_out = {column} if label in (None, column) else {label}
    others = [name for name in table.column_names if name not in left_out]
    labels = None
    if label not in (None, column):
        labels = ["" if one is None else str(one) for one in table[label].to_pylist()]
    ready = prepare(
        table[column].to_pylist(),
        labels=labels,
        metadata=table.select(others) if others else None,
    )
    if ready.metadata is None or column not in others:
        return ready
    as_read = pa.chunked_array([pa.array(ready.texts, pa.string())])
    place = others.index(column)
    return replace(ready, metadata=ready.metadata.set_column(place, column, as_read))


def text_columns(schema: pa.Schema, sample: pa.Table | None = None) -> list[str]:
    """Return the names of a table's text columns, the likeliest to be read first.

    Those that are called as usual come first, then those with such a name in theirs
    ("review_text"); of the others, the ones with the longest texts, where rows are given.
    """
    names = [field.name for field in schema if is_text(field.type)]
    usual = [name for one in TEXT_NAMES for name in names if name.strip().lower() == one]
    partly = [name for one in TEXT_NAMES for name in names if one in WORD_ENDS.split(name.lower())]
    if sample is not None:
        seen = sample.slice(0, ROWS_SEEN)
        names.sort(key=lambda name: -sum(len(text or "") for text in seen[name].to_pylist()))
    return list(dict.fromkeys((*usual, *partly, *names)))


def label_column(schema: pa.Schema, column: str) -> str | None:
    """Return the column that most likely names the rows of a table, if there is one."""
    names = [name for name in text_columns(schema) if name != column]
    return next((n for one in LABEL_NAMES for n in names if n.strip().lower() == one), None)


def check_column(schema: pa.Schema, column: str) -> None:
    """Raise TextError unless that column is there and holds text."""
    if column not in schema.names:
        raise no_column(column, schema.names)
    kind = schema.field(column).type
    if not is_text(kind):
        texts = ", ".join(f"“{name}”" for name in text_columns(schema)) or "there is none"
        raise TextError(
            f"The column “{column}” holds numbers or dates ({kind}), not text. "
            f"Columns of text: {texts}."
        )


def no_column(name: str, names: Sequence[str]) -> TextError:
    """Return the error for a column that is not there."""
    return TextError(
        f"There is no column “{name}”. The columns are: {', '.join(map(str, names[:20]))}."
    )


def first_column(schema: pa.Schema) -> str:
    """Return the column of texts where nobody chose; raises TextError where there is none."""
    names = text_columns(schema)
    if not names:
        raise TextError(
            f"No column holds text. The columns are: {', '.join(map(str, schema.names[:20]))}."
        )
    return names[0]


def line_batches(file: File, rows: int) -> Iterator[pa.Table]:
    """Yield a text file's lines as tables of one column, `text`."""
    lines: list[str] = []
    with file.open() as stream:
        for line in stream:  # ends at line feeds alone
            lines.append(line.decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r\n"))
            if len(lines) == rows:
                yield pa.table({"text": lines})
                lines = []
    if lines:
        yield pa.table({"text": lines})
