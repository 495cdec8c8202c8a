"""Learning molecules: the same seed gives the same vectors; parts, intervals, divisions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import root_mean_squared_error

from explorer import cache
from explorer.beyond.course import COURSES, kept_course
from explorer.beyond.molecules import job
from explorer.beyond.molecules.baselines import TREES
from explorer.beyond.molecules.learned import COVERAGE, HELD_OUT, LEARNED, Learned, learn_molecules
from explorer.beyond.molecules.lesson import (
    atom_picture,
    cliffs,
    closest,
    elements_of,
    nearness,
    plane_of,
)
from explorer.beyond.molecules.molecules import LOGP, Molecules
from explorer.beyond.molecules.network import Graphs, first_parameters, predictions, see
from explorer.beyond.molecules.splits import SPLITS, splits_for
from explorer.beyond.molecules.storage import MoleculesFile, open_molecules
from explorer.beyond.molecules.training import (
    BASELINE,
    MoleculeLearner,
    Recipe,
    course_key,
    train_molecules,
)
from explorer.errors import JobCancelled, TrainingError
from explorer.jobs.pool import Jobs
from tests.beyond.test_fact_training import StopPressedError, stop_after

SHORT = Recipe(split="given", width=16, layers=2, epochs=40, batch=8, rate=5e-3)


@pytest.fixture
def learned(molecules: Molecules) -> Learned:
    return learn_molecules(molecules, SHORT)


def test_stopped_and_resumed_ends_with_the_same_vectors(molecules: Molecules) -> None:
    whole = train_molecules(molecules, SHORT)
    cache.discard(COURSES, course_key(molecules, SHORT))
    with pytest.raises(StopPressedError):
        train_molecules(molecules, SHORT, stop_after(0.5))
    kept = kept_course(course_key(molecules, SHORT))
    assert kept is not None
    assert 0 < kept.epoch < 40
    resumed = train_molecules(molecules, SHORT)
    assert set(resumed.state) == set(whole.state)
    for name, values in whole.state.items():
        np.testing.assert_array_equal(resumed.state[name], values)


def test_another_seed_gives_other_vectors(molecules: Molecules, learned: Learned) -> None:
    other = learn_molecules(molecules, Recipe(**{**vars(SHORT), "seed": 1}))
    assert not np.array_equal(other.seen.vectors, learned.seen.vectors)


def test_it_learns_what_it_is_shown(learned: Learned) -> None:
    train = learned.split.train
    assert learned.error(learned.predicted, train) < 0.5 * learned.error(
        learned.baseline("mean"), train
    )


def test_the_first_step_is_that_of_torchs_own_optimizer(molecules: Molecules) -> None:
    learner = MoleculeLearner(molecules, SHORT)
    before = {name: one.detach().clone() for name, one in learner.parameters.items()}
    learner.epoch(1)
    moved = [not torch.equal(before[name], one) for name, one in learner.parameters.items()]
    assert sum(moved) > 0.8 * len(moved)


@pytest.mark.parametrize("layers", [0, 1, 3])
def test_the_order_of_atoms_and_the_company_in_a_batch_do_not_matter(
    molecules: Molecules, layers: int
) -> None:
    parameters = first_parameters(8, layers, seed=0)
    graphs = Graphs(molecules.chemistry)
    together = predictions(parameters, graphs.batch(np.arange(20)), layers)
    alone = torch.cat([predictions(parameters, graphs.batch(np.array([n])), layers)
                       for n in range(20)])  # fmt: skip
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def test_without_messages_an_atom_knows_only_itself(molecules: Molecules) -> None:
    seen = see(first_parameters(8, 0, seed=0), molecules.chemistry, 0)
    atoms = molecules.chemistry.atoms
    _, same = np.unique(atoms, axis=0, return_inverse=True)
    for kind in range(same.max() + 1):
        np.testing.assert_allclose(np.ptp(seen.atoms[same.ravel() == kind], axis=0), 0, atol=1e-6)


def test_the_parts_of_atoms_add_up_to_the_prediction(learned: Learned) -> None:
    chemistry = learned.molecules.chemistry
    for row in (0, 20, 60):
        found = learned.predict(chemistry, row)
        assert found.value == pytest.approx(learned.predicted[row], abs=1e-4)
        assert found.start + found.parts.sum() == pytest.approx(found.value, abs=1e-4)


def test_the_parts_are_integrated_gradients(learned: Learned) -> None:
    """Compared with the definition: the gradient along the way, by autograd, in many steps."""
    from explorer.beyond.molecules import network

    graph = Graphs(learned.molecules.chemistry).batch(np.array([20]))
    states = network.atom_vectors(learned.parameters, graph, SHORT.layers)
    added = network.read_atoms(learned.parameters, states)
    total = added.sum(dim=0, keepdim=True)
    slope = torch.zeros_like(total)
    steps = 4_000
    for step in range(steps):
        at = (total * (step + 0.5) / steps).requires_grad_()
        vectors = network.molecule_vectors(learned.parameters, at)
        value = network.dense(learned.parameters, "predict", vectors)
        slope += torch.autograd.grad(value.sum(), at)[0] / steps
    expected = (added * slope).sum(dim=1) * learned.scale[1]
    found = learned.predict(learned.molecules.chemistry, 20).parts
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-3)


def test_baselines_are_scikit_learns(learned: Learned) -> None:
    molecules, train = learned.molecules, learned.split.train
    logp = molecules.chemistry.descriptors[:, [LOGP]]
    line = LinearRegression().fit(logp[train], molecules.values[train])
    np.testing.assert_allclose(learned.baseline("logP"), line.predict(logp))
    forest = RandomForestRegressor(TREES, max_features=1 / 3, random_state=0)
    morgan = molecules.chemistry.morgan
    forest.fit(morgan[train], molecules.values[train])
    np.testing.assert_allclose(learned.baseline("Morgan, forest"), forest.predict(morgan))
    test = learned.split.test
    assert learned.error(learned.baseline("mean")) == pytest.approx(
        root_mean_squared_error(
            molecules.values[test], np.full(len(test), molecules.values[train].mean())
        )
    )


def test_the_interval_holds_as_often_as_it_says_where_molecules_are_alike(
    molecules: Molecules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Split conformal prediction: over many divisions the mean coverage is at least COVERAGE."""
    learned = learn_molecules(molecules, SHORT)
    drawn = np.random.default_rng(0)
    held = []
    for _ in range(2_000):
        errors = drawn.standard_t(3, size=39 + 200)
        valid, test = np.arange(39), np.arange(39, 239)
        split = type(learned.split)(valid, valid, test)
        other = Learned(learned.molecules, learned.recipe, learned.course)
        other.__dict__.update(split=split, predicted=errors)
        object.__setattr__(other, "molecules", Zero)
        held.append(other.coverage)
    assert np.mean(held) == pytest.approx(COVERAGE, abs=0.01)


class Zero:
    """Molecules whose measured values are all zero, for errors that are drawn by lot."""

    values = np.zeros(239)


def test_a_ring_system_stands_on_one_side_of_the_division(molecules: Molecules) -> None:
    split = SPLITS["scaffold"].divide(molecules)
    sides = [{molecules.chemistry.scaffolds[row] for row in part}
             for part in (split.train, split.valid, split.test)]  # fmt: skip
    assert not sides[0] & sides[1]
    assert not (sides[0] | sides[1]) & sides[2]


@pytest.mark.parametrize("kind", list(SPLITS))
def test_a_division_has_each_molecule_once(molecules: Molecules, kind: str) -> None:
    split = SPLITS[kind].divide(molecules)
    together = np.concatenate([split.train, split.valid, split.test])
    assert sorted(together) == list(range(len(molecules)))


def test_the_published_division_is_kept(molecules: Molecules) -> None:
    split = SPLITS["given"].divide(molecules)
    np.testing.assert_array_equal(split.test, np.flatnonzero(molecules.given))
    assert splits_for(molecules) == ("scaffold", "given")


def test_molecules_of_one_ring_system_are_not_divided_by_it(molecules: Molecules) -> None:
    from dataclasses import replace

    n = len(molecules)
    same = replace(molecules, chemistry=replace(molecules.chemistry, scaffolds=("c1ccccc1",) * n))
    with pytest.raises(TrainingError, match="choose the division"):
        SPLITS["scaffold"].divide(same)


@pytest.mark.parametrize("wrong", [{"split": "x"}, {"layers": -1}, {"epochs": 1_000}, {"width": 1}])
def test_a_recipe_that_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(TrainingError):
        Recipe(**wrong)


def test_what_was_learned_are_ordinary_spaces(learned: Learned) -> None:
    n = len(learned.molecules)
    assert {name: len(space) for name, space in learned.spaces.items()} == {
        "learned": n, "Morgan": n, "descriptors": n
    }  # fmt: skip
    table = learned.learned_space.metadata
    assert table is not None
    assert table["smiles"].to_pylist() == list(learned.molecules.chemistry.smiles)
    assert set(table["part"].to_pylist()) >= {LEARNED, HELD_OUT}
    assert len(learned.atoms) == len(learned.molecules.chemistry.atoms)
    assert learned.atoms.metadata is not None
    parts = np.array(learned.atoms.metadata["part in the prediction"].to_pylist())
    assert parts.sum() == pytest.approx(
        (learned.predicted - learned.predict(learned.molecules.chemistry).start).sum(), rel=1e-3
    )


def test_nearest_ones_are_found_without_the_molecule_itself(learned: Learned) -> None:
    space = learned.spaces["Morgan"]
    rows, scores = learned.nearest("Morgan", space.vector_at(3), 3)
    assert 3 not in rows
    assert (np.diff(scores) <= 0).all()


def test_nearness_is_measured_between_held_out_and_learned_from(learned: Learned) -> None:
    rows = {row["near by"]: row["differ by"] for row in nearness(learned).to_pylist()}
    values, split = learned.molecules.values, learned.split
    expected = [abs(values[one] - values[other]) for one in split.test for other in split.train]
    assert rows["any two (chance)"] == pytest.approx(np.mean(expected))
    assert rows["learned"] < rows["any two (chance)"]
    dense, sparse = (learned.molecules.chemistry.morgan.toarray(), learned.spaces["Morgan"])
    unit = dense / np.linalg.norm(dense, axis=1, keepdims=True)
    best = (unit[split.test] @ unit[split.train].T).max(axis=1)
    found = closest(sparse, split.test, split.train)
    chosen = (unit[split.test] * unit[split.train[found]]).sum(axis=1)
    np.testing.assert_allclose(chosen, best, atol=1e-6)


def test_cliffs_are_near_and_far_apart(learned: Learned) -> None:
    rows = cliffs(learned, "Morgan").to_pylist()
    assert rows
    values = learned.molecules.values
    seen = [row[end] for row in rows for end in ("first", "second")]
    assert len(set(seen)) == len(seen)
    for row in rows:
        assert row["difference"] == pytest.approx(abs(values[row["first"]] - values[row["second"]]))
        near, _ = learned.nearest(
            "Morgan", learned.spaces["Morgan"].vector_at(row["first"]), row["first"]
        )
        assert row["second"] in near


def test_the_plane_is_that_of_a_pca(learned: Learned) -> None:
    vectors = learned.seen.vectors
    found = plane_of(vectors, learned.molecules.values).places(vectors)
    expected = PCA(2).fit_transform(vectors.astype(np.float64))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-3)
    assert np.corrcoef(found[:, 0], learned.molecules.values)[0, 1] > 0


def test_atoms_of_an_element_are_told_by_their_surroundings(learned: Learned) -> None:
    assert "O" in elements_of(learned.atoms)
    picture = atom_picture(learned.atoms, "O")
    assert len(picture.names) == len(picture.kinds) == len(picture.places)
    assert picture.kept > picture.chance
    assert all(name.startswith("O in ") for name in picture.names)


def test_molecules_are_kept_and_opened_by_their_digest(molecules: Molecules) -> None:
    kept = MoleculesFile.of(molecules)
    opened = open_molecules(molecules.digest)
    assert opened is not None
    assert opened.digest == molecules.digest == kept.load().digest
    np.testing.assert_array_equal(opened.chemistry.bonds, molecules.chemistry.bonds)
    assert open_molecules("../../etc") is None


def test_a_job_learns_what_the_function_learns(molecules: Molecules) -> None:
    found = job.start(Jobs(workers=0), molecules, SHORT).result(timeout=200)
    expected = learn_molecules(molecules, SHORT)
    for name in expected.course.state:
        np.testing.assert_array_equal(found.state[name], expected.course.state[name])
    assert sum(name.startswith(BASELINE) for name in found.state) == 4


def test_a_stopped_job_keeps_what_it_learned(molecules: Molecules) -> None:
    recipe = Recipe(split="given", width=8, layers=1, epochs=500)
    first = job.start(Jobs(workers=0), molecules, recipe)
    key = course_key(molecules, recipe)
    while not ((kept := kept_course(key)) and kept.epoch):
        assert not first.state.is_over, first.state
    first.cancel()
    with pytest.raises(JobCancelled):
        first.result(timeout=200)
    kept = kept_course(key)
    assert kept is not None
    assert 0 < kept.epoch < 500
