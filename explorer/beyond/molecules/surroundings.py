"""What an atom is and what it is bound to, in words: “OH on aromatic C”."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.molecules.molecules import Chemistry, symbol

BONDS = ("–", "=", "≡", "~")  # single, double, triple, aromatic
SIGNS = {0: "", 1: "+", -1: "−"}


def element_names(chemistry: Chemistry) -> NDArray[np.object_]:
    """Return each atom's element symbol."""
    symbols = np.array([symbol(number) for number in range(120)], dtype=object)
    found: NDArray[np.object_] = symbols[chemistry.atoms[:, 0]]
    return found


def surroundings(chemistry: Chemistry) -> NDArray[np.object_]:
    """Return each atom with its hydrogens, then its neighbors by bond: “OH –C (aromatic)”.

    Aromatic atoms are written small, as in SMILES: “c”.
    """
    elements = element_names(chemistry)
    small = chemistry.atoms[:, 4] == 1
    written = np.where(small, [name.lower() for name in elements], elements)
    near: list[list[str]] = [[] for _ in written]
    before = np.repeat(chemistry.atom_starts[:-1], np.diff(chemistry.bond_starts))
    for (begin, end), start, kind in zip(
        chemistry.bonds[:, :2].tolist(),
        before.tolist(),
        chemistry.bonds[:, 2].tolist(),
        strict=True,
    ):
        near[start + begin].append(BONDS[kind] + written[start + end])
        near[start + end].append(BONDS[kind] + written[start + begin])
    found = []
    for name, atom, neighbors in zip(written, chemistry.atoms.tolist(), near, strict=True):
        hydrogens = "" if not atom[3] else "H" if atom[3] == 1 else f"H{atom[3]}"
        charge = SIGNS.get(atom[2], f"{atom[2]:+d}")
        found.append(" ".join([f"{name}{hydrogens}{charge}", *sorted(neighbors)]))
    return np.array(found, dtype=object)
