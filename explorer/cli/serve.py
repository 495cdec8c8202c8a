"""The command `serve`: the app, which is also what starts where no command is given."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import runpy
import socket
import sys
import tempfile
import threading
import time
import tomllib
import urllib.request
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from explorer import access
from explorer.errors import StartError
from explorer.folders import APP_FOLDER
from explorer.settings import load_settings

PATIENCE = 60.0  # seconds that the browser waits for a slow computer's first start
NEEDED = 1 << 20  # bytes that must fit on the cache's disk
HERE = ("localhost", "127.0.0.1", "::1")


def declare_serve(parser: argparse.ArgumentParser) -> None:
    """Declare what `serve` takes."""
    parser.add_argument(
        "--data", metavar="FOLDER", help="offer the files of this folder to visitors"
    )
    parser.add_argument("--port", type=int, default=8501, help="(default: %(default)s)")
    parser.add_argument(
        "--address", default="localhost", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--base-path", default="", metavar="PATH", help="path below a proxy, such as explorer"
    )
    parser.add_argument(
        "--browser",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="open the app in the browser (the default where no command is given)",
    )


def serve(given: argparse.Namespace) -> int:
    """Run the app until it is stopped; raises StartError where it cannot start here."""
    if given.data is not None:
        folder = Path(given.data).resolve()
        if not folder.is_dir():
            raise StartError(f"There is no folder {folder}. Name one that exists after --data.")
        os.environ["EXPLORER_DATA_DIR"] = str(folder)
    check_port(given.address, given.port)
    settings = load_settings()
    check_cache(settings.cache_dir)
    if settings.sign_in or settings.may_open or settings.may_encode:
        check_sign_in(given.base_path)
    if given.browser and has_browser():
        host = "localhost" if given.address in (*HERE, "0.0.0.0", "::") else given.address
        url = f"http://{host}:{given.port}/{given.base_path.strip('/')}".rstrip("/")
        threading.Thread(target=open_browser, args=(url,), daemon=True).start()
    # Streamlit takes its arguments from sys.argv. A process of its own would have to be stopped
    # by us, and would stay if we were killed.
    sys.argv = [
        "streamlit",
        "run",
        str(APP_FOLDER / "app.py"),
        f"--server.port={given.port}",
        f"--server.address={given.address}",
        f"--server.baseUrlPath={given.base_path}",
    ]
    try:
        runpy.run_module("streamlit", run_name="__main__")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def check_port(address: str, port: int) -> None:
    """Raise StartError if the app cannot listen there."""
    if not 1 <= port <= 65535:
        raise StartError(f"There is no port {port}. Choose one from 1024 to 65535.")
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except OSError:
        raise StartError(
            f"This machine has no address “{address}”. Leave --address out, or give 0.0.0.0 to "
            "let others in."
        ) from None
    failures = []
    for family, kind, protocol, _, place in found:
        try:
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":  # a port that was just given back is free
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            failures.append(error.errno)
    if errno.EADDRINUSE in failures:
        raise StartError(
            f"Port {port} is in use, perhaps by this app in another window. Close that, or choose "
            f"another port: --port {port + 1 if port < 65535 else 8501}."
        )
    if errno.EACCES in failures:
        raise StartError(f"Port {port} is not allowed. Choose one from 1024: --port 8501.")
    if len(failures) == len(found):
        raise StartError(
            f"This machine does not have the address {address}. Leave --address out, or give "
            "0.0.0.0 to let others in."
        )


def check_cache(folder: Path) -> None:
    """Raise StartError if nothing can be written to the cache folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(NEEDED))
    except OSError as error:
        raise StartError(
            f"The cache folder {folder} cannot be written ({error.strerror}). Set "
            "EXPLORER_CACHE_DIR to a folder of yours with some free space."
        ) from None


def check_sign_in(base_path: str) -> None:
    """Raise StartError if nobody could sign in; a provider that does not answer is only told."""
    auth: dict[str, Any] = {}
    for folder in (Path.home(), Path.cwd(), APP_FOLDER):  # Streamlit's order: the last one wins
        file = folder / ".streamlit" / "secrets.toml"
        with contextlib.suppress(OSError):
            try:
                auth |= tomllib.loads(file.read_text(encoding="utf-8")).get("auth", {})
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise StartError(f"{file} cannot be read: {error}. Mend it, then start.") from None
    if find_spec("authlib") is None:
        raise StartError('Sign-in needs a package: pip install "embedding-explorer[sign-in]"')
    if wrong := access.fault(auth, base_path):
        raise StartError(wrong)
    if wrong := access.provider_fault(str(auth["server_metadata_url"])):
        print(f"embedding-explorer: {wrong}", file=sys.stderr, flush=True)


def has_browser() -> bool:
    """Return whether there is a window to open; a browser of letters would take the terminal."""
    system: str = sys.platform
    if system.startswith("linux"):
        return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    return True


def open_browser(url: str) -> None:
    """Open the app in the browser as soon as it answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer,
        ):
            if answer.status == 200:
                webbrowser.open(url)
                return
        time.sleep(0.2)
