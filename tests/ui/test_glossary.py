"""The glossary: which words are marked."""

from __future__ import annotations

import re

import pytest

from explorer.glossary import EVERYDAY, TERMS
from explorer.ui.shell.glossary import PATTERN

NEEDED = (
    "PC, variance, seed, token, gradient, loss, logsigmoid, padding, segment, layer norm, head, "
    "[CLS], silhouette, cosine, embedding, dimension, vector, projection, UMAP, t-SNE, PCA, "
    "neighbor, cluster, trustworthiness, perplexity, one-hot, attention, query, key, value, epoch, "
    "negative sampling, softmax, bias, recall, index, TF-IDF"
)


@pytest.mark.parametrize("term", NEEDED.split(", "))
def test_each_term_has_one_sentence(term: str) -> None:
    told = TERMS[term]
    assert told.endswith(".")
    assert len(told) <= 170
    assert ". " not in told


def test_terms_are_found_as_they_are_written_and_nothing_else() -> None:
    found = re.findall(PATTERN, "Seeds, a cosine similarity, [CLS], PCs; Pca, unseeded, my head")
    assert found == ["Seeds", "cosine similarity", "[CLS]", "PCs"]
    assert TERMS.keys() >= EVERYDAY
