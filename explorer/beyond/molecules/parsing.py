"""SMILES and SDF files in, arrays out: RDKit runs in a process of its own, within bounds.

What a stranger's molecule makes of a large C++ library cannot be foreseen. There it ends a small
process, and a sentence names the molecule.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer import cache
from explorer.beyond.molecules.molecules import MOST_MOLECULES, Chemistry, Rows, too_many
from explorer.beyond.molecules.parser_process import CHEMISTRY, ONE_SECONDS
from explorer.errors import ParseError, QueryError
from explorer.formats.bounds import CHILD_SECONDS, unpacked_bytes
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.isolated import ask, on_disk
from explorer.jobs.progress import Report, no_report

CHEMISTRY_KEPT = cache.Kind("chemistry", 1)
VERSION = 1  # raise it when RDKit or what is read of it changes
TOLD = "told.json"
PROGRAM = "explorer.beyond.molecules.parser_process"
MEMORY = 2 << 30  # bytes; 10,000 molecules take 0.3 GB
SECONDS_EACH = 0.1  # for each molecule so much more; RDKit takes 3 ms on a quiet core
SHOWN_LETTERS = 60  # of a SMILES in a message


@dataclass(frozen=True, eq=False)
class Parsing:
    """What RDKit could read.

    Attributes
    ----------
    rows
        (n,): the places of the readable ones among those given, ascending.
    chemistry
        n molecules.
    unreadable, salts
        By place: why it cannot be read; all parts of a salt, of which the largest was taken.
    """

    rows: Rows
    chemistry: Chemistry | None
    unreadable: Mapping[int, str]
    salts: Mapping[int, str]


def parse_smiles(
    smiles: Sequence[str],
    report: Report = no_report,
    *,
    called: Callable[[int], str] = lambda place: f"molecule {place + 1:,}",
) -> Parsing:
    """Parse SMILES in a process of its own.

    Parameters
    ----------
    called
        What a place is called in a message: “line 12”.

    Raises
    ------
    TrainingError
        There are too many.
    ParseError
        RDKit crashed, or took too long over one.
    """
    if len(smiles) > MOST_MOLECULES:
        raise too_many(f"{len(smiles):,}")
    key = cache.content_key(version=VERSION, smiles=list(smiles))
    found = kept_parsing(key)
    if found is not None:
        return found
    with cache.create(CHEMISTRY_KEPT, key) as folder:
        answer = run(
            {"kind": "smiles", "smiles": list(smiles), "out": str(folder)},
            len(smiles),
            report,
            lambda place: f"{called(place)} (“{smiles[place][:SHOWN_LETTERS]}”)",
        )
        (folder / TOLD).write_text(json.dumps(answer["bad"]), encoding="utf-8")
        return read_parsing(folder)


def kept_parsing(key: str) -> Parsing | None:
    """Return what was parsed before, or None."""
    folder = cache.find(CHEMISTRY_KEPT, key)
    try:
        return None if folder is None else read_parsing(folder)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        cache.discard(CHEMISTRY_KEPT, key)  # broken, or the cache made room a moment ago
        return None


def read_parsing(folder: Path) -> Parsing:
    """Return what was written into a folder."""
    told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
    path = folder / CHEMISTRY
    rows, chemistry = read_arrays(path) if path.exists() else (np.empty(0, np.int64), None)
    return Parsing(
        rows,
        chemistry,
        {place: why for place, kind, why in told if kind == "bad"},
        {place: parts for place, kind, parts in told if kind == "salt"},
    )


def read_arrays(path: Path) -> tuple[Rows, Chemistry]:
    """Return what the process has written."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return arrays.pop("rows"), chemistry_of(arrays)


def chemistry_of(arrays: Mapping[str, Any]) -> Chemistry:
    """Return molecules from their arrays by name."""
    texts = {name: tuple(arrays[name].tolist()) for name in ("smiles", "scaffolds")}
    return Chemistry(**{**arrays, **texts})


def read_sdf(file: File, report: Report = no_report) -> list[dict[str, str]]:
    """Return the records of an SDF file: its fields, “title”, and the SMILES under "".

    The SMILES is "" where RDKit cannot read the record.

    Raises
    ------
    TrainingError
        There are too many.
    ParseError
        RDKit crashed, or took too long over one.
    """
    with on_disk(file) as given:
        answer = run(
            {"kind": "sdf", "path": str(given.path), "most": MOST_MOLECULES + 1},
            MOST_MOLECULES,
            report,
            lambda place: f"record {place + 1:,} of {file.name}",
        )
    records: list[dict[str, str]] = answer["records"]
    if len(records) > MOST_MOLECULES:
        raise too_many(f"More than {MOST_MOLECULES:,}")
    return records


def parse_one(smiles: str) -> Chemistry:
    """Return one SMILES as arrays.

    Raises
    ------
    QueryError
        It cannot be read.
    """
    try:
        found = parse_smiles([smiles], called=lambda place: "This molecule")
    except ParseError as error:
        raise QueryError(str(error)) from error
    if found.chemistry is None:
        raise QueryError(f"“{smiles[:SHOWN_LETTERS]}” {found.unreadable[0]}.")
    return found.chemistry


def run(
    request: dict[str, Any], n: int, report: Report, called: Callable[[int], str]
) -> dict[str, Any]:
    """Have the process do it; raise ParseError, naming the molecule, if it did not end well."""
    at = 0

    def note(message: dict[str, Any]) -> None:
        nonlocal at
        at = int(message["at"])

    answer = ask(
        {**request, "memory": MEMORY, "disk": unpacked_bytes()},
        CHILD_SECONDS + SECONDS_EACH * n,
        Options(report=report),
        program=PROGRAM,
        told=note,
    )
    if answer is None or "done" not in answer:
        raise ParseError(
            f"{called(at)[:1].upper()}{called(at)[1:]} could not be read: RDKit crashed there, "
            f"took longer than {ONE_SECONDS:.0f} s, or needed more than {MEMORY >> 30} GB of "
            "memory. Remove it."
        )
    return answer
