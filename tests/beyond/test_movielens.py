"""MovieLens from a server of our own, with a file of its form: checks, Stop, the command."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from explorer.beyond.tastes import movielens
from explorer.beyond.tastes.movielens import (
    GENRES,
    MOVIELENS,
    TERMS,
    DataSet,
    fetch,
    fetched,
    keep_file,
    read_movielens,
)
from explorer.cli import movielens as command
from explorer.cli.main import main
from explorer.errors import DownloadError

PEOPLE, FILMS = 12, 9


def archive() -> bytes:
    """Return a file of the publisher's form: people who rated some films, two of one name."""
    drawn = np.random.default_rng(0)
    lines = [
        f"{person}\t{film}\t{drawn.integers(1, 6)}\t{880_000_000 + 60 * film}"
        for person in range(1, PEOPLE + 1)
        for film in drawn.permutation(np.arange(1, FILMS + 1))[:6]
    ]
    flags = {1: ("Animation", "Comedy"), 2: ("Drama",)}
    films = []
    for film in range(1, FILMS + 1):
        title = "Léon (1994)" if film in (1, 2) else f"Film {film} (1990)"
        has = ["1" if name in flags.get(film, ()) else "0" for name in GENRES]
        released = "" if film == 3 else "01-Jan-1994"
        films.append("|".join([str(film), title, released, "", "http://x", *has]))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("ml-100k/u.data", "\n".join(lines))
        packed.writestr("ml-100k/u.item", "\n".join(films).encode("latin-1"))
    return made.getvalue()


@dataclass
class Publisher:
    """A server with one file; while `open` is not set, it stops in the middle."""

    data: DataSet
    content: bytes
    status: int = 200
    open: threading.Event = field(default_factory=threading.Event)
    asked: int = 0


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    content = archive()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.asked += 1
            self.send_response(shown.status)
            self.end_headers()
            half = len(shown.content) // 2
            self.wfile.write(shown.content[:half])
            self.wfile.flush()
            shown.open.wait(60)
            self.wfile.write(shown.content[half:])

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        data = DataSet(
            "MovieLens 100k",
            f"http://127.0.0.1:{server.server_port}/ml-100k.zip",
            len(content),
            hashlib.sha256(content).hexdigest(),
            "http://127.0.0.1/README",
        )
        shown = Publisher(data, content)
        shown.open.set()
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield shown
        shown.open.set()
        server.shutdown()


def test_it_is_fetched_once_and_read(publisher: Publisher) -> None:
    assert fetched(publisher.data) is None
    shares: list[float] = []
    path = fetch(publisher.data, lambda share, step: shares.append(share))
    assert path.read_bytes() == publisher.content
    assert shares[-1] == 1
    assert fetch(publisher.data) == fetched(publisher.data) == path
    assert publisher.asked == 1


def test_films_have_years_genres_stars_and_times(publisher: Publisher) -> None:
    films = read_movielens(fetch(publisher.data))
    assert (len(films.users), len(films.items), len(films.pairs)) == (PEOPLE, FILMS, PEOPLE * 6)
    assert {"Léon (1994) [1]", "Léon (1994) [2]", "Film 4 (1990)"} <= set(films.items)
    assert films.about_items is not None
    about = dict(zip(films.items, films.about_items.to_pylist(), strict=True))
    assert about["Léon (1994) [1]"] == {
        "year": 1994,
        "genre": "Animation",
        "genres": "Animation, Comedy",
    }
    assert about["Film 3 (1990)"]["year"] is None
    assert films.ratings is not None
    assert set(films.ratings.tolist()) <= {1, 2, 3, 4, 5}
    assert films.times is not None
    assert films.nouns.items == "films"


@pytest.mark.parametrize("change", [b"changed", b""])
def test_another_file_is_not_kept(publisher: Publisher, change: bytes) -> None:
    publisher.content = publisher.content[: -len(change) or -1] + change
    with pytest.raises(DownloadError, match="Nothing was kept"):
        fetch(publisher.data)
    assert fetched(publisher.data) is None


def test_of_an_endless_file_no_more_than_the_known_size_is_read(publisher: Publisher) -> None:
    publisher.content = publisher.content * 50
    seen: list[float] = []
    with pytest.raises(DownloadError, match="more than"):
        fetch(publisher.data, lambda share, step: seen.append(share))
    assert all(share <= 1 for share in seen)


def test_stop_ends_it_and_nothing_is_kept(publisher: Publisher) -> None:
    publisher.open.clear()

    class StopPressedError(Exception):
        pass

    def stop(share: float, step: str) -> None:
        if share > 0:
            raise StopPressedError

    with pytest.raises(StopPressedError):
        fetch(publisher.data, stop)
    assert fetched(publisher.data) is None


def test_a_server_that_says_nothing_is_given_up(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movielens, "STALLED_SECONDS", 0.2)
    publisher.open.clear()
    with pytest.raises(DownloadError, match="no answer for"):
        fetch(publisher.data)


def test_a_refusal_says_what_to_do(publisher: Publisher) -> None:
    publisher.status = 403
    with pytest.raises(DownloadError, match=r"could not be fetched: Forbidden.*--file ml-100k.zip"):
        fetch(publisher.data)


def test_a_proxy_of_the_environment_is_used(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", publisher.data.url.rpartition("/")[0])
    monkeypatch.setenv("no_proxy", "")
    far = replace(publisher.data, url="http://publisher.invalid/ml-100k.zip")
    assert fetch(far).read_bytes() == publisher.content


def test_an_archive_of_another_form_is_told(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("ml-100k/u.data", "1\t2\t3\t4\n")
    with pytest.raises(DownloadError, match="does not hold what its README describes"):
        read_movielens(path)


def test_a_file_from_elsewhere_is_checked_too(publisher: Publisher, tmp_path: Path) -> None:
    path = tmp_path / "ml-100k.zip"
    path.write_bytes(publisher.content + b"x")
    with pytest.raises(DownloadError, match="another checksum"):
        keep_file(path, publisher.data)
    path.write_bytes(publisher.content)
    assert keep_file(path, publisher.data) == fetched(publisher.data)
    with pytest.raises(DownloadError, match="cannot be read"):
        keep_file(tmp_path / "nowhere.zip", publisher.data)


@pytest.fixture
def ours(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """The command, pointed at our own server."""
    monkeypatch.setattr(command, "fetch", lambda report: fetch(publisher.data, report))
    monkeypatch.setattr(command, "fetched", lambda: fetched(publisher.data))
    return publisher


def test_the_command_shows_the_terms_and_asks(
    ours: Publisher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert main(["fetch-movielens"]) == 1
    assert TERMS in capsys.readouterr().out
    assert ours.asked == 0
    monkeypatch.setattr("builtins.input", lambda question: "y")
    assert main(["fetch-movielens"]) == 0
    assert f"{PEOPLE * 6} ratings of {FILMS} films" in capsys.readouterr().out


def test_without_anybody_to_answer_the_terms_are_not_accepted(
    ours: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert main(["fetch-movielens"]) == 1
    assert main(["fetch-movielens", "--accept-terms"]) == 0


def test_the_publishers_address_is_encrypted_and_its_checksum_whole() -> None:
    assert MOVIELENS.url.startswith("https://files.grouplens.org/")
    assert len(bytes.fromhex(MOVIELENS.sha256)) == 32
