"""Sets and tags as values: each step makes a new one; every bound has its sentence."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.conditions import matching_rows, quoted
from explorer.errors import WorkspaceError
from explorer.space import EmbeddingSpace
from explorer.workspace import annotations as module
from explorer.workspace.annotations import SETS, TAGS, Annotations, RowSet, column_of

EMPTY = Annotations(9)


def test_a_step_leaves_the_annotations_before_it_as_they_were() -> None:
    one = EMPTY.with_set("odd ones", [1, 3])
    two = one.tagged("bad", [3]).tagged("bad", [8]).tagged("doubtful", [3])
    assert (len(EMPTY), len(one), len(two)) == (0, 1, 3)
    assert two.tags["bad"].rows.tolist() == [3, 8]
    assert two.untagged("bad", [3]).tags["bad"].rows.tolist() == [8]
    assert list(two.untagged("bad", [3, 8]).tags) == ["doubtful"]
    assert two.renamed(SETS, "odd ones", "odd").sets["odd"] == one.sets["odd ones"]
    assert two.without(SETS, "odd ones").without(TAGS, "bad").without(TAGS, "doubtful") == EMPTY


@pytest.mark.parametrize("n", [1, 7, 8, 9, 64])
def test_rows_come_back_as_they_were_given(n: int) -> None:
    rows = np.flatnonzero(np.random.default_rng(n).random(n) < 0.5)
    kept = RowSet.of(n, rows[::-1])
    assert kept.rows.tolist() == rows.tolist()
    assert kept.size == len(rows)
    with pytest.raises(WorkspaceError, match="Rows go from 0"):
        RowSet.of(n, [n])
    with pytest.raises(WorkspaceError, match="it takes"):
        RowSet(n, kept.bits + b"\0")


def test_rows_beyond_the_last_are_refused() -> None:
    with pytest.raises(WorkspaceError, match="beyond the last"):
        RowSet(9, b"\xff\xff")


def test_the_tags_of_a_row_are_joined_and_each_tag_is_a_column(space: EmbeddingSpace) -> None:
    found = Annotations(5).tagged("not bad", [0, 1]).tagged("bad", [1, 4]).with_set("s", [2])
    columns = found.columns()
    assert columns["tags"].to_pylist() == ["not bad", "bad, not bad", None, None, "bad"]
    table = space.table()
    for name, values in columns.items():
        table = table.append_column(name, values)
    assert matching_rows(table, quoted(column_of(TAGS, "bad"))).tolist() == [1, 4]
    assert matching_rows(table, f"NOT {quoted('s')} AND tags IS NULL").tolist() == [3]


@pytest.mark.parametrize(
    "name", ['quo"te', "it's", "<script>alert(1)</script>", "a; DROP TABLE x --", "数 🎈", "$x^2$"]
)
def test_any_sign_in_a_name_names_the_same_rows_in_a_condition(name: str) -> None:
    found = Annotations(5).with_set(name, [1, 2])
    table = EmbeddingSpace(list("abcde"), np.eye(5)).table()
    for column, values in found.columns().items():
        table = table.append_column(column, values)
    assert matching_rows(table, quoted(name)).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Give the set a name"),
        (" \n ", "Give the set a name"),
        ("a" * 10_000, "10,000 letters"),
        ("price", "name of a column already"),
        ("label", "name of a column already"),
        ("tags", "name of a column already"),
        ("tag: bad", "name of a column already"),
    ],
)
def test_a_name_that_cannot_be_used_is_told(name: str, told: str) -> None:
    with pytest.raises(WorkspaceError, match=told) as error:
        EMPTY.with_set(name, [1], taken=["price"])
    assert len(str(error.value)) < 300


def test_a_name_stands_in_one_line_without_control_signs() -> None:
    assert list(EMPTY.with_set("  a\n b\x1b[31m ", [1]).sets) == ["a b�[31m"]


def test_a_comma_stands_between_tags_and_not_in_one() -> None:
    with pytest.raises(WorkspaceError, match="comma"):
        EMPTY.tagged("bad, worse", [1])


def test_two_sets_never_share_a_name() -> None:
    two = EMPTY.with_set("a", [1]).with_set("b", [2])
    with pytest.raises(WorkspaceError, match="already"):
        two.renamed(SETS, "a", "b")
    assert two.free_name("a", taken=["a 1"]) == "a 2"


def test_a_hundred_thousand_tags_are_refused_at_the_bound() -> None:
    full = Annotations(1, tags={f"t{n}": RowSet.of(1, [0]) for n in range(module.MOST_NAMES)})
    with pytest.raises(WorkspaceError, match="at most 200"):
        full.tagged("one more", [0])
    with pytest.raises(WorkspaceError, match="100,000 tags"):
        Annotations(1, tags={f"t{n}": RowSet.of(1, [0]) for n in range(100_000)})


def test_all_sets_together_stay_within_the_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 4)
    two = EMPTY.with_set("a", [1]).with_set("b", [2])
    with pytest.raises(WorkspaceError, match="may take"):
        two.with_set("c", [3])


def test_a_group_has_the_name_given_to_it_and_no_two_have_the_same() -> None:
    found = Annotations(3).named("run, walk", " verbs ").named("eat, drink", "verbs")
    assert dict(found.names) == {"run, walk": "verbs", "eat, drink": "verbs (2)"}
    assert dict(found.named("run, walk", "").names) == {"eat, drink": "verbs (2)"}
    with pytest.raises(WorkspaceError, match="At most 200 groups"):
        Annotations(1, names={f"{n}": f"name {n}" for n in range(module.MOST_NAMES + 1)})
