"""What the image, the cluster and compose.yaml run, in an environment made from the wheel."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from tests.browser.conftest import ROOT, stop, wait_until_healthy

pytestmark = [pytest.mark.browser, pytest.mark.recipes]

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KUBERNETES = ROOT / "deploy" / "kubernetes"


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of the environment, and end it afterwards; its output goes to a file."""
    with (
        (folder / f"{Path(command[0]).name}.log").open("ab") as log,
        subprocess.Popen(
            command, cwd=folder, env=outside(folder), stdout=log, stderr=log
        ) as process,
    ):
        try:
            yield process
        finally:
            stop(process)


def outside(folder: Path) -> dict[str, str]:
    """Return the variables of a process that knows nothing of the clone."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "EXPLORER_CACHE_DIR": str(folder / "cache"), "EXPLORER_WORKERS": "0"}


def last_command(pattern: str) -> list[str]:
    """Return the last command of a kind in the Dockerfile."""
    found = re.findall(pattern + r"CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    command: list[str] = json.loads(found[-1])
    return command


def test_the_images_command_starts_and_its_health_check_knows(
    installed: Path, tmp_path: Path
) -> None:
    port = free_port()
    check = [one.replace("8501", str(port)) for one in last_command("    ")]
    command = [one.replace("/data", str(tmp_path)) for one in last_command("^")]
    check[0], command[0] = (str(installed / one) for one in (check[0], command[0]))
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1
    with running([*command, "--port", str(port)], tmp_path) as app:
        log = tmp_path / "embedding-explorer.log"
        wait_until_healthy(f"http://127.0.0.1:{port}", app, log)
        assert subprocess.run(check, capture_output=True, check=False).returncode == 0


def test_the_pods_command_answers_where_its_probes_ask(installed: Path, tmp_path: Path) -> None:
    parts = list(yaml.safe_load_all((KUBERNETES / "app.yaml").read_text(encoding="utf-8")))
    pod = next(one for one in parts if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (port,) = (one["containerPort"] for one in container["ports"])
    probes = [container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")]
    assert {one["port"] for one in probes} == {port}
    (path,) = {one["path"].removesuffix("/_stcore/health") for one in probes}
    taken = free_port()
    command = [str(installed / container["args"][0]), *container["args"][1:], "--port", str(taken)]
    with running(command, tmp_path) as app:
        log = tmp_path / "embedding-explorer.log"
        wait_until_healthy(f"http://127.0.0.1:{taken}{path}", app, log)


def test_compose_s_scheduler_and_workers_draw_a_picture(installed: Path, tmp_path: Path) -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    scheduler = [one.replace("8786", port) for one in services["scheduler"]["command"]]
    worker = [one.replace("tcp://scheduler:8786", address) for one in services["worker"]["command"]]
    assert address in worker
    dask = [str(installed / "python"), "-m"]  # the shared packages bring no programs along
    program = str(installed / "embedding-explorer")
    convert = [program, "convert", str(ROOT / "sample_data" / "books.npy"), "books.parquet"]
    subprocess.run(convert, cwd=tmp_path, env=outside(tmp_path), check=True, timeout=120)
    with running([*dask, *scheduler], tmp_path), running([*dask, *worker], tmp_path):
        draw = [program, "project", "books.parquet", "--method", "pca", "--scheduler", address]
        done = subprocess.run(
            draw,
            cwd=tmp_path,
            env=outside(tmp_path),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert pq.read_table(tmp_path / "books-pca.parquet").num_rows == 338
