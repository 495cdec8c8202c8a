"""Which models may be loaded, where they are found, and that none of them runs code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import explorer
from explorer.encoding import offline
from explorer.encoding.loaded import load_encoder
from explorer.encoding.models import MODELS, model_folder, revision
from explorer.errors import ModelError


@pytest.fixture
def copy(tiny_bert: Path, tmp_path: Path) -> Path:
    """A model of this test's own."""
    shutil.copytree(tiny_bert, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("EXPLORER_MODEL_DIR", str(tmp_path / "models"))


def test_the_first_model_of_the_table_works_offline() -> None:
    assert MODELS[0].offline
    assert (model_folder(MODELS[0].name) / "model.safetensors").is_file()


def test_without_network_the_error_names_the_folder_where_a_model_can_be_put(
    no_network: None, tmp_path: Path
) -> None:
    with pytest.raises(ModelError) as told:
        explorer.encode(["a"], "somebody/some-model")
    assert str(tmp_path / "models" / "somebody" / "some-model") in str(told.value)


def test_a_model_put_there_by_hand_is_found_by_its_name(
    no_network: None, tiny_bert: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_bert, tmp_path / "models" / "somebody" / "some-model")
    assert explorer.encode(["a"], "somebody/some-model").dim == 32


@pytest.mark.parametrize("name", ["../secrets", "/no/such/folder", "a b", "", "x/../../y"])
def test_what_is_no_name_and_no_folder_is_told(name: str) -> None:
    with pytest.raises(ModelError, match=r"no folder|holds no model"):
        explorer.encode(["a"], name)


def test_a_server_loads_only_the_models_on_its_list(
    monkeypatch: pytest.MonkeyPatch, tiny_bert: Path
) -> None:
    load_encoder(str(tiny_bert))  # being loaded already opens no back door
    monkeypatch.setenv("EXPLORER_MODELS", "BAAI/bge-small-en-v1.5, intfloat/e5-small")
    with pytest.raises(ModelError, match="loads: all-MiniLM-L6-v2, BAAI/bge"):
        explorer.encode(["a"], tiny_bert)
    assert model_folder("all-MiniLM-L6-v2").is_dir()


def test_weights_as_pickles_are_never_read(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="no weights as safetensors"):
        explorer.encode(["a"], copy)


def test_a_module_from_elsewhere_is_refused(copy: Path) -> None:
    (copy / "evil.py").write_text("raise SystemExit('code was run')")
    (copy / "modules.json").write_text(json.dumps([{"path": "", "type": "evil.Module"}]))
    with pytest.raises(ModelError, match=r"asks for a module “evil.Module”"):
        explorer.encode(["a"], copy)


def test_code_that_a_configuration_names_is_not_run(copy: Path) -> None:
    (copy / "evil.py").write_text("raise SystemExit('code was run')")
    configuration = json.loads((copy / "config.json").read_text())
    configuration |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Config"}}
    (copy / "config.json").write_text(json.dumps(configuration))
    with pytest.raises(ModelError, match="could not be loaded"):
        explorer.encode(["a"], copy)


def test_a_module_outside_of_the_model_is_refused(copy: Path) -> None:
    module = {"path": "../elsewhere", "type": "sentence_transformers.models.Pooling"}
    (copy / "modules.json").write_text(json.dumps([module]))
    with pytest.raises(ModelError, match="outside of the model"):
        explorer.encode(["a"], copy)


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        explorer.encode(["a"], tmp_path)


def test_other_weights_are_another_revision(copy: Path, tiny_bert: Path) -> None:
    assert revision(copy) == revision(tiny_bert)
    (copy / "vocab-notes.txt").write_text("changed")
    assert revision(copy) != revision(tiny_bert)


def test_a_model_is_loaded_once(tiny_bert: Path) -> None:
    assert load_encoder(str(tiny_bert)) is load_encoder(str(tiny_bert))


def test_the_weights_that_come_along_are_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    offline.offline_model_folder()

    def again(*args: object) -> None:
        raise AssertionError("a page would wait for it at each click")

    monkeypatch.setattr(offline.hashlib, "file_digest", again)
    assert offline.offline_model_folder().is_dir()
