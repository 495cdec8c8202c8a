"""Four ways to say that a fact holds: each moves the head by the relation, and compares with the tail.

All four are one idea in two parts. `forward` says where the tail should be, given head and
relation; `backward` says where the head should be, given tail and relation. How well an entity
answers is how close its vector comes: by a distance, or by a dot product. So a question is answered
by one matrix product with all entities. MODELS, the table at the end, has an entry for each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    Move = Callable[[Tensor, Tensor], Tensor]

MARGIN = 9.0  # a distance model's score is this minus the distance (Sun et al. 2019)


@dataclass(frozen=True)
class Model:
    """A way to score facts.

    Attributes
    ----------
    title, source
        Its name on screen, and the paper.
    idea
        What a relation does, in a sentence for students.
    forward, backward
        Where the tail should be for heads (n, width), and the head for tails (n, width), given
        relations (n, relation width).
    is_distance
        Whether an answer is scored by its distance, or else by its dot product.
    width, relation_width
        How many numbers an entity and a relation have for each dimension: a complex number has two.
    """

    title: str
    source: str
    idea: str
    forward: Move
    backward: Move
    is_distance: bool
    width: int = 1
    relation_width: int = 1

    def pairs(self, wanted: Tensor, found: Tensor) -> Tensor:
        """Return the score of each pair of rows (n,), both (n, width)."""
        if self.is_distance:
            return MARGIN - (wanted - found).norm(dim=-1)
        return (wanted * found).sum(dim=-1)

    def against(self, wanted: Tensor, table: Tensor) -> Tensor:
        """Return the score of every row of a table (m, width) for each wanted one: (n, m)."""
        import torch

        if self.is_distance:
            return MARGIN - torch.cdist(wanted, table)
        return wanted @ table.T


def add(entity: Tensor, relation: Tensor) -> Tensor:
    """Go the relation's step."""
    return entity + relation


def subtract(entity: Tensor, relation: Tensor) -> Tensor:
    """Go the relation's step back."""
    return entity - relation


def weigh(entity: Tensor, relation: Tensor) -> Tensor:
    """Weigh each dimension: the same for heads and for tails."""
    return entity * relation


def multiply(entity: Tensor, relation: Tensor) -> Tensor:
    """Multiply complex numbers: rows hold the real parts, then the imaginary ones."""
    import torch

    (a, b), (c, d) = entity.chunk(2, dim=-1), relation.chunk(2, dim=-1)
    return torch.cat([a * c - b * d, a * d + b * c], dim=-1)


def multiply_conjugate(entity: Tensor, relation: Tensor) -> Tensor:
    """Multiply by the relation's complex conjugate."""
    import torch

    real, imaginary = relation.chunk(2, dim=-1)
    return multiply(entity, torch.cat([real, -imaginary], dim=-1))


def turn(entity: Tensor, relation: Tensor) -> Tensor:
    """Turn each complex number by the relation's angle, in radians."""
    import torch

    return multiply(entity, torch.cat([relation.cos(), relation.sin()], dim=-1))


def turn_back(entity: Tensor, relation: Tensor) -> Tensor:
    """Turn each complex number back."""
    return turn(entity, -relation)


MODELS = {
    "transe": Model(
        "TransE",
        "Bordes et al. 2013",
        "A relation is an arrow: head + relation ends near the tail.",
        add,
        subtract,
        is_distance=True,
    ),
    "distmult": Model(
        "DistMult",
        "Yang et al. 2015",
        "A relation weighs the dimensions: head and tail must agree where it counts.",
        weigh,
        weigh,
        is_distance=False,
    ),
    "complex": Model(
        "ComplEx",
        "Trouillon et al. 2016",
        "As DistMult, in complex numbers, so that head and tail are not interchangeable.",
        multiply,
        multiply_conjugate,
        is_distance=False,
        width=2,
        relation_width=2,
    ),
    "rotate": Model(
        "RotatE",
        "Sun et al. 2019",
        "A relation turns each pair of numbers by an angle of its own.",
        turn,
        turn_back,
        is_distance=True,
        width=2,
    ),
}
