"""Kill processes at random moments, and take disk, cache, clock and line away: `make chaos`.

`python -m tests.chaos.run --times 20`, as root on Linux (it mounts small and read-only folders in a
mount namespace of its own). What must hold: nothing that was finished is lost, no entry of the
cache is broken, a page is back within five seconds, and no page shows an exception.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from explorer.settings import load_settings
from tests.chaos.computing import ACTIVITIES, broken, lost
from tests.chaos.pages import Pages, Server, started, upload_that_breaks_off

ROOT = Path(__file__).parents[2]
SECONDS = 600.0  # until a killed worker's job is done by another one, on a busy machine
BACK = 5.0  # seconds until a page is back, on a machine that is not busy
WORKER = "spawn_main"  # in the command of a worker
BREAKS = 12  # uploads that break off
SENT = 60 << 20  # bytes of each
GRACE = 15.0  # until the processes of a killed one have ended
SET_BACK = -400 * 24 * 3600  # seconds


class Computing:
    """A process that computes, and what it has said that it kept."""

    def __init__(self, what: str, seed: int, **settings: str) -> None:
        self.kept: list[str] = []
        self.failed: list[str] = []
        self._news = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.computing", what, str(seed)],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            kind, _, told = line.strip().partition(" ")
            (self.kept if kind == "kept" else self.failed).append(told)
            self._news.set()

    def wait_for_more(self) -> bool:
        """Wait for the next result; tell whether one came."""
        before, end = len(self.kept), time.monotonic() + SECONDS
        while len(self.kept) == before and time.monotonic() < end:
            self._news.clear()
            self._news.wait(1)
        return len(self.kept) > before

    def family(self) -> list[psutil.Process]:
        """Return the processes that it has started, and theirs."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def kill_one(self, sign: str = WORKER) -> None:
        """Kill the latest of its processes whose command has a sign."""
        for one in self.find(sign)[-1:]:
            one.kill()

    def find(self, sign: str) -> list[psutil.Process]:
        """Return those of them whose command has that sign."""
        found = []
        for one in self.family():
            with contextlib.suppress(psutil.Error):
                if sign in " ".join(one.cmdline()):
                    found.append(one)
        return found


def kill_itself(what: str, times: int, chance: random.Random) -> Iterator[str]:
    """Kill the process that computes and keeps; look what is there afterwards."""
    for number in range(times):
        computing = Computing(what, number)
        try:
            if not computing.wait_for_more():
                yield f"nothing was kept in {SECONDS:.0f} s"
                continue
            time.sleep(chance.random() * 3)
            family = computing.family()
        finally:
            computing.process.kill()
            computing.process.wait()
        _, alive = psutil.wait_procs(family, GRACE)
        yield from (f"still there: {' '.join(one.cmdline())}" for one in alive if one.is_running())
        yield from (f"lost: {one}" for one in lost(computing.kept))
        yield from broken()
        shutil.rmtree(load_settings().cache_dir)  # so that looking does not take ever longer


def kill_helper(what: str, sign: str, times: int, chance: random.Random) -> Iterator[str]:
    """Kill a worker or the scheduler of a process that computes: it must go on."""
    computing = Computing(what, 900)
    try:
        for _ in range(times):
            if not computing.wait_for_more():
                yield f"nothing more was kept in {SECONDS:.0f} s; told: {computing.failed[-1:]}"
                return
            time.sleep(chance.random() * 2)
            computing.kill_one(sign)
        if not computing.wait_for_more():
            yield f"nothing more was kept in {SECONDS:.0f} s; told: {computing.failed[-1:]}"
        print(f"    {len(computing.failed)} jobs told an error: {set(computing.failed)}")
        yield from (f"lost: {one}" for one in lost(computing.kept))
        yield from broken()
    finally:
        computing.process.kill()
        computing.process.wait()


def clock_set_back(root: Path) -> Iterator[str]:
    """Set the wall clock back by 400 days while jobs run, then kill the worker: one must come."""
    library, clock = root / "clock.so", root / "clock"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    clock.write_text("0")
    computing = Computing("jobs", 800, LD_PRELOAD=str(library), CLOCK_FILE=str(clock))
    try:
        for happens in (lambda: None, lambda: clock.write_text(str(SET_BACK)), computing.kill_one):
            happens()
            if not computing.wait_for_more():
                yield f"nothing more was kept in {SECONDS:.0f} s; told: {computing.failed[-1:]}"
                return
        yield from computing.failed
        yield from (f"lost: {one}" for one in lost(computing.kept))
    finally:
        computing.process.kill()
        computing.process.wait()


def kill_server(times: int, chance: random.Random, folder: Path) -> Iterator[str]:
    """Kill the web process while pages draw and an upload runs; how soon is a page back?"""
    back = []
    for number in range(times):
        with started(folder) as server:
            seeds = [f"space=books&method=UMAP&seed={number}{one}" for one in range(2)]
            with Pages(server.port, [("map", one) for one in seeds]) as pages:
                pages.wait_for_all()
                upload = threading.Thread(
                    target=upload_that_breaks_off, args=(server.port, pages.session, 20 << 20)
                )
                upload.start()
                time.sleep(chance.random() * 6)
                before = pictures(folder)
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
                upload.join()
        yield from (f"lost: {one}" for one in lost([f"picture {one}" for one in before]))
        yield from broken()
        begun = time.monotonic()
        with started(folder) as server, Pages(server.port, [("map", "space=books")]) as pages:
            pages.wait_for_all()
            back.append(time.monotonic() - begun)
            yield from pages.exceptions
    back.sort()
    print(f"    a page is back after {back[len(back) // 2]:.1f} s, at most {back[-1]:.1f} s")
    if back[len(back) // 2] > BACK and os.getloadavg()[0] < (os.cpu_count() or 1):
        yield f"a page was back after {back[len(back) // 2]:.1f} s"


def pictures(folder: Path) -> list[str]:
    """Return the keys of the pictures that are kept."""
    return [one.name for one in (folder / "store").glob("projections-v*/*")]


def in_a_namespace(*commands: str) -> list[str]:
    """Return the beginning of a command that runs after others in a mount namespace of its own."""
    return ["unshare", "-m", "sh", "-c", " && ".join((*commands, 'exec "$@"')), "sh"]


VISITS = [
    ("", ""),
    ("map", "space=books&method=UMAP&seed=5"),
    ("check", "space=books"),
    ("two_spaces", "space=books"),
    ("watch_it_learn", "space=books"),
    ("search", "space=words"),
    ("map", "space=books&typed=a house with secrets"),
    ("map", "space=books&workspace=AAAAAAAAAAAAAAAAAAAAAA"),
    ("facts", ""),
    ("molecules", ""),
    ("tastes", ""),
    ("ladder", ""),
]


def without(
    prefix: list[str],
    folder: Path,
    drawn: bool = True,
    during: Callable[[Server], None] = lambda server: None,
    **settings: str,
) -> Iterator[str]:
    """Visit pages on a server from which something is taken; all must come, a picture too."""
    with started(folder, prefix, **settings) as server:
        with Pages(server.port, [("map", "space=books&method=UMAP&seed=4")]) as pages:
            pages.wait_for_all()
            if drawn and not pages.wait_for_picture():
                yield "no UMAP of the books was drawn at first"
            during(server)
        with Pages(server.port, VISITS) as pages:
            pages.wait_for_all()
            if drawn and not pages.wait_for_picture():
                yield "no UMAP of the books was drawn"
            yield from pages.exceptions
        print(f"    errors of ours: {len(pages.errors)} {set(pages.errors)}")
        yield from (f"logged: {one}" for one in server.tracebacks())


def delete_cache(server: Server) -> None:
    """Remove a server's cache folder."""
    shutil.rmtree(server.cache)


def break_off(folder: Path) -> Iterator[str]:
    """Begin to upload 1 GB over a slow line that breaks off, again and again."""
    visits = [("open", ""), ("map", "space=books")]
    held = []
    with started(folder) as server, Pages(server.port, visits) as pages:
        pages.wait_for_all()
        for _ in range(BREAKS):
            upload_that_breaks_off(server.port, pages.session, SENT)
            end = time.monotonic() + GRACE
            while (left := server.unnamed_bytes()) and time.monotonic() < end:
                time.sleep(0.2)
            if left:
                yield f"{left / 2**20:.0f} MB of the disk are not given back after {GRACE:.0f} s"
                return
            held.append(server.memory() / 2**20)
        with Pages(server.port, [("map", "space=books")]) as more:
            more.wait_for_all()
            yield from more.exceptions
    told = ", ".join(f"{one:.0f}" for one in (held[0], held[BREAKS // 2], held[-1]))
    print(f"    {BREAKS} x {SENT >> 20} MB of 1 GB; MB held after the first, half, all: {told}")
    if (grown := held[-1] - held[BREAKS // 2]) > SENT >> 20:
        yield f"the web process grew by {grown:.0f} MB in the second half"


def scenarios(times: int, chance: random.Random, root: Path) -> dict[str, Iterator[str]]:
    """Return what can be done, by name; each yields what went wrong."""
    cache = root / "cache"
    os.environ["EXPLORER_CACHE_DIR"] = str(cache)
    fill = f"head -c 100M /dev/zero > {cache}/filler 2>/dev/null; true"
    tiny = in_a_namespace(f"mount -t tmpfs -o size=3m tmpfs {cache}", f"mkdir {cache}/x", fill)
    frozen = in_a_namespace(f"mount -t tmpfs -o ro,size=3m tmpfs {cache}")
    no_shm = in_a_namespace("mount -t tmpfs -o ro,size=1m tmpfs /dev/shm")
    found = {f"kill itself: {one}": kill_itself(one, times, chance) for one in ACTIVITIES}
    found["kill a worker"] = kill_helper("jobs", WORKER, times, chance)
    found["kill the scheduler"] = kill_helper("jobs", "explorer.jobs.cluster", times, chance)
    found["kill the encoder"] = kill_helper("encoding", WORKER, times, chance)
    found["kill the server"] = kill_server(times, chance, cache)
    found["disk full"] = without(tiny, cache)
    found["cache read-only"] = without(frozen, cache)
    found["cache deleted"] = without([], cache, during=delete_cache)
    found["no shared memory"] = without(no_shm, cache)
    found["upload breaks off"] = break_off(cache)
    if shutil.which("cc"):
        found["clock set back"] = clock_set_back(root)
    return found


def main() -> int:
    """Do all, or what is named; return 1 where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="kills of each kind")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", help="those whose name contains this")
    given = parser.parse_args()
    failed = 0
    print(f"seed {given.seed}, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cache").mkdir()
        for name, wrong in scenarios(given.times, random.Random(given.seed), Path(folder)).items():
            if given.only not in name:
                continue
            begun = time.monotonic()
            found = list(wrong)
            failed += len(found)
            print(f"{name}: {len(found)} wrong, {time.monotonic() - begun:.0f} s", flush=True)
            for one in found[:5]:
                print(f"    {one[:400]}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
