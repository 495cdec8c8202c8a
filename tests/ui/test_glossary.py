"""The glossary: which words are marked, and that users' labels are not."""

from __future__ import annotations

import re

import pytest

from explorer.glossary import EVERYDAY, TERMS
from explorer.ui.shell.glossary import PATTERN
from explorer.ui.shell.plain import WORD_JOINER, plain

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


def test_a_users_label_is_no_term() -> None:
    for label in ("vector", "Loss of a seed", "k-means cluster"):
        shown = plain(label)
        assert not re.search(PATTERN, shown)
        assert shown.replace(WORD_JOINER, "").replace("\\", "") == label
