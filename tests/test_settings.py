"""Settings: the environment's variables, then the defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def no_variables(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE_DIR", "CACHE_GB", "WORKERS"):
        monkeypatch.delenv(f"EXPLORER_{name}", raising=False)


def test_the_defaults_are_the_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load_settings() == Settings(cache_dir=tmp_path / "embedding-explorer")


def test_windows_keeps_its_cache_in_local_app_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert load_settings().cache_dir == tmp_path / "embedding-explorer" / "cache"


def test_variables_come_before_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0.5")
    monkeypatch.setenv("EXPLORER_WORKERS", "3")
    assert load_settings() == Settings(cache_dir=tmp_path, cache_gb=0.5, workers=3)


def test_models_are_a_list_of_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_MODELS", "BAAI/bge-small-en-v1.5, , intfloat/e5-small")
    monkeypatch.setenv("EXPLORER_MODEL_DIR", str(tmp_path))
    settings = load_settings()
    assert settings.models == ("BAAI/bge-small-en-v1.5", "intfloat/e5-small")
    assert settings.model_dir == tmp_path


def test_there_may_be_no_workers_and_another_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_WORKERS", "0")
    monkeypatch.setenv("EXPLORER_SCHEDULER", "tcp://host:8786")
    settings = load_settings()
    assert (settings.workers, settings.scheduler) == (0, "tcp://host:8786")


def test_a_variable_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", "a lot")
    with pytest.raises(ValueError, match=r"EXPLORER_CACHE_GB is “a lot”, not a number"):
        load_settings()


@pytest.mark.parametrize(("text", "allowed"), [("1", True), ("No", False), ("", None)])
def test_what_visitors_may_do_is_switched(
    monkeypatch: pytest.MonkeyPatch, text: str, allowed: bool | None
) -> None:
    monkeypatch.setenv("EXPLORER_ALLOW_FORGETTING", text)
    assert load_settings().allow_forgetting is allowed


def test_a_variable_that_is_no_switch_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_ALLOW_FORGETTING", "perhaps")
    with pytest.raises(
        ValueError, match=r"EXPLORER_ALLOW_FORGETTING is “perhaps”. Expected: 1, yes"
    ):
        load_settings()
