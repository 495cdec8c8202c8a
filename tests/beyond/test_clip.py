"""The small CLIP: its loss, its course, what is held out, retrieval, zero-shot, the sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import explorer
from explorer.beyond.clip import job
from explorer.beyond.clip.lesson import by_group, clouds, cone
from explorer.beyond.clip.maps import Maps, load_maps, save_maps, unit
from explorer.beyond.clip.pairs import (
    APART,
    CHOSEN_BY,
    HELD_OUT,
    TRAINED,
    Pairs,
    concept,
    narrow,
    sample_pairs,
    split,
    wide,
)
from explorer.beyond.clip.retrieval import (
    SHARE,
    chance,
    conse,
    modality_gap,
    pixel_ridge,
    ranks,
    recall,
    small_pixels,
    summed,
)
from explorer.beyond.clip.sample import class_vectors, sample_map, sample_maps
from explorer.beyond.clip.towers import SmallClip, open_clip, picture_space, text_vectors
from explorer.beyond.clip.training import (
    PairLearner,
    Recipe,
    course_key,
    learned_maps,
    train_maps,
)
from explorer.beyond.clip.zero_shot import sort_by_names, truths
from explorer.encoding.pictures.models import LiteEncoder
from explorer.errors import ModelError, QueryError, TrainingError
from explorer.jobs.pool import Jobs

SAMPLES = Path(__file__).parents[2] / "sample_data"
SEED = 7


@pytest.fixture(scope="module")
def sample() -> Pairs:
    """The emoji."""
    return sample_pairs(SAMPLES)


@pytest.fixture
def pairs() -> Pairs:
    """Forty pairs whose pictures and texts hide the same ten numbers."""
    random = np.random.default_rng(SEED)
    hidden = random.normal(size=(40, 10))
    pictures = hidden @ random.normal(size=(10, 30)) + 3
    texts = hidden @ random.normal(size=(10, 20))
    names = tuple(f"thing {number}" for number in range(40))
    parts = np.array([TRAINED] * 28 + [CHOSEN_BY] * 6 + [HELD_OUT] * 6)
    return Pairs(
        names,
        names,
        ("all",) * 40,
        ("any",) * 40,
        parts,
        pictures.astype(np.float32),
        np.stack([texts, texts, texts]).astype(np.float32),
    )


RECIPE = Recipe(dim=8, epochs=20, batch=14, rate=0.02, dropout=0.0)


def test_the_loss_is_that_of_clip(pairs: Pairs) -> None:
    """As `transformers` computes it: both cross-entropies of the matrix of cosines."""
    from transformers.models.clip.modeling_clip import image_text_contrastive_loss

    learner = PairLearner(pairs, RECIPE)
    rows = torch.arange(12)
    pictures, texts = learner._pictures[rows], learner._texts[0, rows]
    ours = learner.loss(pictures, texts, rows, torch.Generator())
    maps = learner.maps()
    cosines = maps.texts(pairs.texts[0, :12]) @ maps.pictures(pairs.pictures[:12]).T
    expected = image_text_contrastive_loss(torch.from_numpy(cosines / RECIPE.temperature))
    torch.testing.assert_close(ours.detach(), expected, atol=1e-5, rtol=1e-5)


def test_a_step_is_that_of_adamw(pairs: Pairs) -> None:
    learner = PairLearner(pairs, RECIPE)
    theirs = [one.detach().clone().requires_grad_() for one in learner.weights]
    optimizer = torch.optim.AdamW(theirs, lr=0.01, weight_decay=RECIPE.decay)
    drawn = torch.Generator().manual_seed(SEED)
    for _ in range(3):
        gradients = [torch.randn(one.shape, generator=drawn) for one in theirs]
        learner.step(gradients, 0.01)
        for one, gradient in zip(theirs, gradients, strict=True):
            one.grad = gradient
        optimizer.step()
    for one, other in zip(learner.weights, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_what_both_hide_is_found_in_pairs_never_seen(pairs: Pairs) -> None:
    course = train_maps(pairs, RECIPE)
    held_out = pairs.rows(HELD_OUT)
    maps = learned_maps(course.state)
    scores = maps.texts(pairs.texts[1, held_out]) @ maps.pictures(pairs.pictures[held_out]).T
    assert recall(ranks(scores), 1) == 1.0
    assert course.looks[-1].loss < course.looks[1].loss
    assert course.looks[-1].figures["Recall@1"] > course.looks[0].figures["Recall@1"]


def test_pairs_that_are_held_out_change_nothing(pairs: Pairs) -> None:
    other = np.array(pairs.pictures)
    other[pairs.rows(CHOSEN_BY, HELD_OUT)] = 0
    made = [
        learned_maps(train_maps(one, replace(RECIPE, epochs=2)).state)
        for one in (pairs, replace(pairs, pictures=other))
    ]
    np.testing.assert_array_equal(made[0].picture_weight, made[1].picture_weight)
    np.testing.assert_array_equal(made[0].text_weight, made[1].text_weight)


def test_a_course_that_was_stopped_ends_as_one_that_was_not(pairs: Pairs) -> None:
    recipe = replace(RECIPE, dropout=0.3, seed=1)

    def stop(share: float, step: str) -> None:
        if share >= 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train_maps(pairs, recipe, stop)
    resumed = train_maps(pairs, recipe)
    learner = PairLearner(pairs, recipe)
    for number in range(1, recipe.epochs + 1):
        learner.epoch(number)
    for name, values in learner.state().items():
        np.testing.assert_array_equal(resumed.state[name], values, err_msg=name)


def test_the_job_learns_what_the_function_does(pairs: Pairs) -> None:
    recipe = replace(RECIPE, epochs=3, seed=2)
    course = job.start(Jobs(workers=0, scheduler=""), pairs, recipe).result(60)
    learner = PairLearner(pairs, recipe)
    for number in range(1, 4):
        learner.epoch(number)
    np.testing.assert_array_equal(course.state["text weight"], learner.state()["text weight"])
    assert course_key(pairs, recipe) != course_key(pairs, RECIPE)


@pytest.mark.parametrize("wrong", [{"batch": 1}, {"temperature": 0.0}, {"dropout": 1.0}])
def test_settings_out_of_range_are_told(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError, match="it must be from"):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_a_picture_in_two_styles_is_not_its_own_wrong_answer(pairs: Pairs) -> None:
    learner = PairLearner(pairs, RECIPE, ((pairs.pictures, np.arange(len(pairs))),))
    assert len(learner.owners) == 2 * len(pairs.rows(TRAINED))
    twice = torch.tensor([0, 0])  # nothing else is in the batch: there is no wrong answer
    pictures, texts = learner._pictures[twice], learner._texts[0, twice]
    assert float(learner.loss(pictures, texts, twice, torch.Generator()).detach()) == 0


def test_variants_of_a_concept_are_held_out_together(sample: Pairs) -> None:
    of_concept: dict[str, set[str]] = {}
    for name, part in zip(sample.names, sample.parts, strict=True):
        if part != APART:
            of_concept.setdefault(concept(name), set()).add(part)
    assert all(len(parts) == 1 for parts in of_concept.values())
    assert {len(sample.rows(HELD_OUT)), len(sample.rows(CHOSEN_BY))} == {300, 200}
    assert concept("woman surfing") == concept("man surfing") == concept("person surfing")


def test_more_than_there_are_cannot_be_held_out() -> None:
    with pytest.raises(TrainingError, match="cannot be held out"):
        split(("a", "b"), np.zeros(2, bool), held_out=3, valid=0, seed=0)


def test_places_are_those_of_scipy() -> None:
    from scipy.stats import rankdata

    scores = np.random.default_rng(SEED).integers(0, 9, (50, 50)).astype(np.float32)
    expected = [rankdata(-row)[place] for place, row in enumerate(scores)]
    np.testing.assert_array_equal(ranks(scores), expected)
    assert recall(ranks(scores)) == np.mean(np.array(expected) <= 10)
    assert chance(300) == pytest.approx(1 / 30)


def test_conse_is_the_mean_of_the_likeliest_names() -> None:
    probabilities = np.array([[0.6, 0.3, 0.1]], np.float32)
    names = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
    expected = np.array([[0.6, 0.3]]) / np.hypot(0.6, 0.3)
    np.testing.assert_allclose(conse(probabilities, names, most=2), expected, atol=1e-6)


def test_the_cone_is_the_mean_cosine_of_all_pairs() -> None:
    from sklearn.metrics.pairwise import cosine_similarity

    vectors = np.random.default_rng(SEED).normal(1, 1, (30, 8)).astype(np.float32)
    cosines = cosine_similarity(vectors)
    expected = cosines[~np.eye(30, dtype=bool)].mean()
    assert cone(vectors) == pytest.approx(expected, abs=1e-5)


def test_numbers_in_a_byte_are_exact_to_half_a_step() -> None:
    for values in (np.random.default_rng(SEED).normal(size=(20, 5)), np.ones((3, 4))):
        given = values.astype(np.float32)
        kept, scale = narrow(given)
        assert kept.itemsize == 1
        assert (np.abs(wide(kept, scale) - given) <= scale / 2 + 1e-6).all()


def test_maps_are_the_same_after_a_file(tmp_path: Path, pairs: Pairs) -> None:
    maps = PairLearner(pairs, RECIPE).maps()
    save_maps(maps, tmp_path / "maps.safetensors")
    read = load_maps(tmp_path / "maps.safetensors")
    assert isinstance(read, Maps)
    np.testing.assert_allclose(read.picture_weight, maps.picture_weight, atol=1e-3)


def test_a_class_name_is_known_with_its_article_and_in_plural() -> None:
    kinds = ["animal-bird", "food-fruit", "heart", "transport-air"]
    assert truths(["an animal", "Foods", "vehicles"], kinds).tolist() == [0, 1, -1, 2]


def test_sorting_needs_two_names() -> None:
    with pytest.raises(QueryError, match="1 class names were given"):
        sort_by_names(np.zeros((1, 2), np.float32), ["a"], np.zeros((1, 2), np.float32))


def test_the_sample_holds_what_the_encoders_make_of_it(sample: Pairs) -> None:
    """The shipped vectors are a byte a number; what they stand for is what is computed here."""
    rows = [0, 500, 1_000, 1_500]
    seen = explorer.encode_images([sample.thumbnails[row] for row in rows], cache=False).vectors
    read = explorer.encode([sample.captions[row] for row in rows], cache=False).vectors
    for ours, kept in ((seen, sample.pictures[rows]), (read, sample.texts[1, rows])):
        assert (unit(ours) * unit(kept)).sum(axis=1).min() > 0.995
    assert sample_map(SAMPLES).shape == (2 * len(sample), 2)


def test_held_out_emoji_are_found_better_by_both_than_by_either(sample: Pairs) -> None:
    rows = sample.rows(HELD_OUT)
    maps = sample_maps(SAMPLES)
    texts = sample.texts[1, rows]
    ours = maps.texts(texts) @ maps.pictures(sample.pictures[rows]).T
    named = conse(LiteEncoder().classes(sample.pictures[rows]), class_vectors(SAMPLES))
    theirs = texts @ named.T
    found = [recall(ranks(one)) for one in (ours, theirs, summed(ours, theirs, SHARE))]
    pixels = pixel_ridge(
        small_pixels(sample.thumbnails),
        sample.texts[1],
        sample.rows(TRAINED),
        sample.rows(CHOSEN_BY),
    )
    from_pixels = recall(ranks(texts @ pixels[rows].T))
    assert found[0] >= 0.55
    assert found[2] > max(found[:2])
    assert min(found[0], from_pixels) > 5 * chance(300)
    assert found[0] > from_pixels + 0.1


def test_flags_are_not_told_apart_and_animals_are(sample: Pairs) -> None:
    found = {one.group: one for one in by_group(sample, sample_maps(SAMPLES))}
    assert found["flags"].recall < 3 * found["flags"].chance
    assert found["animals-nature"].recall > 1.5 * found["animals-nature"].chance


def test_the_gap_closes_where_the_means_are_subtracted(sample: Pairs) -> None:
    few = Recipe(epochs=2)
    gaps = {}
    for centered in (True, False):
        recipe = replace(few, centered=centered)
        before = clouds(sample, PairLearner(sample, recipe).maps())
        gaps[centered] = before.gap
    assert gaps[False] > 3 * gaps[True]
    assert modality_gap(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)) == 0


def test_own_pictures_and_texts_meet_in_the_small_clip(sample: Pairs) -> None:
    towers = SmallClip(sample_maps(SAMPLES))
    rows = [sample.names.index(name) for name in ("red apple", "dog face", "automobile")]
    given = explorer.encode_images([sample.thumbnails[row] for row in rows])
    space = picture_space(towers, given)
    texts = text_vectors(towers, ["an apple", "a dog", "a car"])
    assert (texts @ space.vectors.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_model_of_texts_is_no_clip(tiny_bert: Path) -> None:
    with pytest.raises(ModelError, match=r"kind “bert”.*need a CLIP"):
        open_clip(str(tiny_bert))


def test_a_real_clip_gives_the_vectors_of_transformers(whole_clip: Path) -> None:
    from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel

    model = CLIPModel.from_pretrained(whole_clip).eval()
    processor = CLIPImageProcessor.from_pretrained(whole_clip)
    tokenizer = AutoTokenizer.from_pretrained(whole_clip)
    towers = open_clip(str(whole_clip))
    picture = np.random.default_rng(SEED).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    words = ["king queen", "a cat"]
    values = processor([picture], return_tensors="pt", input_data_format="channels_last")
    tokens = tokenizer(words, return_tensors="pt", padding=True)
    with torch.inference_mode():
        output = model(**values, **tokens)
    space = picture_space(towers, explorer.encode_images([picture], whole_clip))
    np.testing.assert_allclose(space.vectors, output.image_embeds.numpy(), atol=1e-5)
    np.testing.assert_allclose(text_vectors(towers, words), output.text_embeds.numpy(), atol=1e-5)
