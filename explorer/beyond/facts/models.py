"""Four ways to score a fact: each moves the head by the relation and compares with the tail.

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
    sharpness
        A distance model's score is minus the distance, times this: so far must a wrong answer lie
        from the right place for the softmax to give it up. None where the score is a dot product.
    width, relation_width
        How many numbers an entity and a relation have for each dimension: a complex number has two.
    has_angles
        Whether a relation's numbers are angles in radians.
    """

    title: str
    source: str
    idea: str
    forward: Move
    backward: Move
    sharpness: float | None = None
    width: int = 1
    relation_width: int = 1
    has_angles: bool = False

    @property
    def is_distance(self) -> bool:
        """Whether an answer is scored by its distance, or else by its dot product."""
        return self.sharpness is not None

    def scores(self, wanted: Tensor, table: Tensor) -> Tensor:
        """Return the score of each row of a table (m, width) for each wanted place: (n, m)."""
        import torch

        if self.sharpness is not None:
            return -self.sharpness * torch.cdist(wanted, table)
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
        sharpness=4.0,
    ),
    "distmult": Model(
        "DistMult",
        "Yang et al. 2015",
        "A relation weighs the dimensions: head and tail must agree where it counts.",
        weigh,
        weigh,
    ),
    "complex": Model(
        "ComplEx",
        "Trouillon et al. 2016",
        "As DistMult, in complex numbers, so that head and tail are not interchangeable.",
        multiply,
        multiply_conjugate,
        width=2,
        relation_width=2,
    ),
    "rotate": Model(
        "RotatE",
        "Sun et al. 2019",
        "A relation turns each pair of numbers by an angle of its own.",
        turn,
        turn_back,
        sharpness=1.0,
        width=2,
        has_angles=True,
    ),
}
