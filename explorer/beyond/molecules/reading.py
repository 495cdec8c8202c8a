"""Molecules from files: a table with a column of SMILES, a SMILES file, or SDF.

Tables are read by the formats' own readers and within their bounds, molecules as parsing.py says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.beyond.molecules.molecules import MOST_MOLECULES, Molecules, too_many
from explorer.beyond.molecules.parsing import SHOWN_LETTERS, Parsing, parse_smiles, read_sdf
from explorer.errors import ParseError, TrainingError
from explorer.formats import table
from explorer.formats.encodings import whole_lines
from explorer.formats.file import File
from explorer.formats.whole_table import has_header, read_table, separator_of, unpacked_table
from explorer.jobs.progress import Report, no_report
from explorer.space import is_numeric
from explorer.wording import count

SMILES_FILES, SDF_FILES = (".smi", ".smiles"), (".sdf", ".sd")
USUAL = {  # what columns are called, in lower case, the likeliest first
    "smiles": ("smiles", "canonical_smiles", "canonical smiles", "isomeric_smiles", "structure"),
    "name": ("name", "iupac", "compound", "title", "molecule", "compound id", "id"),
    "property": ("solubility", "logs", "sol", "y", "value", "target", "expt", "activity"),
    "part": ("part", "split", "set", "fold"),
}
HELD_OUT = ("test", "held out", "held-out", "holdout")  # what a row of the part to judge by says
LONGEST_NAME = 100  # letters
TOLD = 5  # bad lines named in a note


@dataclass(frozen=True, eq=False)
class MoleculeTable:
    """A file's table, and what its rows are called in messages.

    Attributes
    ----------
    table
        Its columns; one of them holds SMILES.
    row_word, first
        “line” and 2 where the first row stands in the second line of the file.
    """

    table: pa.Table
    row_word: str
    first: int

    def called(self, row: int) -> str:
        """Return what a row is called: “line 12”."""
        return f"{self.row_word} {row + self.first:,}"


def read_molecule_table(file: File, report: Report = no_report) -> MoleculeTable:
    """Return a file as a table with a column of SMILES.

    Raises
    ------
    ParseError
        It has fewer than two columns, or a record that RDKit cannot bear.
    TrainingError
        There are too many molecules.
    UnknownFormatError, RefusedError
        As `explorer.open_space`.
    """
    plain = unpacked_table(file)
    if plain.suffix in SDF_FILES:
        return from_sdf(plain, report)
    if plain.suffix in SMILES_FILES:
        found = MoleculeTable(read_smiles_file(plain), "line", 1)
    else:
        found = from_table(plain)
    if found.table.num_columns < 2:
        raise ParseError(
            f"{file.name} has {count(found.table.num_columns, 'column')}. Two are needed: the "
            "SMILES of each molecule, and the number that was measured."
        )
    return found


def from_table(file: File) -> MoleculeTable:
    """Return a table by the formats' readers; rows of text files are called by their lines."""
    found = read_table(file)
    if file.suffix not in table.SUFFIXES:
        return MoleculeTable(found, "row", 1)
    return MoleculeTable(found, "line", 1 + has_header(file, separator_of(file)))


def from_sdf(file: File, report: Report) -> MoleculeTable:
    """Return the records of an SDF file as rows: SMILES, title, data fields."""
    records = read_sdf(file, report)
    if not records:
        raise ParseError(f"{file.name} holds no record. Each one ends with a line “$$$$”.")
    fields = dict.fromkeys(name for record in records for name in record if name)
    smiles = "smiles" if "smiles" not in fields else "smiles of the drawing"
    columns: dict[str, list[str | None]] = {smiles: [record[""] for record in records]}
    for name in fields:
        columns[name] = [record.get(name) or None for record in records]
    return MoleculeTable(
        pa.table({name: numbers_if_so(pa.array(cells)) for name, cells in columns.items()}),
        "record",
        1,
    )


def numbers_if_so(column: pa.Array) -> pa.Array:
    """Return a column of texts as numbers where each cell is one."""
    try:
        return pc.cast(pc.utf8_trim_whitespace(column), pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return column


def read_smiles_file(file: File) -> pa.Table:
    """Return a SMILES file: in each line a SMILES, then what belongs to it, by blanks or tabs."""
    rows: list[list[str]] = []
    for block, _ in whole_lines(file):
        lines = block.decode("utf-8", "replace").split("\n")
        for line in lines[:-1] if not lines[-1] else lines:
            rows.append(line.split())
            if len(rows) > MOST_MOLECULES:
                raise too_many(f"More than {MOST_MOLECULES:,}")
    width = min(max((len(row) for row in rows), default=0), len(SMILES_COLUMNS))
    filled = [[*row, *[""] * width][:width] for row in rows]
    columns = {name: [row[n] for row in filled] for n, name in enumerate(SMILES_COLUMNS[:width])}
    return pa.table({name: numbers_if_so(pa.array(cells)) for name, cells in columns.items()})


SMILES_COLUMNS = ("smiles", "second", "third", "fourth")


def usual_column(found: pa.Table, part: str, *, besides: Sequence[str] = ()) -> str | None:
    """Return which column is most likely the SMILES, the name, the property or the part.

    A property is the first column of numbers, if none has a usual name.
    """
    names: list[str] = [name for name in found.column_names if name not in besides]
    by_lower = {name.lower(): name for name in reversed(names)}
    for usual in USUAL[part]:
        if usual in by_lower and (part != "property" or is_numeric(found[by_lower[usual]].type)):
            return by_lower[usual]
    if part == "smiles":
        return next((name for name in names if "smiles" in name.lower()), names[0])
    if part == "property":
        return next((name for name in names if is_numeric(found[name].type)), None)
    return None


def molecules_from_table(
    found: MoleculeTable,
    smiles: str,
    measured: str,
    name: str,
    *,
    named: str | None = None,
    part: str | None = None,
    report: Report = no_report,
) -> Molecules:
    """Return the molecules of a table.

    Parameters
    ----------
    smiles, measured, named, part
        Columns: the SMILES, the property, the names, and which rows are there to judge by (they
        say “test”).
    name
        What the molecules are called as a whole.

    Raises
    ------
    TrainingError
        There are too many or too few, or the property is no column of numbers.
    ParseError
        RDKit crashed, or took too long over one.
    """
    rows = found.table
    if rows.num_rows > MOST_MOLECULES:
        raise too_many(f"{rows.num_rows:,}")
    if smiles == measured:
        raise TrainingError(f"“{smiles}” is both SMILES and property. Choose two columns.")
    values = numbers_of(rows, measured)
    texts = [text or "" for text in pc.cast(rows[smiles], pa.string()).to_pylist()]
    parsing = parse_smiles(texts, report, called=found.called)
    if parsing.chemistry is None:
        raise TrainingError(
            f"No molecule can be read in “{smiles}”: {first_of(found, parsing.unreadable, texts)}. "
            "Choose the column that holds SMILES."
        )
    canonical = parsing.chemistry.smiles
    seen: set[str] = set()
    kept, unmeasured, again = [], [], []
    for place, row in enumerate(parsing.rows.tolist()):
        if not np.isfinite(values[row]):
            unmeasured.append(row)
        elif canonical[place] in seen:
            again.append(row)
        else:
            seen.add(canonical[place])
            kept.append(place)
    chosen = parsing.rows[kept]
    names = names_of(rows, named)
    labels = [names[row] or canonical[place] for place, row in zip(kept, chosen, strict=True)]
    return Molecules(
        name,
        measured,
        told_apart(labels),
        parsing.chemistry.take(np.array(kept, dtype=np.int64)),
        values[chosen],
        held_out(rows, part)[chosen],
        notes_of(found, parsing, texts, (unmeasured, again), measured),
    )


def notes_of(
    found: MoleculeTable,
    parsing: Parsing,
    texts: Sequence[str],
    left_out: tuple[Sequence[int], Sequence[int]],
    measured: str,
) -> tuple[str, ...]:
    """Return a sentence for each thing that was left out or changed.

    `left_out` are the rows without a number and those that repeat an earlier molecule.
    """
    unmeasured, again = left_out
    bad, salts = parsing.unreadable, parsing.salts
    word, words = found.row_word, f"{found.row_word}s"
    told = []
    if bad:
        told.append(
            f"{count(len(bad), f'{word} was', f'{words} were')} left out: "
            f"{first_of(found, bad, texts)}."
        )
    if salts:
        told.append(
            f"{count(len(salts), f'{word} is a salt', f'{words} are salts')} or a mixture "
            f"({listed(found, list(salts))}): the largest part was taken, though what was "
            "measured may be of the whole."
        )
    if unmeasured:
        told.append(
            f"{count(len(unmeasured), f'{word} has', f'{words} have')} no number in “{measured}”: "
            f"left out ({listed(found, unmeasured)})."
        )
    if again:
        told.append(
            f"{count(len(again), f'{word} repeats', f'{words} repeat')} an earlier molecule: "
            f"left out ({listed(found, again)})."
        )
    return tuple(told)


def first_of(found: MoleculeTable, bad: Mapping[int, str], texts: Sequence[str]) -> str:
    """Return the first unreadable rows, each with why it cannot be read."""
    told = [
        f"{found.called(row)} {f'(“{texts[row][:SHOWN_LETTERS]}”) ' if texts[row] else ''}{why}"
        for row, why in list(bad.items())[:TOLD]
    ]
    return "; ".join(told) + (f"; and {len(bad) - TOLD:,} more" if len(bad) > TOLD else "")


def listed(found: MoleculeTable, rows: Sequence[int]) -> str:
    """Return the first of some rows by their numbers: “line 5, 9, 12 and 30 more”."""
    numbers = ", ".join(f"{row + found.first:,}" for row in rows[:TOLD])
    more = f" and {len(rows) - TOLD:,} more" if len(rows) > TOLD else ""
    return f"{found.row_word} {numbers}{more}"


def numbers_of(rows: pa.Table, measured: str) -> NDArray[np.float64]:
    """Return a column as numbers, NaN where a cell holds none."""
    column = rows[measured]
    if not is_numeric(column.type):
        frame = pl.from_arrow(column)
        assert isinstance(frame, pl.Series)
        numbers = frame.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
        if numbers.null_count() == len(numbers):
            raise TrainingError(
                f"“{measured}” holds no numbers. Choose the column with what was measured."
            )
        return numbers.to_numpy().astype(np.float64)
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def names_of(rows: pa.Table, named: str | None) -> list[str]:
    """Return the names in a column, "" where there is none."""
    if named is None:
        return [""] * rows.num_rows
    texts = pc.cast(rows[named], pa.string()).to_pylist()
    return [" ".join((text or "").split())[:LONGEST_NAME] for text in texts]


def told_apart(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels of which each occurs once, whatever its case: the second gets a “(2)”."""
    times: dict[str, int] = {}
    found = []
    for label in labels:
        name = label
        while name.lower() in times:
            times[label.lower()] += 1
            name = f"{label} ({times[label.lower()]})"
        times[name.lower()] = 1
        found.append(name)
    return tuple(found)


def held_out(rows: pa.Table, part: str | None) -> NDArray[np.bool_]:
    """Return which rows a column keeps to judge by: (n,)."""
    if part is None:
        return np.zeros(rows.num_rows, dtype=bool)
    said = [str(cell or "").strip().lower() for cell in rows[part].to_pylist()]
    return np.array([cell in HELD_OUT for cell in said])


def read_molecules(file: File, name: str, report: Report = no_report) -> Molecules:
    """Return the molecules of a file whose columns have their usual names.

    Raises
    ------
    ExplorerError
        As `read_molecule_table` and `molecules_from_table`.
    """
    found = read_molecule_table(file, report)
    smiles = usual_column(found.table, "smiles")
    assert smiles is not None
    measured = usual_column(found.table, "property", besides=[smiles])
    if measured is None:
        raise TrainingError(f"{file.name} has no column of numbers: nothing was measured.")
    return molecules_from_table(
        found,
        smiles,
        measured,
        name,
        named=usual_column(found.table, "name", besides=[smiles, measured]),
        part=usual_column(found.table, "part", besides=[smiles, measured]),
        report=report,
    )
