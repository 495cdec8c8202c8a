"""What visitors may do on a server that answers others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from explorer.encoding.models import DEFAULT_MODEL, TOKENS_OF
from explorer.errors import ModelError
from explorer.ui.shell import owner

HUB_MODEL = "BAAI/bge-small-en-v1.5"


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str | None]:
    """The server's address, to be changed; nothing is set besides."""
    given: list[str | None] = ["0.0.0.0"]
    options = {"server.address": given}
    monkeypatch.setattr(st, "get_option", lambda name: options.get(name, [""])[0])
    monkeypatch.setenv("EXPLORER_MODEL_DIR", str(tmp_path / "by hand"))
    for name in ("MODELS", "ALLOW_HUB_MODELS", "ALLOW_MODEL_FOLDERS", "ALLOW_FORGETTING"):
        monkeypatch.delenv(f"EXPLORER_{name}", raising=False)
    return given


def refusal(name: str) -> str:
    with pytest.raises(ModelError) as caught:
        owner.check_model(name)
    return str(caught.value)


@pytest.mark.parametrize("alone", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_on_ones_own_machine_everything_is_allowed(address: list[str | None], alone: str) -> None:
    address[0] = alone
    for name in (DEFAULT_MODEL, HUB_MODEL, "/any/folder", f"{TOKENS_OF}/any/folder"):
        owner.check_model(name)
    assert owner.allows("forgetting")
    assert owner.takes_other_models()


@pytest.mark.parametrize("header", owner.FORWARDED)
def test_visitors_behind_a_proxy_on_ones_own_machine_are_others(
    address: list[str | None], monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    address[0] = "localhost"
    monkeypatch.setattr(st, "context", SimpleNamespace(headers={header: "192.0.2.7"}))
    assert owner.answers_others()
    assert not owner.allows("forgetting")


@pytest.mark.parametrize("others", ["0.0.0.0", "::", "192.168.1.7", "school.example", "", None])
def test_a_server_that_answers_others_loads_what_comes_along(
    address: list[str | None], others: str | None
) -> None:
    address[0] = others
    owner.check_model(DEFAULT_MODEL)
    owner.check_model(f"{TOKENS_OF}{DEFAULT_MODEL}")
    for name in (HUB_MODEL, f"{TOKENS_OF}{HUB_MODEL}", "/any/folder", "~/models", ".."):
        refusal(name)
    assert owner.models() == (DEFAULT_MODEL, f"{TOKENS_OF}{DEFAULT_MODEL}")
    assert not owner.takes_other_models()
    assert not owner.allows("forgetting")


def test_a_refusal_does_not_tell_whether_a_folder_exists(
    address: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, not_there = tmp_path / "there", tmp_path / "nope!"
    there.mkdir()
    told = [refusal(str(one)).replace(one.name, "") for one in (there, not_there)]
    assert told[0] == told[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXPLORER_ALLOW_HUB_MODELS", "1")
    owner.check_model(HUB_MODEL)
    # without its path it looks like a name on the hub, and is told like one that the hub lacks
    assert "could not be fetched from the Hugging Face hub" in refusal("there")


def test_the_owner_allows_one_thing_without_the_other(
    address: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_ALLOW_MODEL_FOLDERS", "1")
    owner.check_model("/any/folder")
    refusal(HUB_MODEL)
    monkeypatch.setenv("EXPLORER_ALLOW_FORGETTING", "yes")
    assert owner.allows("forgetting")


def test_the_owner_can_forbid_it_at_home_too(
    address: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    address[0] = "localhost"
    monkeypatch.setenv("EXPLORER_ALLOW_HUB_MODELS", "0")
    refusal(HUB_MODEL)


def test_models_of_the_owners_list_and_those_put_there_by_hand_are_allowed(
    address: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "by hand" / HUB_MODEL).mkdir(parents=True)
    owner.check_model(HUB_MODEL)
    monkeypatch.setenv("EXPLORER_MODELS", "intfloat/e5-small")
    owner.check_model("intfloat/e5-small")
    refusal(HUB_MODEL)
