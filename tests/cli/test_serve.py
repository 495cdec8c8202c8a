"""What keeps the app from starting is told in the first line, with what to do."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.cli.main import main, with_command
from tests.conftest import ROOT


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_without_a_command_the_app_opens() -> None:
    assert with_command([]) == ["serve", "--browser"]
    assert with_command(["--port", "80"])[:2] == ["serve", "--browser"]
    for typed in (["--help"], ["settings"], ["serve", "--port", "80"]):
        assert with_command(typed) == typed


def test_a_taken_port_names_another(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"embedding-explorer: Port {port} is in use")
    assert f"--port {port + 1}" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "70000"], "There is no port 70000."),
        (["--address", "no such host.invalid"], "has no address “no such host.invalid”"),
        (["--address", "192.0.2.1"], "does not have the address 192.0.2.1"),
    ],
)
def test_a_wrong_address_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_cache_folder_that_cannot_be_written_is_told(
    tmp_path: Path,
    free_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert main(["serve", "--port", str(free_port)]) == 2
    told = capsys.readouterr().err
    assert "cannot be written" in told
    assert "EXPLORER_CACHE_DIR" in told


@pytest.mark.parametrize(
    ("pretend", "told"),
    [
        ("sys.version_info = (3, 10, 4)", "Embedding Explorer needs Python 3.11 or newer"),
        ("sys.maxsize = 2**31 - 1", "Embedding Explorer needs a 64-bit Python"),
    ],
)
def test_an_unfit_python_is_told_before_anything_else(pretend: str, told: str) -> None:
    old = f"import sys; {pretend}; import explorer"
    ended = subprocess.run(
        [sys.executable, "-c", old],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(told)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs a disk of its own")
def test_a_full_disk_is_told(tmp_path: Path, free_port: int) -> None:
    serve = shlex.join([sys.executable, "-m", "explorer.cli", "serve", "--port", str(free_port)])
    mount = f"mount -t tmpfs -o size=64k none {shlex.quote(str(tmp_path))}"
    ended = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f"{mount} && {serve}"],
        cwd=ROOT,
        env={**os.environ, "EXPLORER_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount" in ended.stderr or "unshare" in ended.stderr:
        pytest.skip("This system does not let us make a disk.")
    assert ended.returncode == 2
    assert ended.stderr.startswith("embedding-explorer: The cache folder")
    assert "No space left on device" in ended.stderr
    assert "EXPLORER_CACHE_DIR" in ended.stderr


def test_a_sign_in_that_cannot_work_keeps_the_app_from_starting(
    tmp_path: Path,
    free_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXPLORER_SIGN_IN", "*")
    monkeypatch.chdir(tmp_path)
    assert main(["serve", "--port", str(free_port)]) == 2
    assert "no secrets.toml with a section [auth]" in capsys.readouterr().err
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text("[auth\n", encoding="utf-8")
    assert main(["serve", "--port", str(free_port)]) == 2
    assert f"{secrets} cannot be read" in capsys.readouterr().err
    secrets.write_text(
        '[auth]\nredirect_uri = "http://localhost:8501/callback"\nclient_id = "a"\n'
        'client_secret = "b"\nserver_metadata_url = "http://localhost/"\ncookie_secret = "c"\n',
        encoding="utf-8",
    )
    assert main(["serve", "--port", str(free_port)]) == 2
    told = capsys.readouterr().err
    assert "redirect_uri is “http://localhost:8501/callback”" in told
    assert "/oauth2callback" in told
