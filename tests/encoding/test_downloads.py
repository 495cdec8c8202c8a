"""Models from the hub, here one of our own on this machine: sizes, Stop, and what is kept."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from explorer.encoding import downloads, loaded
from explorer.encoding.loaded import load_encoder
from explorer.encoding.models import local_folder, model_folder
from explorer.errors import JobCancelled, ModelError

NAME, SHA = "school/tiny", "a" * 40
PATIENCE = 60.0


@dataclass
class Hub:
    """A hub with one model; while `open` is not set, its weights stop in the middle."""

    files: dict[str, bytes]
    open: threading.Event = field(default_factory=threading.Event)
    halfway: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def hub(tmp_path: Path, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    files = {path.name: path.read_bytes() for path in tiny_bert.iterdir() if path.is_file()}
    shown = Hub(files)
    shown.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def answer(self, *, body: bool) -> None:
            shown.asked.append(self.path)
            if self.path.startswith(f"/api/models/{NAME}/tree"):
                listed = [
                    {"type": "file", "path": name, "size": len(content), "oid": "b" * 40}
                    for name, content in files.items()
                ]
                self.send(json.dumps(listed).encode(), "application/json")
            elif self.path.startswith(f"/api/models/{NAME}"):
                about = {"id": NAME, "modelId": NAME, "sha": SHA, "siblings": []}
                self.send(json.dumps(about).encode(), "application/json")
            elif self.path.startswith(f"/{NAME}/resolve/"):
                content = files[self.path.rpartition("/")[2].partition("?")[0]]
                self.send(content, "application/octet-stream", body=body)
            else:
                self.send_error(404)

        def send(self, content: bytes, kind: str, *, body: bool = True) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hash(content) & 0xFFFFFFFF:08x}"')
            self.send_header("X-Repo-Commit", SHA)
            self.end_headers()
            if not body:
                return
            half = len(content) // 2 if kind == "application/octet-stream" else 0
            self.wfile.write(content[:half])
            if not shown.open.is_set() and content == files["model.safetensors"]:
                self.wfile.flush()
                shown.halfway.set()
                shown.open.wait(PATIENCE)
            self.wfile.write(content[half:])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept = tmp_path / "hub"
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HUB_CACHE", str(kept))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(kept))
    monkeypatch.setattr(loaded, "_loaded", OrderedDict())  # each test loads the model anew
    yield shown
    shown.open.set()
    server.shutdown()
    server.server_close()


def test_a_model_is_downloaded_once_and_then_found_without_network(hub: Hub) -> None:
    told: list[tuple[float, str]] = []
    assert local_folder(NAME) is None
    folder = model_folder(NAME, lambda share, step: told.append((share, step)))
    for name, content in hub.files.items():
        assert (folder / name).read_bytes() == content
    assert any(step.startswith(f"downloading {NAME}") for _, step in told)
    hub.asked.clear()
    assert local_folder(NAME) == folder
    assert load_encoder(NAME).dim == 32
    assert hub.asked == []


def test_a_model_too_large_is_refused_before_its_weights_are_asked_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MODEL_GB", "1e-6")
    with pytest.raises(ModelError, match=r"KB large; models of up to 1e-06 GB"):
        model_folder(NAME)
    assert not hub.halfway.is_set()
    assert local_folder(NAME) is None


def test_a_model_without_safetensors_is_refused_before_it_is_downloaded(hub: Hub) -> None:
    hub.files["pytorch_model.bin"] = hub.files.pop("model.safetensors")
    with pytest.raises(ModelError, match="no weights as safetensors on the hub"):
        model_folder(NAME)
    assert local_folder(NAME) is None


def test_stop_ends_a_download_and_half_a_model_is_not_taken_for_one(hub: Hub) -> None:
    hub.open.clear()

    def stop(share: float, step: str) -> None:
        if hub.halfway.is_set():
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        model_folder(NAME, stop)
    assert local_folder(NAME) is None
    hub.open.set()
    assert load_encoder(NAME).dim == 32


def test_a_strangers_download_keeps_nobody_from_another_model(
    hub: Hub, sentence_bert: Path
) -> None:
    hub.open.clear()
    ended = threading.Event()

    def report(share: float, step: str) -> None:
        if ended.is_set():
            raise JobCancelled("stopped")

    def ask() -> None:
        with pytest.raises(JobCancelled):
            load_encoder(NAME, report=report)

    stranger = threading.Thread(target=ask)
    stranger.start()
    assert hub.halfway.wait(PATIENCE)
    waiting: list[str] = []

    def give_up(share: float, step: str) -> None:
        waiting.append(step)
        raise JobCancelled("stopped")

    try:
        assert load_encoder(str(sentence_bert)).dim == 8
        with pytest.raises(JobCancelled):  # who wants the same model waits, and can stop as well
            load_encoder(NAME, report=give_up)
        assert waiting == [f"waiting for {NAME}, which is being loaded"]
    finally:
        ended.set()
        stranger.join(PATIENCE)
    assert not stranger.is_alive()


def test_a_download_that_stands_still_is_given_up(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "STALLED_SECONDS", 0.0)
    monkeypatch.setattr(downloads, "LOOK_SECONDS", 0.01)
    hub.open.clear()
    with pytest.raises(ModelError, match="stood still"):
        model_folder(NAME)
