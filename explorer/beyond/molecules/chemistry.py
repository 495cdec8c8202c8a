"""All that RDKit does here: SMILES and SDF records become arrays. Runs in a process of its own.

Nothing here draws: RDKit's drawing module (`rdMolDraw2D`) needs X11's libraries, which servers and
slim containers lack. Coordinates come from `rdDepictor`, which needs none (see drawing.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor, rdFingerprintGenerator, rdMolDescriptors
from rdkit.Chem.Scaffolds import MurckoScaffold

from explorer.beyond.molecules.molecules import BOND_COLUMNS, MORGAN_BITS

LONGEST_SMILES = 1_000  # letters
MOST_ATOMS = 150  # of one molecule, hydrogen not counted: larger ones are polymers or proteins
MORGAN_RADIUS = 2
MOST_FIELDS, LONGEST_FIELD = 50, 200  # of one SDF record; letters

KINDS = {  # of bonds
    Chem.BondType.SINGLE: 0,
    Chem.BondType.DOUBLE: 1,
    Chem.BondType.TRIPLE: 2,
    Chem.BondType.AROMATIC: 3,
}
WEDGES = {Chem.BondDir.BEGINWEDGE: 1, Chem.BondDir.BEGINDASH: 2}


class UnreadableError(ValueError):
    """A molecule cannot be used; the message says why, as an end of a sentence."""


@dataclass(frozen=True, eq=False)
class Parsed:
    """One molecule as arrays.

    Attributes
    ----------
    smiles, scaffold
        Canonical; the scaffold is "" without rings (Bemis & Murcko 1996).
    atoms, bonds
        (n, ATOM_COLUMNS) and (m, BOND_COLUMNS) integers.
    places
        (n, 2): where each atom is drawn; a bond is 1.5 long.
    bits
        The set bits of its Morgan fingerprint, ascending.
    descriptors
        As DESCRIPTORS.
    salt
        All parts, where the molecule is the largest of several; else "".
    """

    smiles: str
    scaffold: str
    atoms: NDArray[np.int16]
    bonds: NDArray[np.int16]
    places: NDArray[np.float32]
    bits: NDArray[np.int32]
    descriptors: NDArray[np.float64]
    salt: str


def parse(smiles: str) -> Parsed:
    """Return a SMILES as arrays; of several parts, as a salt has them, the largest.

    Raises
    ------
    UnreadableError
        It is no SMILES, or too large.
    """
    smiles = smiles.strip()
    if not smiles:
        raise UnreadableError("is empty")
    if len(smiles) > LONGEST_SMILES:
        raise UnreadableError(f"has {len(smiles):,} letters; up to {LONGEST_SMILES:,} are read")
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise UnreadableError(f"is no SMILES that RDKit can read{reason(smiles)}")
    return from_molecule(molecule)


def or_none(molecule: Chem.Mol | None) -> Chem.Mol | None:
    """Return it as what it may be: RDKit's stubs do not say that readers return None."""
    return molecule


def reason(smiles: str) -> str:
    """Return why a SMILES cannot be read, as far as RDKit tells: “: atom 1 has too many bonds”."""
    with rdBase.BlockLogs():
        raw = or_none(Chem.MolFromSmiles(smiles, sanitize=False))
        if raw is None:
            return ": its letters, brackets or ring numbers do not fit together"
        problems = Chem.DetectChemistryProblems(raw)
    kinds = {problem.GetType() for problem in problems}
    if "AtomValenceException" in kinds:
        return ": an atom has more bonds than it can have"
    if kinds & {"KekulizeException", "AtomKekulizeException"}:
        return ": the small letters of a ring do not make it aromatic"
    return ""


def from_molecule(whole: Chem.Mol) -> Parsed:
    """Return a molecule of RDKit's as arrays; raises UnreadableError where it is too large."""
    salt = ""
    molecule = whole
    parts = Chem.GetMolFrags(whole, asMols=True, sanitizeFrags=True)
    if len(parts) > 1:
        salt = Chem.MolToSmiles(whole)
        molecule = max(parts, key=lambda one: (one.GetNumHeavyAtoms(), Chem.MolToSmiles(one)))
    heavy = molecule.GetNumHeavyAtoms()
    if not heavy:
        raise UnreadableError("has no atom besides hydrogen")
    if molecule.GetNumAtoms() > MOST_ATOMS:
        raise UnreadableError(f"has {molecule.GetNumAtoms():,} atoms; up to {MOST_ATOMS} are taken")
    smiles = Chem.MolToSmiles(molecule)
    with rdBase.BlockLogs():
        # from its canonical SMILES, so that the same molecule has the same arrays
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise UnreadableError("is not read back from the SMILES that RDKit writes for it")
    scaffold = str(
        MurckoScaffold.MurckoScaffoldSmiles(mol=molecule)  # type: ignore[no-untyped-call]
    )
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=MORGAN_RADIUS, fpSize=MORGAN_BITS)
    bits = np.array(list(generator.GetFingerprint(molecule).GetOnBits()), dtype=np.int32)
    atoms = np.array([atom_row(atom) for atom in molecule.GetAtoms()], dtype=np.int16)
    described = np.array([compute(molecule) for compute in DESCRIPTORS.values()])
    return Parsed(
        smiles, scaffold, atoms, *drawn(molecule), bits, described.astype(np.float64), salt
    )


def atom_row(atom: Chem.Atom) -> list[int]:
    """Return an atom's ATOM_COLUMNS."""
    return [
        atom.GetAtomicNum(),
        atom.GetDegree(),
        atom.GetFormalCharge(),
        atom.GetTotalNumHs(),
        int(atom.GetIsAromatic()),
        int(atom.IsInRing()),
        int(atom.GetHybridization()),
    ]


def drawn(molecule: Chem.Mol) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Return a molecule's bonds (m, BOND_COLUMNS) and the places of its atoms (n, 2)."""
    drawing = Chem.Mol(molecule)
    rdDepictor.Compute2DCoords(drawing)
    conformer = drawing.GetConformer()
    places = np.array(conformer.GetPositions(), dtype=np.float32)[:, :2]
    Chem.Kekulize(drawing)
    Chem.WedgeMolBonds(drawing, conformer)
    orders = {Chem.BondType.DOUBLE: 2, Chem.BondType.TRIPLE: 3}
    rows = [
        [
            shown.GetBeginAtomIdx(),
            shown.GetEndAtomIdx(),
            KINDS.get(bond.GetBondType(), 0),
            int(bond.GetIsConjugated()),
            int(bond.IsInRing()),
            orders.get(shown.GetBondType(), 1),
            WEDGES.get(shown.GetBondDir(), 0),
        ]
        for bond, shown in zip(molecule.GetBonds(), drawing.GetBonds(), strict=True)
    ]
    return np.array(rows, dtype=np.int16).reshape(-1, len(BOND_COLUMNS)), places


def logp(molecule: Chem.Mol) -> float:
    """Return Crippen's estimate of log P: how much more it likes oil than water."""
    return float(rdMolDescriptors.CalcCrippenDescriptors(molecule)[0])


def weight(molecule: Chem.Mol) -> float:
    """Return the average molecular weight in g/mol."""
    return float(rdMolDescriptors._CalcMolWt(molecule))


DESCRIPTORS: dict[str, Any] = {
    "weight": weight,
    "logP": logp,
    "polar surface": rdMolDescriptors.CalcTPSA,
    "hydrogen donors": rdMolDescriptors.CalcNumHBD,
    "hydrogen acceptors": rdMolDescriptors.CalcNumHBA,
    "rotatable bonds": rdMolDescriptors.CalcNumRotatableBonds,
    "aromatic rings": rdMolDescriptors.CalcNumAromaticRings,
    "sp3 carbons": rdMolDescriptors.CalcFractionCSP3,
}


def sdf_records(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the records of an SDF file: the text of each mol block, and its data fields.

    The mol block is under "", the title under "title".
    """
    block: list[str] = []
    for line in lines:
        if line.startswith("$$$$"):
            yield sdf_record(block)
            block = []
        else:
            block.append(line)
    if any(line.strip() for line in block):
        yield sdf_record(block)


def sdf_record(lines: list[str]) -> dict[str, str]:
    """Return the mol block and the data fields of one record."""
    end = next((n for n, line in enumerate(lines) if line.startswith("M  END")), len(lines) - 1)
    found = {"": "\n".join(lines[: end + 1]) + "\n", "title": lines[0].strip() if lines else ""}
    name = ""
    for line in lines[end + 1 :]:
        if line.startswith(">"):
            _, _, rest = line.partition("<")
            name = rest.rpartition(">")[0].strip()
        elif not line.strip():
            name = ""
        elif name and len(found) < MOST_FIELDS:
            found[name] = f"{found.get(name, '')} {line}".strip()[:LONGEST_FIELD]
    return found


def smiles_of_block(block: str) -> str:
    """Return the SMILES of a mol block, or "" where RDKit cannot read it."""
    with rdBase.BlockLogs():
        try:
            molecule = or_none(Chem.MolFromMolBlock(block))
            return Chem.MolToSmiles(molecule) if molecule is not None else ""
        except (RuntimeError, ValueError):  # RDKit's own
            return ""
