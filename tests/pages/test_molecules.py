"""“Molecules” without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.beyond.course import kept_course, learn
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.parsing import parse_one
from explorer.beyond.molecules.storage import MoleculesFile
from explorer.beyond.molecules.training import (
    MoleculeLearner,
    Recipe,
    course_key,
    train_molecules,
)
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.molecules import data
from explorer.ui.beyond.molecules.ask import EXAMPLES, grams
from explorer.ui.beyond.molecules.view import FAMILIAR
from tests.beyond.conftest import read_small_sample, small_sample
from tests.pages.conftest import Visit, finished, said
from tests.pages.test_facts import press, table_with

FILE = "pages/molecules.py"
USUAL = Recipe(epochs=10)


@pytest.fixture
def molecules(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Molecules:
    """A hundred molecules, kept as a visitor's own; the page learns them in ten epochs."""
    monkeypatch.setattr(
        data, "Recipe", lambda *args, **kwargs: Recipe(*args, **{**kwargs, "epochs": 10})
    )
    found = read_small_sample()
    MoleculesFile.of(found)
    return found


@pytest.fixture
def own(molecules: Molecules) -> str:
    """Their digest, after they were learned."""
    train_molecules(molecules, USUAL)
    return molecules.digest


def page(visit: Visit, digest: str, step: str, **more: str):
    return visit(FILE, molecules=data.OWN, molecules_of=digest, molecules_step=step, **more)


def html(screen) -> str:
    """Return all HTML of a screen, in which the drawings are."""
    return "\n".join(one.proto.body for one in screen.get("html"))


def test_pressing_train_learns_and_shows_how_it_went(visit: Visit, molecules: Molecules) -> None:
    screen = page(visit, molecules.digest, pattern.WATCH)
    assert not screen.exception
    assert "every point still lies at random" in said(screen)
    assert html(screen).count("data:image/svg+xml;base64,") == 7
    screen = finished(press(screen, "Train the network"))
    assert not screen.exception
    assert "after epoch 10" in said(screen)
    assert "Not for medical use" in said(screen)
    assert kept_course(course_key(molecules, USUAL)) is not None


def test_a_name_is_drawn_predicted_and_shown_with_both_kinds_of_neighbors(
    visit: Visit, own: str
) -> None:
    screen = page(visit, own, pattern.ASK, molecule="phenol")
    assert not screen.exception
    assert "90% interval" in said(screen)
    assert "Measured: **0.00**" in said(screen)
    assert html(screen).count("Structure of") == 1 + 2 * 5
    assert "Near by what was learned" in said(screen)
    assert "Near by its pieces" in said(screen)


def test_a_smiles_that_is_not_known_lands_and_is_called_new(visit: Visit, own: str) -> None:
    screen = page(visit, own, pattern.ASK, molecule="OCC(O)C1OC(=O)C(O)=C1O")
    assert not screen.exception
    assert "**New**" in said(screen)


def test_a_smiles_of_a_known_molecule_is_called_by_its_name(visit: Visit, own: str) -> None:
    screen = page(visit, own, pattern.ASK, molecule="OC1=CC=CC=C1")
    assert "**phenol**" in said(screen)


def test_what_is_neither_name_nor_smiles_is_answered_in_words(visit: Visit, own: str) -> None:
    screen = page(visit, own, pattern.ASK, molecule="pheno")
    assert not screen.exception
    assert "is no SMILES that RDKit can read" in said(screen)
    assert "phenol" in [option for one in screen.get("pills") for option in one.options] or (
        screen.get("button_group")
    )


def test_hostile_names_are_shown_as_text(visit: Visit, molecules: Molecules) -> None:
    wicked = '<img src=x onerror="alert(1)">'
    labels = (wicked, *molecules.labels[1:])
    found = replace(molecules, labels=labels)
    MoleculesFile.of(found)
    train_molecules(found, USUAL)
    screen = page(visit, found.digest, pattern.ASK, molecule=wicked)
    assert not screen.exception
    assert "<img src=x" not in html(screen)
    assert "&lt;img src=x" in html(screen)


def test_every_error_stands_beside_four_baselines(visit: Visit, own: str) -> None:
    screen = page(visit, own, pattern.JUDGE)
    assert not screen.exception
    rows = table_with(screen, "RMSE").to_pylist()
    assert [row["never seen"] for row in rows][:2] == ["mean", "logP"]
    assert len(rows) == 5
    assert "The band is the interval" in said(screen)


def test_the_lesson_is_measured_on_the_molecules_at_hand(visit: Visit, own: str) -> None:
    screen = page(visit, own, pattern.LESSON)
    assert not screen.exception
    assert table_with(screen, "differ by").num_rows == 4
    assert "cosine" in said(screen)
    assert "rounds of messages" in said(screen)


def test_a_stopped_training_is_shown_as_far_as_it_came(visit: Visit, molecules: Molecules) -> None:
    molecules = replace(molecules, name="stopped")  # no job of another test has its key
    MoleculesFile.of(molecules)

    def stop(share: float, step: str) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(MoleculeLearner(molecules, USUAL), course_key(molecules, USUAL), stop)
    screen = page(visit, molecules.digest, pattern.WATCH)
    assert "Stopped after epoch 5 of 10" in said(screen)
    screen = finished(press(screen, "Go on training"))
    assert "after epoch 10" in said(screen)


def test_a_link_to_molecules_that_are_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, molecules=data.OWN, molecules_of="0" * 32)
    assert "names molecules that are not kept here" in said(screen)


def test_an_uploaded_table_becomes_the_molecules(visit: Visit) -> None:
    screen = visit(FILE, molecules=data.OWN)
    content = small_sample().encode()
    screen.file_uploader[0].set_value(("small.csv", content, "text/csv")).run()
    screen = press(screen, "Use these molecules")
    assert not screen.exception
    assert "Train the network" in [button.label for button in screen.button]


def test_a_table_without_numbers_is_refused_in_words(visit: Visit) -> None:
    screen = visit(FILE, molecules=data.OWN)
    screen.file_uploader[0].set_value(("two.csv", b"smiles,y\nC,a\nCC,b\n", "text/csv")).run()
    screen = press(screen, "Use these molecules")
    assert not screen.exception
    assert "holds no numbers" in said(screen)


@pytest.mark.parametrize(("amount", "told"), [(2_258.0, "2,258 g"), (0.5, "500 mg"), (0.0, "0 µg")])
def test_amounts_are_told_as_people_say_them(amount: float, told: str) -> None:
    assert grams(amount) == told


def test_examples_are_known_by_name_or_new_as_they_say() -> None:
    molecules = data.sample()
    for title, text in EXAMPLES.items():
        if title.endswith("(new)"):
            assert parse_one(text).smiles[0] not in molecules.chemistry.smiles
        else:
            assert text in molecules.row_of
    assert set(FAMILIAR) <= set(molecules.row_of)
