"""A message-passing network: atoms tell their neighbors what they are, a few times over.

After each round an atom's vector knows one bond more of its surroundings (GIN with bonds: Xu et
al. 2019, Hu et al. 2020). The sum of a molecule's atom vectors becomes the molecule's vector,
and the prediction is a weighted sum of its numbers. Plain functions of a table of parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.molecules.molecules import Chemistry, Rows, taken

if TYPE_CHECKING:
    import torch

Parameters = dict[str, "torch.Tensor"]

ELEMENTS = (6, 7, 8, 9, 15, 16, 17, 35, 53, 5, 14)  # by atomic number; all others are one more
DEGREES, CHARGES, HYDROGENS, HYBRIDIZATIONS = 6, 3, 5, 7
ATOM_FEATURES = len(ELEMENTS) + 1 + DEGREES + CHARGES + HYDROGENS + 2 + HYBRIDIZATIONS
BOND_KINDS = 4
BOND_FEATURES = BOND_KINDS + 2
TYPICAL_ATOMS = 10.0  # sums over atoms are divided by it, so that they begin near 1
BLOCK = 256  # molecules at once, where nothing is learned


def one_hot(values: NDArray[np.integer], n: int) -> NDArray[np.float32]:
    """Return values from 0 to n - 1 as (len, n) ones; lower and higher ones count as the ends."""
    found: NDArray[np.float32] = np.eye(n, dtype=np.float32)[np.clip(values, 0, n - 1)]
    return found


def atom_features(atoms: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return what the network is told of each atom, (n, ATOM_FEATURES)."""
    known = np.full(200, len(ELEMENTS))
    known[list(ELEMENTS)] = np.arange(len(ELEMENTS))
    element, degree, charge, hydrogens, aromatic, ring, hybridization = atoms.T
    return np.concatenate(
        [
            one_hot(known[element], len(ELEMENTS) + 1),
            one_hot(degree, DEGREES),
            one_hot(charge + 1, CHARGES),
            one_hot(hydrogens, HYDROGENS),
            np.stack([aromatic, ring], axis=1).astype(np.float32),
            one_hot(hybridization, HYBRIDIZATIONS),
        ],
        axis=1,
    )


def bond_features(bonds: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return what the network is told of each bond, (m, BOND_FEATURES)."""
    kinds = one_hot(bonds[:, 2], BOND_KINDS)
    return np.concatenate([kinds, bonds[:, 3:5].astype(np.float32)], axis=1)


@dataclass(frozen=True, eq=False)
class Batch:
    """Some molecules as one graph without bonds between them.

    Attributes
    ----------
    atoms
        (n, ATOM_FEATURES)
    bonds
        (2 m, BOND_FEATURES): each bond twice, once in each direction.
    source, target
        (2 m,): from which atom to which a message goes.
    molecule
        (n,): which molecule each atom is of.
    size
        How many molecules.
    """

    atoms: torch.Tensor
    bonds: torch.Tensor
    source: torch.Tensor
    target: torch.Tensor
    molecule: torch.Tensor
    size: int


class Graphs:
    """Features of all molecules, computed once, from which batches are taken."""

    def __init__(self, chemistry: Chemistry) -> None:
        self.chemistry = chemistry
        self.atoms = atom_features(chemistry.atoms)
        self.bonds = bond_features(chemistry.bonds)

    def batch(self, rows: Rows) -> Batch:
        """Return some molecules as a batch."""
        import torch

        atoms, atom_starts = taken(self.chemistry.atom_starts, rows)
        bonds, bond_starts = taken(self.chemistry.bond_starts, rows)
        before = np.repeat(atom_starts[:-1], np.diff(bond_starts))
        ends = self.chemistry.bonds[bonds, :2].astype(np.int64) + before[:, None]
        told = self.bonds[bonds]
        return Batch(
            torch.from_numpy(self.atoms[atoms]),
            torch.from_numpy(np.concatenate([told, told])),
            torch.from_numpy(np.concatenate([ends[:, 0], ends[:, 1]])),
            torch.from_numpy(np.concatenate([ends[:, 1], ends[:, 0]])),
            torch.from_numpy(np.repeat(np.arange(len(rows)), np.diff(atom_starts))),
            len(rows),
        )


def first_parameters(width: int, layers: int, seed: int) -> Parameters:
    """Return the parameters before the first epoch, by torch's usual rule for linear layers."""
    import torch

    drawn = torch.Generator().manual_seed(seed)
    found: Parameters = {}

    def linear(name: str, inputs: int, outputs: int) -> None:
        bound = inputs**-0.5
        for part, shape in (("weight", (outputs, inputs)), ("bias", (outputs,))):
            found[f"{name} {part}"] = (torch.rand(*shape, generator=drawn) * 2 - 1) * bound

    linear("atom", ATOM_FEATURES, width)
    for layer in range(layers):
        linear(f"bond {layer}", BOND_FEATURES, width)
        found[f"norm {layer} weight"], found[f"norm {layer} bias"] = (
            torch.ones(width),
            torch.zeros(width),
        )
        linear(f"wide {layer}", width, 2 * width)
        linear(f"back {layer}", 2 * width, width)
    linear("read", width, width)
    linear("vector", width, width)
    linear("predict", width, 1)
    return found


def dense(parameters: Parameters, name: str, values: torch.Tensor) -> torch.Tensor:
    """Apply a linear layer."""
    from torch.nn import functional

    return functional.linear(values, parameters[f"{name} weight"], parameters[f"{name} bias"])


def atom_vectors(parameters: Parameters, batch: Batch, layers: int) -> torch.Tensor:
    """Return the (n, width) vectors of atoms after so many rounds of messages."""
    import torch
    from torch.nn import functional

    states = dense(parameters, "atom", batch.atoms)
    for layer in range(layers):
        told = torch.relu(states[batch.source] + dense(parameters, f"bond {layer}", batch.bonds))
        heard = states + torch.zeros_like(states).index_add(0, batch.target, told)
        scale, shift = (parameters[f"norm {layer} {part}"] for part in ("weight", "bias"))
        heard = functional.layer_norm(heard, heard.shape[1:], scale, shift)
        wide = torch.relu(dense(parameters, f"wide {layer}", heard))
        states = states + dense(parameters, f"back {layer}", wide)
    return states


def read_atoms(parameters: Parameters, states: torch.Tensor) -> torch.Tensor:
    """Return what each atom adds to its molecule's sum, (n, width)."""
    import torch

    return torch.relu(dense(parameters, "read", states)) / TYPICAL_ATOMS


def molecule_vectors(parameters: Parameters, sums: torch.Tensor) -> torch.Tensor:
    """Return the (n, width) vectors of molecules from the sums over their atoms."""
    import torch

    return torch.relu(dense(parameters, "vector", sums))


def summed(parts: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the sum over each molecule's atoms."""
    import torch

    return torch.zeros(batch.size, parts.shape[1]).index_add(0, batch.molecule, parts)


def predictions(parameters: Parameters, batch: Batch, layers: int) -> torch.Tensor:
    """Return the standardized property of each molecule, (size,)."""
    parts = read_atoms(parameters, atom_vectors(parameters, batch, layers))
    vectors = molecule_vectors(parameters, summed(parts, batch))
    return dense(parameters, "predict", vectors)[:, 0]


@dataclass(frozen=True, eq=False)
class Seen:
    """What a network makes of molecules.

    Attributes
    ----------
    predictions
        (n,), standardized.
    vectors
        (n, width) float32 of the molecules.
    atoms
        (number of atoms, width) float32: the atoms' vectors after the last round.
    parts
        (number of atoms,): each atom's part in its molecule's prediction, standardized. They add
        up to the prediction less `nothing`.
    nothing
        What the network says of no atoms at all.
    """

    predictions: NDArray[np.float32]
    vectors: NDArray[np.float32]
    atoms: NDArray[np.float32]
    parts: NDArray[np.float32]
    nothing: float


def see(parameters: Parameters, chemistry: Chemistry, layers: int) -> Seen:
    """Return what a network makes of all molecules.

    An atom's part is its share of the way from no atoms to the whole molecule: integrated
    gradients (Sundararajan, Taly & Yan 2017) along the sum over the atoms.
    """
    import torch

    graphs = Graphs(chemistry)
    found: list[tuple[torch.Tensor, ...]] = []
    with torch.inference_mode():
        for start in range(0, len(chemistry), BLOCK):
            batch = graphs.batch(np.arange(start, min(start + BLOCK, len(chemistry))))
            states = atom_vectors(parameters, batch, layers)
            added = read_atoms(parameters, states)
            sums = summed(added, batch)
            vectors = molecule_vectors(parameters, sums)
            slope = slopes(parameters, sums)
            parts = (added * slope[batch.molecule]).sum(dim=1)
            told = dense(parameters, "predict", vectors)[:, 0]
            found.append((told, vectors, states, parts))
        nothing = molecule_vectors(parameters, torch.zeros(1, sums.shape[1]))
        empty = float(dense(parameters, "predict", nothing)[0, 0])
    said, whole, each, share = (torch.cat(one).numpy() for one in zip(*found, strict=True))
    return Seen(said, whole, each, share, empty)


def slopes(parameters: Parameters, sums: torch.Tensor) -> torch.Tensor:
    """Return the mean slope of the prediction on the straight way from 0 to each sum (n, width).

    On it, each number of a molecule's vector is a hinge: zero up to a point, then straight, or
    the other way round. So the share of the way on which it is not zero is known exactly.
    """
    import torch

    bias = parameters["vector bias"]
    end = dense(parameters, "vector", sums)  # where the hinge's argument begins (bias) and ends
    bent = (bias > 0) != (end > 0)
    crossing = torch.where(bent, bias / torch.where(bent, bias - end, 1.0), 0.0)
    both = torch.where(bias > 0, 1.0, 0.0)
    share = torch.where(bent, torch.where(end > 0, 1 - crossing, crossing), both)
    return (share * parameters["predict weight"]) @ parameters["vector weight"]
