"""The process that runs RDKit and ends: `python -m explorer.beyond.molecules.parser_process`.

A request comes as JSON on standard input, progress and the answer go out as lines of JSON on
standard output, arrays are written into a folder. `parsing.py` starts it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from explorer.formats.process_limits import limit

ONE_SECONDS = 10.0  # of processor time for one molecule; RDKit takes milliseconds
TOLD_EVERY = 50  # molecules
CHEMISTRY = "chemistry.npz"


def main() -> None:
    """Do what the request says and answer."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not be taken for an answer

    def tell(**answer: Any) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    request = json.load(sys.stdin)
    from explorer.beyond.molecules import chemistry  # its threads start before memory is bounded

    limit(request["memory"], request["disk"])
    try:
        if request["kind"] == "sdf":
            tell(done=True, records=read_sdf(chemistry, request["path"], request["most"], tell))
        else:
            path = Path(request["out"]) / CHEMISTRY
            tell(done=True, bad=parse_all(chemistry, request["smiles"], path, tell))
    except MemoryError:
        tell(memory=True)
    answers.flush()
    os._exit(0)


def watchdog() -> None:
    """End this process if the next molecule takes too long; the system's clock does it."""
    if hasattr(signal, "setitimer"):  # Windows has none: there the whole process is watched
        signal.setitimer(signal.ITIMER_VIRTUAL, ONE_SECONDS)


def read_sdf(chemistry: Any, path: str, most: int, tell: Any) -> list[dict[str, str]]:
    """Return the records of an SDF file: fields, title, and "" for the SMILES."""
    found = []
    with Path(path).open(encoding="utf-8", errors="replace", newline=None) as lines:
        for number, record in enumerate(chemistry.sdf_records(line.rstrip("\n") for line in lines)):
            if number >= most:
                break
            tell(at=number)
            watchdog()
            record[""] = chemistry.smiles_of_block(record[""])
            found.append(record)
    return found


def parse_all(
    chemistry: Any, smiles: list[str], path: Path, tell: Any
) -> list[tuple[int, str, str]]:
    """Parse SMILES and write the arrays of those that can be read.

    Returns those that cannot as (place, "bad", why), and salts as (place, "salt", all parts).
    """
    told: list[tuple[int, str, str]] = []
    parsed = []
    for place, one in enumerate(smiles):
        tell(at=place)
        if place % TOLD_EVERY == 0:
            tell(share=place / len(smiles), step=f"molecule {place:,} of {len(smiles):,}")
        watchdog()
        try:
            found = chemistry.parse(one)
        except chemistry.UnreadableError as error:
            told.append((place, "bad", str(error)))
            continue
        except (RuntimeError, ValueError) as error:  # RDKit's own, of a molecule it cannot draw
            told.append((place, "bad", f"made RDKit fail: {type(error).__name__}"))
            continue
        if found.salt:
            told.append((place, "salt", found.salt))
        parsed.append((place, found))
    if parsed:
        write(path, parsed)
    return told


def write(path: Path, parsed: list[tuple[int, Any]]) -> None:
    """Write molecules as flat arrays, each beside where its rows begin."""
    found = [one for _, one in parsed]

    def starts(name: str) -> Any:
        return np.cumsum([0, *(len(getattr(one, name)) for one in found)])

    np.savez(
        path,
        rows=np.array([place for place, _ in parsed]),
        smiles=np.array([one.smiles for one in found]),
        scaffolds=np.array([one.scaffold for one in found]),
        atoms=np.concatenate([one.atoms for one in found]),
        places=np.concatenate([one.places for one in found]),
        atom_starts=starts("atoms"),
        bonds=np.concatenate([one.bonds for one in found]),
        bond_starts=starts("bonds"),
        bits=np.concatenate([one.bits for one in found]),
        bit_starts=starts("bits"),
        descriptors=np.stack([one.descriptors for one in found]),
    )


if __name__ == "__main__":
    main()
