"""Every answer of the lessons that come along is so on the samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from textwrap import dedent

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from explorer import EmbeddingSpace, encode, nearest_neighbors, open_space, project
from explorer.encoding.classical import bag_of_words, one_hot, one_hot_plane
from explorer.lessons.bert import forward, senses
from explorer.lessons.bert.attention import WHO_IS_IT
from explorer.lessons.bert.model import open_bert
from explorer.lessons.bert.tokens import Tokens, tokenize
from explorer.lessons.by_hand.distances import orders
from explorer.lessons.by_hand.head import attend
from explorer.lessons.by_hand.update import read as read_pairs
from explorer.lessons.by_hand.weighing import weigh
from explorer.lessons.distance_matrices import pairwise
from explorer.lessons.embedding_layer import train_step
from explorer.lessons.encoding_cost import encoding_cost
from explorer.lessons.ladder import rank_pairs, read_sentence_pairs, sentences
from explorer.lessons.masked import baselines, training
from explorer.lessons.masked.network import guesses
from explorer.lessons.masked.text import HiddenText, hidden_text
from explorer.lessons.masked.transfer import load as load_transfer
from explorer.lessons.masked.transfer import transfer
from explorer.lessons.measures import measure
from explorer.lessons.plan import Plan
from explorer.lessons.production import NEW_WORDS, words_of_its_own
from explorer.lessons.reading import read_plan
from explorer.lessons.shelf import SHIPPED, files_in, plan_of_file
from explorer.probes.semantic_axis import place_on_axis, removal, semantic_axis, separation
from explorer.probes.weat import Association, association_test, read_word_lists
from explorer.projection.quality import ranks_in_picture
from explorer.projection.stability import projection_stability
from explorer.training import recording
from explorer.training.grammar import FAMILY, ROYALTY
from explorer.ui.axes.examples import ASSOCIATIONS
from explorer.ui.lessons.by_hand.attention import MATRICES, VECTORS
from explorer.ui.lessons.by_hand.distances import START
from explorer.ui.lessons.by_hand.embedding import THINGS
from explorer.ui.lessons.by_hand.word2vec import TEXT as TEXT_TO_READ
from explorer.ui.lessons.by_hand.words import SENTENCES
from explorer.ui.lessons.ladder import TEXTS
from explorer.ui.shell.navigation import PAGES
from tests.conftest import ROOT

SAMPLES = ("words", "books")
BANK = ("She sat on the river bank.", "The bank raised its rates.")
MODEL = "all-MiniLM-L6-v2"
WOMEN = {pair.female for pair in (*ROYALTY, *FAMILY)}


def read(name: str) -> Plan:
    plan = plan_of_file(files_in(SHIPPED)[name], PAGES, SAMPLES.__contains__)
    assert isinstance(plan, Plan), plan
    return plan


PLANS = {name: read(name) for name in files_in(SHIPPED)}
QUESTIONS = {
    f"{name} {number}": (step.question, step.address.get("space", "words"))
    for name, plan in PLANS.items()
    for number, step in enumerate(plan.steps, 1)
    if step.question is not None
}


@cache
def sample(name: str) -> EmbeddingSpace:
    return open_space(ROOT / "sample_data" / f"{name}.npy")


def asked(text: str) -> str:
    return nearest_neighbors(sample("books"), encode([text]).vectors[0], 1).labels[0]


def cosine(first: str, second: str) -> float:
    units = [one / np.linalg.norm(one) for one in encode([first, second]).vectors]
    return float(units[0] @ units[1])


def weat(name: str) -> Association:
    first, second, good, bad = read_word_lists("\n".join(ASSOCIATIONS[name]))
    return association_test(sample("words"), (first, second), (good, bad))


def poles(name: str, number: int) -> tuple[list[str], list[str], list[str]]:
    address = PLANS[name].steps[number - 1].address
    low, high, place = (address[one].split(", ") for one in ("low", "high", "place"))
    return low, high, place


def umap_keeps(word: str) -> int:
    with np.load(ROOT / "sample_data" / "words.umap.npz") as file:
        drawn = file["coordinates"]
    row = sample("words").row(word)
    near = nearest_neighbors(sample("words"), word, 15).indices
    return int((ranks_in_picture(drawn, row, near) <= 15).sum())


def mean_kept() -> float:
    with np.load(ROOT / "sample_data" / "words.umap.npz") as file:
        return float(file["umap kept"].mean() * 15)


def shared(*pictures: tuple[str, int]) -> float:
    drawn = [project(sample("books"), method, seed=seed) for method, seed in pictures]
    found = projection_stability(drawn)
    return found.mean * found.k


def runs() -> dict[str, float]:
    loaded = recording.load(ROOT / "sample_data" / "recording.npz")
    return {name: float(run.same_class[-1]) for name, run in loaded.items()}


def tokens(text: str) -> Tokens:
    return tokenize(open_bert(MODEL), text)


def banks() -> list[float]:
    bert = open_bert(MODEL)
    read = [forward.read(bert, tokenize(bert, text)) for text in BANK]
    return forward.cosines(read[0].word("bank"), read[1].word("bank")).tolist()


def accuracies() -> tuple[float, float, float]:
    found = senses.measure_senses(open_bert(MODEL), senses.load_uses())
    mean = found.accuracy.mean(axis=0)
    return found.chance, float(mean[0]), float(mean[-1])


def kept_after_removal() -> float:
    low, high, place = poles("7-whose-meaning", 5)
    words = sample("words")
    return float(removal(words, semantic_axis(words, low, high), place, 20).kept.mean())


def nearest_to_she() -> str:
    low, high, place = poles("7-whose-meaning", 1)
    words = sample("words")
    places = place_on_axis(words, semantic_axis(words, low, high), place)
    return place[int(places.argmax())]


def own_sides() -> int:
    low, high, _ = poles("7-whose-meaning", 2)
    found = separation(sample("words"), semantic_axis(sample("words"), low, high))
    assert found.asked == 6
    return found.right


def nearest_by_counts() -> str:
    texts = TEXTS.split("\n")
    return nearest_neighbors(bag_of_words(texts), texts[0], 1).labels[0]


def partners_found_by_counts() -> float:
    pairs = read_sentence_pairs(ROOT / "sample_data" / "paraphrases.csv")
    return 100 * rank_pairs(bag_of_words(sentences(pairs)), pairs).found_first


def chance_picks_in_one_hot_alone() -> bool:
    labels = PLANS["1-why-embeddings"].steps[2].address["words"].split()
    rows = [sample("words").row(one) for one in labels if one in sample("words")]
    words = sample("words").take(rows, name="some words", step="the lesson's")

    def nearest(places: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> int:
        return 1 + int(np.linalg.norm(places[1:] - places[0], axis=1).argmin())

    lone = {nearest(one_hot_plane(len(words), seed).coordinates) for seed in range(1, 6)}
    dense = {nearest(project(words, "pca", seed=seed).coordinates) for seed in range(1, 6)}
    return len(lone) > 1 and len(dense) == 1


def one_hot_distances() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return pairwise(one_hot(["king", "queen", "banana"]), "euclidean")


def nearest_by_hand(thing: str) -> tuple[str, float]:
    made = EmbeddingSpace(list(THINGS), list(THINGS.values()))
    found = nearest_neighbors(made, thing, 1, metric="euclidean")
    return found.labels[0], round(float(found.scores[0]), 2)


def stock_weighs_more() -> bool:
    found = weigh(SENTENCES)
    the, stock = (found.weights[2, found.words.index(word)] for word in ("the", "stock"))
    return bool(stock > the)


def drawn_are_pushed_apart() -> bool:
    text = [one.split() for one in TEXT_TO_READ.replace(",", "").rstrip(".").split(". ")]
    found = read_pairs(text, 1)
    words = found.text[0][found.place], found.text[0][found.beside]
    step = found.last
    apart = step.new_negatives @ step.new_center < step.negatives @ step.center
    return words == ("cats", "drink") and bool(apart.all())


def looks_alike() -> bool:
    """The step has the two sentences that tests/lessons/bert/test_forward.py measures."""
    address = PLANS["5-one-word-many-meanings"].steps[4].address
    return (address["first"], address["second"]) == WHO_IS_IT


def an_index_misses() -> bool:
    vectors = np.ascontiguousarray(sample("words").vectors[:2000], dtype=np.float32)
    exact = faiss.IndexFlatL2(vectors.shape[1])
    exact.add(vectors)
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(vectors.shape[1]), vectors.shape[1], 20)
    index.train(vectors)
    index.add(vectors)
    true, found = (one.search(vectors[:50], 10)[1] for one in (exact, index))
    kept = float(np.mean([len({*a} & {*b}) for a, b in zip(true, found, strict=True)]))
    return 0 < kept < 10


def offered() -> dict[str, list[str]]:
    arrows = dict(START)
    return orders(arrows.pop("You"), arrows)


def hidden_at(number: int) -> tuple[HiddenText, NDArray[np.float32], NDArray[np.float64]]:
    address = PLANS["9-the-hidden-word"].steps[number - 1].address
    text, place = hidden_text(), int(address["hidden_place"]) - 1
    rows = text.ids(address["hidden_sentence"].split())
    given = rows.copy()
    given[place] = len(text.words)
    parameters = training.parameters_of(training.load(ROOT / "sample_data" / "masked.npz"))
    shares = guesses(parameters, given[None], np.array([place]))[0]
    return text, shares, baselines.guess(text, baselines.BAG, rows, place)


def hidden(number: int) -> list[list[str]]:
    text, *found = hidden_at(number)
    return [[text.words[row] for row in np.argsort(-shares)[:5]] for shares in found]


def hidden_share(number: int) -> float:
    return round(float(hidden_at(number)[1].max()), 2)


def hidden_words_right() -> list[int]:
    text = hidden_text()
    parameters = training.parameters_of(training.load(ROOT / "sample_data" / "masked.npz"))
    own = training.figures(*training.answers(parameters, text, text.test))
    counted = baselines.baseline_figures(text)
    rows = (own, counted[baselines.FREQUENT], counted[baselines.BOTH])
    told = [round(100 * one[training.TOP_1]) for one in rows]
    return [*told, len(text.test), len(text.words)]


def order_shows(*, places: bool) -> bool:
    words = np.array(VECTORS)
    heads = [np.array(one, float) for one in MATRICES.values()]
    once, swapped = (attend(one, *heads, places=places).result[1] for one in (words, words[::-1]))
    return not np.allclose(once, swapped)


def genres_right() -> list[int]:
    books = sample("books")
    assert books.metadata is not None
    texts, genres = (books.metadata[name].to_pylist() for name in ("description", "genre"))
    found = transfer(texts, books.vectors, genres, labelled=(160,))
    shown = load_transfer(ROOT / "sample_data" / "transfer.json")  # what the page draws
    np.testing.assert_allclose(shown.vectors[-1], found.vectors[0], atol=0.02)
    np.testing.assert_allclose(shown.words[-1], found.words[0], atol=0.02)
    told = [round(100 * float(one.mean())) for one in (found.vectors, found.words)]
    return [*told, found.classes]


PROOFS: dict[str, Callable[[], bool]] = {  # that the answer, and the numbers of its reason, are so
    "1-why-embeddings 1": lambda: (one_hot(sample("words").labels).vector_at(7) == 0).sum() == 9999,
    "1-why-embeddings 2": lambda: np.ptp(one_hot_distances()[0, 1:]) == 0,
    "1-why-embeddings 3": chance_picks_in_one_hot_alone,
    "1-why-embeddings 4": lambda: encoding_cost(50_000, 256).one_hot_dense == 10_000_000_000,
    "1-why-embeddings 5": lambda: "queenliness" not in sample("words"),
    "2-counting-to-meaning 1": lambda: nearest_by_counts() == "The car hit the man.",
    "1-why-embeddings 6": lambda: nearest_by_hand("dog") == ("mouse", 3.61),
    "2-counting-to-meaning 2": stock_weighs_more,
    "2-counting-to-meaning 4": lambda: partners_found_by_counts() == 0,
    "2-counting-to-meaning 5": lambda: (
        round(cosine("The dog bit the man.", "The man bit the dog."), 2) == 0.98
    ),
    "4-trust-a-map 2": lambda: umap_keeps("king") == 11 and round(mean_kept()) == 4,
    "4-trust-a-map 4": lambda: 7.5 < shared(("umap", 42), ("umap", 7)) < 10.5,
    "4-trust-a-map 5": lambda: 2 < shared(("pca", 42), ("umap", 42)) < 3.5,
    "5-one-word-many-meanings 2": lambda: len(tokens(BANK[0]).pieces) == 9,
    "5-one-word-many-meanings 3": lambda: (
        len({one.ids[one.positions("bank")[0]] for one in map(tokens, BANK)}) == 1
    ),
    "5-one-word-many-meanings 5": looks_alike,
    "5-one-word-many-meanings 6": lambda: [round(one, 2) for one in banks()[::6]] == [0.96, 0.82],
    "5-one-word-many-meanings 7": lambda: (
        0.46 < accuracies()[0] < 0.48 and accuracies()[1] < 0.56 and accuracies()[2] > 0.9
    ),
    "6-how-vectors-learn 1": lambda: 3 * 10_000 * 256 == 7_680_000,
    "6-how-vectors-learn 2": lambda: len(train_step([42, 7, 1337], 0.5)["moved"]) == 3,
    "6-how-vectors-learn 3": drawn_are_pushed_apart,
    "6-how-vectors-learn 4": lambda: runs()["ordered"] > 0.95,
    "6-how-vectors-learn 5": lambda: 0.02 < runs()["shuffled"] < 0.14,
    "7-whose-meaning 1": lambda: nearest_to_she() == "maid",
    "7-whose-meaning 2": lambda: own_sides() == 2,
    "7-whose-meaning 3": lambda: round(weat("flowers and insects").effect_size, 2) == 1.65,
    "7-whose-meaning 4": lambda: (
        round(weat("career and family").effect_size, 1) == 0.1
        and round(weat("career and family").p_value, 2) == 0.41
    ),
    "7-whose-meaning 5": lambda: round(kept_after_removal(), 2) == 0.93,
    "8-search-by-meaning 1": lambda: asked("a scientist makes a living monster") == "Frankenstein",
    "8-search-by-meaning 2": lambda: asked("shipwrecked alone on an island") == "Robinson Crusoe",
    "8-search-by-meaning 3": lambda: (
        asked("two lovers from enemy families") == "Dangerous Liaisons"
    ),
    "8-search-by-meaning 4": lambda: asked("not a love story") == asked("a love story"),
    "8-search-by-meaning 6": lambda: (
        {name: order[0] for name, order in offered().items()}
        == {"dot": "A", "cosine": "B", "euclidean": "C"}
    ),
    "8-search-by-meaning 7": lambda: (
        len(NEW_WORDS) == 12
        and all(len(pieces) > 1 for pieces in words_of_its_own(NEW_WORDS).values())
        and words_of_its_own(["covid"])["covid"] == ("co", "##vid")
    ),
    "8-search-by-meaning 8": an_index_misses,
    "9-the-hidden-word 1": lambda: (
        hidden(1)[0][0] == "his" and hidden_share(1) == 0.96 and hidden(1)[1][0] == "the"
    ),
    "9-the-hidden-word 2": lambda: set(hidden(2)[0]) <= WOMEN and hidden(2)[1][0] == "king",
    "9-the-hidden-word 3": lambda: hidden_words_right() == [62, 22, 52, 547, 173],
    "9-the-hidden-word 4": lambda: not order_shows(places=False),
    "9-the-hidden-word 5": lambda: order_shows(places=True),
    "9-the-hidden-word 6": lambda: genres_right() == [42, 18, 14],
}


def test_there_are_nine_lessons_of_ten_to_forty_five_minutes() -> None:
    assert len(PLANS) == 9
    assert all(10 <= plan.minutes <= 45 for plan in PLANS.values())


def test_every_answer_is_measured_or_proved() -> None:
    without = {key for key, (question, _) in QUESTIONS.items() if question.measured is None}
    assert without == set(PROOFS)


@pytest.mark.parametrize("key", [key for key, (one, _) in QUESTIONS.items() if one.measured])
def test_a_measured_answer_is_what_the_sample_says(key: str) -> None:
    question, space = QUESTIONS[key]
    assert question.measured is not None
    found = measure(sample(space), question.measured.name, question.measured.labels)
    assert found == question.answer


@pytest.mark.parametrize("key", PROOFS)
def test_an_answer_is_true(key: str) -> None:
    assert PROOFS[key]()


def test_numbers_told_by_the_way_are_true() -> None:
    words = sample("words")
    king = nearest_neighbors(words, "king", 2).labels
    assert king == ("kings", "queen")
    share = project(words, "pca").variance_share
    assert share is not None
    assert round(float(share.sum()) * 100, 1) == 3.7
    romeo = nearest_neighbors(
        sample("books"), encode(["two lovers from enemy families"]).vectors[0], 2
    )
    assert romeo.labels[1] == "Romeo and Juliet"
    assert [round(float(one), 2) for one in romeo.scores] == [0.54, 0.48]
    island = nearest_neighbors(
        sample("books"), encode(["shipwrecked alone on an island"]).vectors[0], 1
    )
    assert round(float(island.scores[0]), 2) == 0.76
    assert asked("a love story") == "Persuasion"


def test_the_example_of_the_documentation_is_a_plan_and_true() -> None:
    text = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
    start = text.index("    title: Is the map")
    example = dedent(text[start : text.index("\n\n", start)])
    step = read_plan(example.encode(), PAGES, SAMPLES.__contains__).steps[0]
    assert step.question is not None
    assert step.question.measured is not None
    measured = step.question.measured
    assert measure(sample("words"), measured.name, measured.labels) == step.question.answer
