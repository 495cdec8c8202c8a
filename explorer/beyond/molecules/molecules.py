"""Molecules: many of them as arrays, with a measured property; and how they are divided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from explorer.errors import TrainingError
from explorer.space import EmbeddingSpace, Source
from explorer.sparse import SparseSpace
from explorer.wording import count

MOST_MOLECULES = 10_000
FEWEST = 50  # a tenth of them, by which is judged, are five
MORGAN_BITS = 2048
DESCRIPTOR_NAMES = (
    "weight",
    "logP",
    "polar surface",
    "hydrogen donors",
    "hydrogen acceptors",
    "rotatable bonds",
    "aromatic rings",
    "sp3 carbons",
)
ATOM_COLUMNS = ("element", "degree", "charge", "hydrogens", "aromatic", "ring", "hybridization")
BOND_COLUMNS = ("begin", "end", "kind", "conjugated", "ring", "order", "wedge")
LOGP = DESCRIPTOR_NAMES.index("logP")
WEIGHT = DESCRIPTOR_NAMES.index("weight")
PERIODIC_TABLE = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br
Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er
Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md
No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
"""
ELEMENTS = PERIODIC_TABLE.split()

Rows = NDArray[np.int64]


def symbol(number: int) -> str:
    """Return an element's symbol by its atomic number; "*" for an atom of no element."""
    return ELEMENTS[number - 1] if 0 < number <= len(ELEMENTS) else "*"


class Structure(NamedTuple):
    """One molecule's atoms (n, ATOM_COLUMNS), bonds (m, BOND_COLUMNS) and places (n, 2)."""

    atoms: NDArray[np.int16]
    bonds: NDArray[np.int16]
    places: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Chemistry:
    """Molecules without names or values: what RDKit says of each, all in a few arrays.

    Attributes
    ----------
    smiles, scaffolds
        n canonical SMILES; those of their ring systems, "" without rings.
    atoms, places
        (number of atoms, ATOM_COLUMNS) and (number of atoms, 2), molecule after molecule.
    atom_starts
        (n + 1): where each molecule's atoms begin.
    bonds
        (number of bonds, BOND_COLUMNS); begin and end count from the molecule's first atom.
    bond_starts
        (n + 1)
    bits, bit_starts
        The set bits of each Morgan fingerprint, and where each molecule's begin (n + 1).
    descriptors
        (n, DESCRIPTOR_NAMES)
    """

    smiles: tuple[str, ...]
    scaffolds: tuple[str, ...]
    atoms: NDArray[np.int16]
    places: NDArray[np.float32]
    atom_starts: Rows
    bonds: NDArray[np.int16]
    bond_starts: Rows
    bits: NDArray[np.int32]
    bit_starts: Rows
    descriptors: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.smiles)

    def structure(self, row: int) -> Structure:
        """Return what is needed to draw a molecule."""
        atoms = slice(self.atom_starts[row], self.atom_starts[row + 1])
        bonds = slice(self.bond_starts[row], self.bond_starts[row + 1])
        return Structure(self.atoms[atoms], self.bonds[bonds], self.places[atoms])

    def take(self, rows: Rows) -> Chemistry:
        """Return some of the molecules."""
        chosen = np.asarray(rows, dtype=np.int64)
        atoms, atom_starts = taken(self.atom_starts, chosen)
        bonds, bond_starts = taken(self.bond_starts, chosen)
        bits, bit_starts = taken(self.bit_starts, chosen)
        return Chemistry(
            tuple(self.smiles[row] for row in chosen),
            tuple(self.scaffolds[row] for row in chosen),
            self.atoms[atoms],
            self.places[atoms],
            atom_starts,
            self.bonds[bonds],
            bond_starts,
            self.bits[bits],
            bit_starts,
            self.descriptors[chosen],
        )

    @cached_property
    def morgan(self) -> sparse.csr_array:
        """(n, MORGAN_BITS) of ones: which surroundings of atoms occur (Rogers & Hahn 2010)."""
        ones = np.ones(len(self.bits), dtype=np.float32)
        starts = self.bit_starts.astype(np.int32)  # scikit-learn's trees take no wider ones
        return sparse.csr_array((ones, self.bits, starts), shape=(len(self), MORGAN_BITS))


def taken(starts: Rows, rows: Rows) -> tuple[Rows, Rows]:
    """Return the places of some rows' parts in a flat array, and where each row's begin then."""
    sizes = starts[rows + 1] - starts[rows]
    new = np.concatenate([[0], np.cumsum(sizes)])
    places = np.arange(new[-1]) - np.repeat(new[:-1], sizes) + np.repeat(starts[rows], sizes)
    return places, new


@dataclass(frozen=True, eq=False)
class Molecules:
    """Named molecules with a measured property.

    Attributes
    ----------
    name, property
        What the table and its measured column are called.
    labels
        n names, each once.
    chemistry
        What RDKit says of them.
    values
        (n,) float64: the property as it was measured.
    given
        (n,) bool: which ones the table keeps to judge by; all false where it says nothing.
    notes
        What was left out or changed, as sentences.
    """

    name: str
    property: str
    labels: tuple[str, ...]
    chemistry: Chemistry
    values: NDArray[np.float64]
    given: NDArray[np.bool_]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self) < FEWEST:
            raise TrainingError(
                f"{count(len(self), 'molecule')} can be used. At least {FEWEST} are needed: some "
                "to learn from, some to judge by." + (f" {self.notes[0]}" if self.notes else "")
            )
        if len(self) > MOST_MOLECULES:
            raise too_many(f"{len(self):,}")
        if not np.ptp(self.values):
            raise TrainingError(
                f"“{self.property}” is {self.values[0]:g} for every molecule. A property that "
                "differs is needed: choose another column."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each name, in lower case."""
        return {label.lower(): row for row, label in reversed(list(enumerate(self.labels)))}

    @cached_property
    def digest(self) -> str:
        """A hash of all content, 32 hex digits."""
        hasher = hashlib.blake2b(digest_size=16)
        hasher.update(
            repr(
                (self.name, self.property, self.labels, self.chemistry.smiles, self.notes)
            ).encode()
        )
        hasher.update(self.values.tobytes())
        hasher.update(self.given.tobytes())
        return hasher.hexdigest()

    def metadata(self) -> pa.Table:
        """Return the columns that every space of these molecules carries."""
        described = {
            name: pa.array(self.chemistry.descriptors[:, column])
            for column, name in enumerate(DESCRIPTOR_NAMES)
        }
        columns = {self.property: pa.array(self.values), "smiles": list(self.chemistry.smiles)}
        return pa.table({**columns, **{k: v for k, v in described.items() if k not in columns}})

    def morgan_space(self) -> SparseSpace:
        """Return the Morgan fingerprints as a sparse space of MORGAN_BITS dimensions."""
        return SparseSpace(
            self.labels,
            self.chemistry.morgan,
            name=f"{self.name}, Morgan fingerprint",
            metadata=self.metadata(),
            source=Source(self.name, "Morgan fingerprint, radius 2 (RDKit)"),
        )

    def descriptor_space(self) -> EmbeddingSpace:
        """Return the eight descriptors as a space, each with mean 0 and standard deviation 1."""
        return EmbeddingSpace(
            self.labels,
            standardized(self.chemistry.descriptors),
            name=f"{self.name}, eight descriptors",
            metadata=self.metadata(),
            source=Source(self.name, "eight descriptors (RDKit), standardized"),
        )


def standardized(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return columns with mean 0 and standard deviation 1; constant ones become 0."""
    spread = values.std(axis=0)
    found: NDArray[np.float64] = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return found


def too_many(told: str) -> TrainingError:
    """Return the error that says how many molecules there may be."""
    return TrainingError(
        f"{told} molecules. Up to {MOST_MOLECULES:,} can be learned here: take a part of them."
    )
