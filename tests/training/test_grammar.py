"""The corpus that is made by a grammar."""

from __future__ import annotations

from collections import Counter

from explorer.training import grammar


def test_equal_seeds_give_equal_corpora() -> None:
    assert grammar.make_corpus(50, 3) == grammar.make_corpus(50, 3)
    assert grammar.make_corpus(50, 3) != grammar.make_corpus(50, 4)


def test_every_word_with_a_class_occurs() -> None:
    counts = Counter(word for one in grammar.make_corpus() for word in one)
    assert min(counts[word] for word in grammar.word_classes()) >= 50


def test_no_word_has_two_classes() -> None:
    words = [word for words in grammar.CLASSES.values() for word in words]
    assert len(words) == len(set(words))


def test_the_control_keeps_counts_and_lengths_and_nothing_else() -> None:
    real, control = grammar.make_corpus(200), grammar.make_corpus(200, shuffled=True)
    flat = [[word for one in corpus for word in one] for corpus in (real, control)]
    assert Counter(flat[0]) == Counter(flat[1])
    assert [len(one) for one in real] == [len(one) for one in control]
    assert flat[0] != flat[1]
