"""The commands `store` and `recall`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.cli.main import main
from explorer.settings import load_settings

PLANTED = "pl4nted-s3cret"


def test_a_file_is_saved_and_its_recall_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "v.npy", np.random.default_rng(0).standard_normal((50, 4)))
    store = str(tmp_path / "v.duckdb")
    arguments = ["store", str(tmp_path / "v.npy"), store, "--collection", "v"]
    assert main(arguments) == 0
    assert "50 rows added" in capsys.readouterr().out
    assert main(arguments) == 2
    assert "already" in capsys.readouterr().err
    assert main([*arguments, "--continue"]) == 0
    assert "0 rows added" in capsys.readouterr().out
    monkeypatch.setenv("EXPLORER_STORES", f"mine={store}")
    assert main(["recall", "mine", "--collection", "v", "--queries", "20"]) == 0
    assert "100.00%" in capsys.readouterr().out


def test_neither_settings_nor_errors_print_a_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"postgresql://me:{PLANTED}@127.0.0.1:1/x"
    monkeypatch.setenv("EXPLORER_STORES", f"shop={address}")
    monkeypatch.setenv("SHOP", address)
    assert main(["settings"]) == 0
    for store in ("shop", "env:SHOP", address):
        assert main(["recall", store, "--collection", "t"]) == 2
    monkeypatch.setenv("EXPLORER_STORES", address)
    with pytest.raises(ValueError, match="name=address") as caught:
        load_settings()
    assert PLANTED not in str(caught.value)
    printed = capsys.readouterr()
    assert "shop" in printed.out
    assert "does not answer" in printed.err
    assert PLANTED not in printed.out + printed.err
