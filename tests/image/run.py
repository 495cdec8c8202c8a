"""Build the Dockerfile's image without a container engine, and run it: `make image`, as root.

Each stage is a bare Debian in a folder of its own (debootstrap), each step runs in it by chroot.
What differs from `docker build`: the base is Debian's Python and not the image `python:3.12-slim`,
the network is the machine's own, and nothing is limited or packed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.conftest import ROOT, copied_sources

PACKAGES = "python3,python3-venv,ca-certificates"
FROM_HERE = re.compile(r"(PIP|SSL|REQUESTS)_\w+")  # how pip reaches its packages on this machine
COPIED = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/root/.config/pip/pip.conf")
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
PATIENCE = 120.0  # seconds for the app to answer


@dataclass
class Stage:
    """A stage: the folder that is its root, and what its steps have set."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0"
    command: list[str] = field(default_factory=list)
    check: list[str] = field(default_factory=list)
    bound: tuple[str, ...] = ()  # folders of this machine that its steps see


def steps(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile with their arguments."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    found = [line.split(maxsplit=1) for line in joined.splitlines()]
    return [(name, rest.strip()) for name, rest in found]


def bare_debian(base: Path) -> None:
    """Make the base once."""
    if not (base / "usr/bin/python").exists():
        source = Path("/etc/apt/sources.list.d/debian.sources").read_text(encoding="utf-8")
        mirror = re.findall(r"^URIs: *(\S+)", source, re.MULTILINE)[0]
        suite = re.findall(r"^Suites: *(\S+)", source, re.MULTILINE)[0]
        options = ["--variant=minbase", f"--include={PACKAGES}"]
        subprocess.run(["debootstrap", *options, suite, str(base), mirror], check=True)
        (base / "usr/bin/python").symlink_to("python3")  # as the image has it


def settle_network(root: Path) -> None:
    """Copy what pip needs to reach its packages from here, so that nothing must be bound."""
    named = {value for name, value in os.environ.items() if FROM_HERE.fullmatch(name)}
    for place in map(Path, {*COPIED, *named}):
        if place.is_absolute() and place.is_file():
            target = root / place.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, target)


def inside(stage: Stage, command: list[str], *, user: str = "0") -> list[str]:
    """Return the command that runs another in a stage; its mounts are read-only and its own."""
    shared = f"{stage.root}/dev/shm"  # as a container has it: worker processes need it
    mounts = [
        f"mount -t proc proc {stage.root}/proc",
        f"mount -t tmpfs -o mode=1777,size=64m shm {shared}",
    ]
    for place in stage.bound:
        target = stage.root / place.removeprefix("/")
        target.mkdir(parents=True, exist_ok=True)
        mounts.append(f"mount --bind {place} {target}")
        mounts.append(f"mount -o remount,bind,ro {target}")
    given = {name: value for name, value in os.environ.items() if FROM_HERE.fullmatch(name)}
    variables = {"PATH": PATH, "HOME": "/root" if user == "0" else "/home/explorer"}
    variables |= (given if user == "0" else {}) | stage.variables
    pairs = [f"{name}={value}" for name, value in variables.items()]
    words = ["env", "-i", *pairs, "sh", "-c", f'cd "{stage.folder}" && exec "$@"', "sh", *command]
    root = ["chroot", f"--userspec={user}:{user}", str(stage.root), *words]
    return ["unshare", "--mount", "sh", "-ec", "; ".join([*mounts, f"exec {shlex.join(root)}"])]


def build(folder: Path, arguments: dict[str, str], bound: tuple[str, ...]) -> Stage:
    """Run the Dockerfile's steps; return the last stage."""
    context = folder / "context"
    shutil.rmtree(context, ignore_errors=True)
    copied_sources(context)
    bare_debian(folder / "base")
    settle_network(folder / "base")
    stages: dict[str, Stage] = {}
    stage = Stage(folder)
    for name, rest in steps((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        print(f"--- {name} {rest}", flush=True)
        words = shlex.split(rest)
        if name == "FROM":
            title = words[2] if len(words) > 2 else "last"
            stage = stages[title] = Stage(folder / title, bound=bound)
            shutil.rmtree(stage.root, ignore_errors=True)
            subprocess.run(["cp", "-a", str(folder / "base"), str(stage.root)], check=True)
        elif name == "ARG":
            variable, _, default = rest.partition("=")
            stage.variables[variable] = arguments.get(variable, default)
        elif name == "ENV":
            for word in words:
                variable, _, value = word.partition("=")
                before = stage.variables.get("PATH", PATH)
                stage.variables[variable] = value.replace("$PATH", before)
        elif name == "WORKDIR":
            stage.folder = rest
            (stage.root / rest.removeprefix("/")).mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            source, target = words[-2:]
            origin = stages[words[0].removeprefix("--from=")].root if len(words) > 2 else context
            place = stage.root / str(Path(stage.folder) / target).removeprefix("/")
            found = origin / source.removeprefix("/")
            if found.is_dir():
                shutil.copytree(found, place, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy(found, place)
        elif name == "RUN":
            subprocess.run(inside(stage, ["sh", "-c", rest], user=stage.user), check=True)
        elif name == "USER":
            stage.user = rest
        elif name == "CMD":
            stage.command = json.loads(rest)
        elif name == "HEALTHCHECK":
            stage.check = json.loads(rest.partition("CMD ")[2])
        elif name not in ("VOLUME", "EXPOSE"):
            sys.exit(f"No step is called {name} here.")
    return stage


def try_out(stage: Stage) -> None:
    """Start the image's command as its user; its health check must fail before and pass after."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    check = [word.replace("8501", port) for word in stage.check]
    healthy = inside(stage, check, user=stage.user)
    assert subprocess.run(healthy, check=False, stderr=subprocess.DEVNULL).returncode != 0
    command = inside(stage, [*stage.command, "--port", port], user=stage.user)
    began = time.monotonic()
    with subprocess.Popen(command) as app:
        while subprocess.run(healthy, check=False, stderr=subprocess.DEVNULL).returncode != 0:
            if app.poll() is not None or time.monotonic() - began > PATIENCE:
                app.kill()
                sys.exit("The app did not become healthy.")
            time.sleep(0.5)
        print(f"healthy as user {stage.user} after {time.monotonic() - began:.0f} s")
        for word in ("id -u", "test ! -w /app", "test -w /cache", "test -d /app"):
            done = subprocess.run(
                inside(stage, ["sh", "-c", word], user=stage.user), check=False, text=True
            )
            print(f"{word}: {'yes' if done.returncode == 0 else 'NO'}")
        app.terminate()


def main() -> None:
    """Build and try the image in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "build" / "image")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--bind", action="append", default=[], metavar="FOLDER")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    arguments = dict(one.split("=", 1) for one in given.build_arg)
    stage = build(given.folder.resolve(), arguments, tuple(given.bind))
    size = subprocess.run(
        ["du", "-sm", str(stage.root)], capture_output=True, text=True, check=True
    )
    print(f"the last stage: {size.stdout.split()[0]} MB")
    try_out(stage)


if __name__ == "__main__":
    main()
