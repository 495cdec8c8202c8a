"""What a server keeps of sets and tags: never lost, never more than the bounds."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from explorer import EmbeddingSpace, cache
from explorer.errors import WorkspaceError
from explorer.workspace import store
from explorer.workspace.annotations import SETS, Annotations


def add(workspace: str, space: EmbeddingSpace, name: str, rows: list[int]) -> store.Kept:
    """Save a set."""
    return store.change(workspace, space, f"save {name}", lambda one: one.with_set(name, rows))


def test_what_was_kept_is_found_again_by_the_content_of_the_space(space: EmbeddingSpace) -> None:
    workspace = store.new_id()
    assert not store.exists(workspace)
    kept = add(workspace, space, "royal", [0, 1])
    again = EmbeddingSpace(space.label_array, space.vectors, name="opened again")
    assert store.load(workspace, again) == kept
    assert store.version(workspace, again) == kept.version
    assert store.workspaces_of(again) == [workspace]
    assert store.exists(workspace)
    other = EmbeddingSpace(space.label_array, space.vectors * 2)
    assert store.load(workspace, other).annotations == Annotations(5)


def test_undo_and_redo_walk_through_the_steps(space: EmbeddingSpace) -> None:
    workspace = store.new_id()
    add(workspace, space, "a", [0])
    kept = add(workspace, space, "b", [1])
    assert (kept.undo, kept.redo) == ("save b", "")
    back = store.undo(workspace, space, kept.version)
    assert (list(back.annotations.sets), back.undo, back.redo) == (["a"], "save a", "save b")
    empty = store.undo(workspace, space, back.version)
    assert (len(empty.annotations), empty.undo, empty.redo) == (0, "", "save a")
    forth = store.redo(workspace, space, empty.version)
    assert list(forth.annotations.sets) == ["a"]
    other = add(workspace, space, "c", [2])  # what was undone is gone
    assert (list(other.annotations.sets), other.redo) == (["a", "c"], "")


def test_a_tab_does_not_undo_what_it_has_not_seen(space: EmbeddingSpace) -> None:
    workspace = store.new_id()
    seen = add(workspace, space, "a", [0])
    add(workspace, space, "from the other tab", [1])
    with pytest.raises(WorkspaceError, match="another tab"):
        store.undo(workspace, space, seen.version)
    assert list(store.load(workspace, space).annotations.sets) == ["a", "from the other tab"]


def test_tabs_that_write_at_once_lose_nothing(space: EmbeddingSpace) -> None:
    workspace = store.new_id()
    begin = threading.Barrier(8)

    def write(tab: int) -> None:
        begin.wait()
        for n in range(3):
            add(workspace, space, f"{tab}-{n}", [tab % 5])

    tabs = [threading.Thread(target=write, args=(tab,)) for tab in range(8)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    kept = store.load(workspace, space)
    assert set(kept.annotations.sets) == {f"{tab}-{n}" for tab in range(8) for n in range(3)}
    assert kept.version == 24


def test_a_change_that_fails_leaves_everything_as_it_was(space: EmbeddingSpace) -> None:
    workspace = store.new_id()
    kept = add(workspace, space, "a", [0])
    with pytest.raises(WorkspaceError):
        store.change(workspace, space, "remove b", lambda one: one.without(SETS, "b"))
    assert store.load(workspace, space) == kept


def test_eviction_from_the_cache_takes_no_set(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = store.new_id()
    kept = add(workspace, space, "a", [0])
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0")
    cache.make_room(1)
    assert store.load(workspace, space) == kept


@pytest.mark.parametrize("workspace", ["", "../../etc/passwd", "a" * 21, "a" * 23, "ü" * 22])
def test_an_id_that_no_server_made_reaches_no_file(space: EmbeddingSpace, workspace: str) -> None:
    assert store.load(workspace, space).annotations == Annotations(5)
    assert not store.exists(workspace)
    with pytest.raises(WorkspaceError, match="names no workspace"):
        add(workspace, space, "a", [0])


def test_a_broken_file_is_told_and_never_removed(space: EmbeddingSpace, cache_dir: Path) -> None:
    workspace = store.new_id()
    add(workspace, space, "a", [0])
    file = cache_dir / store.FOLDER / store.FILE
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(WorkspaceError, match="cannot be read or changed"):
        store.load(workspace, space)
    with pytest.raises(WorkspaceError, match="cannot be read or changed"):
        add(workspace, space, "b", [0])
    assert file.read_bytes().startswith(b"no database")


def test_only_so_many_steps_are_kept(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_STEPS", 2)
    workspace = store.new_id()
    for n in range(5):
        kept = add(workspace, space, f"s{n}", [n])
    for _ in range(2):
        assert kept.undo
        kept = store.undo(workspace, space, kept.version)
    assert not kept.undo
    assert list(kept.annotations.sets) == ["s0", "s1", "s2"]


def test_a_full_workspace_forgets_steps_first_and_then_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "WORKSPACE_BYTES", 1500)
    space = EmbeddingSpace([str(n) for n in range(4000)], np.ones((4000, 1)))
    workspace = store.new_id()
    random = np.random.default_rng(0)
    for _ in range(4):  # each takes some 500 bytes, and replaces the one before
        kept = add(workspace, space, "a", np.flatnonzero(random.random(4000) < 0.5).tolist())
    assert kept.annotations.sets["a"].size
    add(workspace, space, "b", np.flatnonzero(random.random(4000) < 0.5).tolist())
    more = np.flatnonzero(random.random(4000) < 0.5).tolist()
    with pytest.raises(WorkspaceError, match="is full"):
        add(workspace, space, "c", more)
    assert "a" in store.load(workspace, space).annotations.sets


def test_a_stranger_cannot_fill_the_disk_and_old_workspaces_make_room(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_WORKSPACES", 2)
    first, second, third = (store.new_id() for _ in range(3))
    add(first, space, "a", [0])
    add(second, space, "a", [0])
    with pytest.raises(WorkspaceError, match="no room for more"):
        add(third, space, "a", [0])
    later = time.time() + (store.KEPT_DAYS + 1) * store.DAY
    monkeypatch.setattr("explorer.workspace.store.time.time", lambda: later)
    store.touch(first)
    add(third, space, "a", [0])
    assert [store.exists(one) for one in (first, second, third)] == [True, False, True]


def test_all_workspaces_together_stay_within_the_bytes(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = store.new_id()
    add(workspace, space, "a", [0])
    monkeypatch.setattr(store, "STORE_BYTES", 1)
    with pytest.raises(WorkspaceError, match="no room for more"):
        add(workspace, space, "b", [0])


def test_a_workspace_holds_so_many_spaces(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_SPACES", 1)
    workspace = store.new_id()
    add(workspace, space, "a", [0])
    with pytest.raises(WorkspaceError, match="the most that one keeps"):
        add(workspace, EmbeddingSpace(["x"], [[1]]), "a", [0])


def test_the_name_of_a_group_is_kept_and_undone(space: EmbeddingSpace) -> None:
    workspace = store.new_id()
    store.change(workspace, space, "name a group", lambda one: one.named("run, walk", "verbs"))
    kept = store.load(workspace, space)
    assert dict(kept.annotations.names) == {"run, walk": "verbs"}
    assert not store.undo(workspace, space, kept.version).annotations.names


def test_looking_for_a_workspace_makes_no_folder(space: EmbeddingSpace, cache_dir: Path) -> None:
    workspace = store.new_id()
    assert not store.exists(workspace)
    assert len(store.load(workspace, space).annotations) == 0
    assert store.workspaces_of(space) == []
    assert not (cache_dir / store.FOLDER).exists()  # nor could it be made on a read-only disk
