"""How good a common space is: places of the right answers, beside what costs nothing.

The baselines: chance; ridge regression from 16 x 16 pixels to the text's vector; and ConSE
(Norouzi et al. 2014), where a picture is the mean of its likeliest classes' names.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.clip.maps import unit

Floats = NDArray[np.float32]
FIRST = 10  # places that count for recall
CLASSES = 10  # likeliest classes of which ConSE takes the mean: its paper's choice
SHARE = 0.2  # of ConSE in the sum, chosen by validation (docs/pictures.md)
SMALL = 16  # pixels on a side, for the pixel baseline
PENALTIES = (1.0, 10.0, 100.0, 1_000.0, 10_000.0)


def ranks(scores: Floats) -> NDArray[np.float64]:
    """Return the place of each row's right answer, (n,), from scores (n, n); 1 is first.

    The right answer to row i is column i; equal scores share their places.

    >>> ranks(np.array([[0.9, 0.1], [0.8, 0.2]], np.float32)).tolist()
    [1.0, 2.0]
    """
    right = np.diag(scores)[:, None]
    above = (scores > right).sum(axis=1)
    alike = (scores == right).sum(axis=1) - 1
    return np.asarray(1 + above + alike / 2, np.float64)


def recall(found: NDArray[np.float64], k: int = FIRST) -> float:
    """Return the share of right answers among the first k."""
    return float((found <= k).mean())


def chance(n: int, k: int = FIRST) -> float:
    """Return the recall of answers drawn at random among n."""
    return min(1.0, k / n)


def modality_gap(pictures: Floats, texts: Floats) -> float:
    """Return the distance between the means of unit vectors of both kinds (Liang et al. 2022)."""
    return float(np.linalg.norm(pictures.mean(axis=0) - texts.mean(axis=0)))


def conse(probabilities: Floats, classes: Floats, most: int = CLASSES) -> Floats:
    """Return where pictures lie among texts, (n, t): the mean of their likeliest classes' names.

    Parameters
    ----------
    probabilities
        (n, c): how likely each class is.
    classes
        (c, t): the vectors of the classes' names.
    most
        How many classes count.
    """
    most = min(most, probabilities.shape[1])
    least = np.partition(probabilities, -most, axis=1)[:, [-most]]
    return unit(np.where(probabilities >= least, probabilities, 0) @ classes)


def summed(ours: Floats, other: Floats, share: float = SHARE) -> Floats:
    """Return the sum of two tables of cosines, each divided by its own spread."""
    total = ours / max(float(ours.std()), 1e-9) + share * other / max(float(other.std()), 1e-9)
    return np.asarray(total, np.float32)


def small_pixels(thumbnails: Sequence[bytes]) -> Floats:
    """Return pictures of our own as 16 x 16 pixels in one line, (n, 768) from 0 to 1."""
    from PIL import Image

    made = np.zeros((len(thumbnails), SMALL * SMALL * 3), np.float32)
    for row, data in enumerate(thumbnails):
        with Image.open(io.BytesIO(data)) as picture:
            small = picture.convert("RGB").resize((SMALL, SMALL), Image.Resampling.BOX)
        made[row] = np.asarray(small, np.float32).ravel() / 255
    return made


def pixel_ridge(
    pixels: Floats, texts: Floats, trained: NDArray[np.intp], valid: NDArray[np.intp]
) -> Floats:
    """Return where ridge regression puts each picture among the texts, (n, t).

    Parameters
    ----------
    pixels, texts
        (n, p) and (n, t).
    trained, valid
        Rows to learn from, and to choose the penalty by.
    """
    from sklearn.linear_model import Ridge

    best: tuple[float, Floats] | None = None
    for penalty in PENALTIES:
        model = Ridge(penalty).fit(pixels[trained], texts[trained])
        made = unit(np.asarray(model.predict(pixels), np.float32))
        found = recall(ranks(unit(texts[valid]) @ made[valid].T))
        if best is None or found > best[0]:
            best = found, made
    assert best is not None
    return best[1]
