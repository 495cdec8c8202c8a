"""save_space: what is saved and opened again is equal, whatever the labels hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer import EmbeddingSpace, open_space, save_space
from explorer.errors import FormatError
from explorer.formats import isolated, kept
from explorer.formats.known import named_format
from explorer.formats.save import WRITERS
from tests.formats.test_text import HOSTILE

LABEL = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
NUMBER = st.floats(width=32, allow_nan=False, allow_infinity=False)
FORBIDDEN = {".txt": "\n\r\0", ".vec": "\n\r\0", ".bin": " \n\r", ".tsv": "\n\r\t\0"}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read here what has a process of its own elsewhere: it is tried hundreds of times."""

    def read_here(file, name, kind, options, out):  # type: ignore[no-untyped-def]
        with isolated.on_disk(file) as placed:
            kept.save(named_format(name).read(placed, options), out)

    monkeypatch.setattr("explorer.formats.isolated.read_isolated", read_here)


@pytest.mark.parametrize("suffix", WRITERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(LABEL, min_size=1, max_size=5), dim=st.integers(1, 4), data=st.data())
def test_any_space_comes_back_or_is_refused_with_the_label_that_does_not_fit(
    suffix: str, labels: list[str], dim: int, data: st.DataObject
) -> None:
    vectors = data.draw(arrays(np.float32, (len(labels), dim), elements=NUMBER))
    space = EmbeddingSpace(labels, vectors)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"vectors{suffix}"
        if any(set(FORBIDDEN.get(suffix, "")) & set(label) for label in labels):
            with pytest.raises(FormatError, match="cannot hold"):
                save_space(space, path)
            return
        save_space(space, path)
        found = open_space(path)
        assert found.labels == space.labels
        np.testing.assert_array_equal(found.vectors, space.vectors)


@pytest.mark.parametrize("suffix", [".npy", ".parquet", ".tsv"])
def test_metadata_comes_back_too(tmp_path: Path, space: EmbeddingSpace, suffix: str) -> None:
    metadata = pa.table({"rank": [1, 2, 3, 4, 5], "kind": ["a", 'b"', "c, d", "", "e"]})
    labels = ["007", "queen", "1e5", '"man"', "a, b"]
    given_space = EmbeddingSpace(labels, space.vectors, metadata=metadata)
    save_space(given_space, tmp_path / f"vectors{suffix}")
    found = open_space(tmp_path / f"vectors{suffix}")
    assert found.labels == tuple(labels)
    assert found.metadata is not None
    assert found.metadata["rank"].to_pylist() == [1, 2, 3, 4, 5]
    assert found.metadata["kind"].fill_null("").to_pylist() == metadata["kind"].to_pylist()


def test_gensim_reads_what_we_write(tmp_path: Path, words: EmbeddingSpace) -> None:
    from gensim.models import KeyedVectors

    few = words.take(range(200), name="few", step="first 200")
    for suffix, binary in ((".txt", False), (".bin", True)):
        save_space(few, tmp_path / f"few{suffix}")
        keyed = KeyedVectors.load_word2vec_format(str(tmp_path / f"few{suffix}"), binary=binary)
        assert keyed.index_to_key == list(few.labels)
        np.testing.assert_array_equal(keyed.vectors, few.vectors)


def test_safetensors_reads_what_we_write(tmp_path: Path, space: EmbeddingSpace) -> None:
    from safetensors.numpy import load_file

    save_space(space, tmp_path / "a.safetensors")
    np.testing.assert_array_equal(load_file(tmp_path / "a.safetensors")["vectors"], space.vectors)


def test_an_unknown_suffix_is_told_with_the_known_ones(
    tmp_path: Path, space: EmbeddingSpace
) -> None:
    with pytest.raises(FormatError, match=r"“\.doc”. Choose one of \.txt"):
        save_space(space, tmp_path / "a.doc")


def test_a_missing_folder_is_told(tmp_path: Path, space: EmbeddingSpace) -> None:
    with pytest.raises(FormatError, match="no folder"):
        save_space(space, tmp_path / "nowhere" / "a.npy")


def test_labels_of_an_earlier_saving_do_not_stay(tmp_path: Path, space: EmbeddingSpace) -> None:
    save_space(EmbeddingSpace(["a\n", "b", "c", "d", "e"], space.vectors), tmp_path / "a.npy")
    save_space(space, tmp_path / "a.npy", overwrite=True)
    assert open_space(tmp_path / "a.npy").labels == space.labels


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-x", "@SUM(A1)", "'=x", "''+y", "'tis", "-5", "-", "a=b"]


@pytest.mark.parametrize("with_metadata", [True, False])
def test_no_cell_of_a_saved_table_is_a_formula_and_all_come_back(
    tmp_path: Path, with_metadata: bool
) -> None:
    metadata = pa.table({"=name": FORMULAS[::-1]}) if with_metadata else None
    space = EmbeddingSpace(FORMULAS, np.ones((len(FORMULAS), 2)), metadata=metadata)
    _, beside = save_space(space, tmp_path / "a.tsv")
    for line in beside.read_text().splitlines():
        for cell in line.split("\t"):
            assert cell.strip('"')[:1] not in ("=", "+", "@")
            assert cell[:1] != "-" or cell == "-5"
    found = open_space(tmp_path / "a.tsv")
    assert found.labels == space.labels
    if metadata is not None:
        assert found.metadata is not None
        assert found.metadata.to_pydict() == metadata.to_pydict()


def test_an_apostrophe_in_a_strangers_file_stays(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "v.txt").write_text("'=a\n'-\n")
    assert open_space(tmp_path / "v.npy").labels == ("'=a", "'-")


def test_labels_too_large_for_a_safetensors_header_are_told(
    tmp_path: Path, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.formats.save.HEADER_BYTES", 1020)
    with pytest.raises(FormatError, match=r"Save them as \.parquet"):
        save_space(space, tmp_path / "a.safetensors")
    assert not (tmp_path / "a.safetensors").exists()
