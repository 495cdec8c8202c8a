"""Same words, other model."""

from __future__ import annotations

import numpy as np

from explorer import EmbeddingSpace
from explorer.lessons.same_words import across, shared_words


def test_cosines_between_models_say_nothing_until_one_is_turned() -> None:
    random = np.random.default_rng(0)
    words = [f"w{row}" for row in range(120)]
    vectors = random.normal(size=(120, 8))
    turn = np.linalg.qr(random.normal(size=(8, 8)))[0]
    one = EmbeddingSpace(words, vectors, name="one")
    other = EmbeddingSpace(words[::-1], (vectors @ turn)[::-1], name="other")
    found = across(*shared_words(one, other))
    assert abs(found.same.mean()) < 0.2
    assert found.same_turned.mean() > 0.97
    assert abs(found.others_turned.mean()) < 0.1
    strangers = across(one, EmbeddingSpace(words, random.normal(size=(120, 8)), name="stranger"))
    assert abs(strangers.same_turned.mean()) < 0.2  # what is unrelated stays so: no word cheats
