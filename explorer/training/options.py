"""The hyperparameters of a training run, and what they can be; loads no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from explorer.errors import TrainingError


@dataclass(frozen=True)
class TrainingOptions:
    """The hyperparameters; raises TrainingError for one outside its `LIMITS`."""

    dimensions: int = 32
    window: int = 3
    negatives: int = 5
    subsample: float = 0.01
    learning_rate: float = 0.025
    epochs: int = 10
    seed: int = 1

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            low, high = LIMITS[name]
            if not low <= value <= high:
                raise TrainingError(f"{name} is {value:g}; it can be {low:g} to {high:g}.")


LIMITS: dict[str, tuple[float, float]] = {
    "dimensions": (1, 300),
    "window": (1, 20),
    "negatives": (1, 30),
    "subsample": (0, 1),
    "learning_rate": (1e-5, 10),
    "epochs": (1, 200),
    "seed": (0, 2**31 - 1),
}
