"""Files that could run code: refused with the lines that convert them, and the lines work."""

from __future__ import annotations

import contextlib
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas
import pytest
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument

from explorer import inspect_file, open_space
from explorer.errors import RefusedError
from explorer.formats import pickles
from explorer.formats.file import File, as_file
from explorer.formats.recognition import choose_main

SENTENCES = [["king", "queen", "pea"], ["king", "queen"], ["king", "man"]] * 3
SMALL: dict[str, Any] = {"vector_size": 3, "min_count": 1, "workers": 1, "epochs": 1, "seed": 1}


class Bomb:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, ("import pathlib; pathlib.Path('exploded').touch()",)


def word2vec() -> Word2Vec:
    return Word2Vec(SENTENCES, **SMALL)


def save_keyed(path: Path) -> None:
    word2vec().wv.save(str(path))


def save_word2vec(path: Path) -> None:
    word2vec().save(str(path))


def save_fasttext(path: Path) -> None:
    FastText(SENTENCES, bucket=20, **SMALL).save(str(path))


def save_fasttext_vectors(path: Path) -> None:
    FastText(SENTENCES, bucket=20, **SMALL).wv.save(str(path))


def save_doc2vec(path: Path) -> None:
    Doc2Vec([TaggedDocument(one, [row]) for row, one in enumerate(SENTENCES)], **SMALL).save(
        str(path)
    )


def save_frame(path: Path) -> None:
    pandas.DataFrame({"word": ["king", "queen"], "x": [1.0, 2.0]}).to_pickle(path)


def save_words(path: Path) -> None:
    path.write_bytes(pickle.dumps({"king": np.ones(3, np.float32), "queen": np.zeros(3)}))


def save_array(path: Path) -> None:
    path.write_bytes(pickle.dumps(np.eye(3)))


def save_objects(path: Path) -> None:
    np.save(path, np.array([[1.0, 2.0], [3.0, None]], dtype=object)[:1])


def save_dictionary(path: Path) -> None:
    np.save(path, {"king": np.ones(3), "queen": np.zeros(3)}, allow_pickle=True)


def save_object_labels(path: Path) -> None:
    np.savez(path, vectors=np.eye(2), labels=np.array(["king", "queen"], dtype=object))


def save_joblib(value: Any) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        joblib.dump(value, path)

    return save


def save_apart(path: Path) -> None:
    """What gensim does where the arrays are large: they lie in files of their own."""
    word2vec().save(str(path), sep_limit=0)


def save_anew(protocol: int) -> Callable[[Path], None]:
    return lambda path: word2vec().wv.save(str(path), pickle_protocol=protocol)


CASES: dict[str, Callable[[Path], None]] = {
    "vectors.kv": save_keyed,
    "word2vec.model": save_word2vec,
    "fasttext.model": save_fasttext,
    "fasttext.kv": save_fasttext_vectors,
    "doc2vec.model": save_doc2vec,
    "frame.pkl": save_frame,
    "protocol 2.kv": save_anew(2),
    "protocol 5.kv": save_anew(5),
    "apart.model": save_apart,
    "words.pickle": save_words,
    "dictionary.kv": save_words,
    "array.pkl": save_array,
    "objects.npy": save_objects,
    "dictionary.npy": save_dictionary,
    "labels.npz": save_object_labels,
    "array.joblib": save_joblib(np.eye(3)),
    "words.joblib": save_joblib({"king": np.ones(3), "queen": np.zeros(3)}),
    "frame.joblib": save_joblib(pandas.DataFrame({"word": ["king"], "x": [1.0]})),
    "joblib.pkl": save_joblib({"king": np.ones(3)}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_pickle_is_refused_and_the_lines_told_convert_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    CASES[name](tmp_path / name)
    for look in (open_space, inspect_file):
        with pytest.raises(RefusedError) as caught:
            look(tmp_path / name)
    reason, _, lines = str(caught.value).partition("\n")
    assert "pickle" in reason
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(lines, "told", "exec"), {})
    made = set(tmp_path.iterdir()) - before - {tmp_path / "cache"}
    spaces = [open_space(one) for one in made if one.suffix != ".txt"]
    assert spaces
    if name.startswith(("dictionary", "labels", "words", "joblib")):
        assert spaces[0].labels[0] == "king"


@pytest.mark.parametrize(
    ("name", "kind", "line"),
    [
        ("vectors.kv", "gensim's word vectors", "KeyedVectors.load('vectors.kv')"),
        ("word2vec.model", "gensim's model Word2Vec", "Word2Vec.load('word2vec.model')"),
        ("doc2vec.model", "gensim's model Doc2Vec", "Doc2Vec.load('doc2vec.model')"),
        ("dictionary.kv", "a dictionary", "words = pickle.loads("),
    ],
)
def test_what_is_in_a_pickle_decides_which_lines_are_told(
    tmp_path: Path, name: str, kind: str, line: str
) -> None:
    CASES[name](tmp_path / name)
    with pytest.raises(RefusedError) as caught:
        inspect_file(tmp_path / name)
    assert f"{name} is a Python pickle ({kind})" in str(caught.value)
    assert line in str(caught.value)


@pytest.mark.parametrize(
    ("suffix", "line"),
    [
        (".kv", "KeyedVectors.load('x.kv')"),
        (".model", "SaveLoad.load('x.model')"),
        (".pkl", "words = pickle.loads("),
    ],
)
def test_where_a_pickle_does_not_say_what_it_holds_its_name_does(suffix: str, line: str) -> None:
    with pytest.raises(RefusedError) as caught:
        open_space(File(f"x{suffix}", content=pickle.dumps(("?", 1), 2)))
    assert line in str(caught.value)


def test_a_model_dropped_with_its_arrays_is_refused_as_the_pickle_that_it_is(
    tmp_path: Path,
) -> None:
    save_apart(tmp_path / "apart.model")
    files = [as_file(path) for path in sorted(tmp_path.iterdir()) if path.is_file()]
    assert len(files) > 2
    assert choose_main(files).name == "apart.model"


def test_the_lines_for_gensims_unnamed_objects_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, save in (("a.kv", save_keyed), ("b.model", save_word2vec)):
        save(tmp_path / name)
        exec(pickles.LOAD_GENSIM.format(name=name, stem=name[0]), {})
        assert len(open_space(tmp_path / f"{name[0]}.bin")) == 4


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("suffix", [".pkl", ".kv", ".model", ".npy", ".txt", ".csv", ".pt", ""])
def test_no_pickle_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: int, suffix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(pickle.dumps({"king": Bomb()}, protocol))
    with pytest.raises(ValueError, match="bomb"):
        open_space(path)
    assert not (tmp_path / "exploded").exists()


def test_a_torch_file_with_code_in_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.save({"weight": torch.eye(2), "bomb": Bomb()}, tmp_path / "model.pt")
    with pytest.raises(RefusedError, match="could run code"):
        open_space(tmp_path / "model.pt")
    assert not (tmp_path / "exploded").exists()


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_gensims_own_files_are_refused_or_opened() -> None:
    """The files of all ages in gensim's wheel: none ends in another error than ours."""
    import gensim

    folder = Path(gensim.__file__).parent / "test" / "test_data"
    expected = {
        "test_glove.txt": "GloVe text",
        "high_precision.kv.txt": "word2vec text",
        "high_precision.kv.bin": "word2vec binary",
        "euclidean_vectors.bin": "word2vec binary",
        "lee_fasttext.vec": "word2vec text",
        "crime-and-punishment.vec": "word2vec text",
        "word2vec_pre_kv_c": "word2vec text",
    }
    for name, format_name in expected.items():
        space = open_space(folder / name)
        assert space.source.format == format_name, name
        binary = format_name.endswith("binary")
        keyed = KeyedVectors.load_word2vec_format(
            str(folder / name), binary=binary, no_header=format_name == "GloVe text"
        )
        assert list(space.labels) == keyed.index_to_key
        np.testing.assert_array_equal(space.vectors, keyed.vectors)
    cut_off = open_space(folder / "pretrained.vec")  # gensim itself cannot open this one
    assert "is missing" in cut_off.notes[0] or "are missing" in cut_off.notes[0]
    for name in ("word2vec_pre_kv_py2", "word2vec_old", "doc2vec_old", "fasttext_old"):
        with pytest.raises(RefusedError, match="pickle"):
            open_space(folder / name)
