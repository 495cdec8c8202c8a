"""Visitors who do for a long time what people do: `make soak`.

`python -m tests.soak.run --visitors 30 --minutes 30`. Each is a websocket session that goes from
page to page, looks, and now and then leaves and comes back as somebody new. What must hold: no page
shows an exception, and in the second half the memory of the web process, and that of all processes,
is within 5 % of what it was in the second quarter (medians; the first quarter warms up). How long
pages took, from the request to the end of the script, is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

from tests.chaos.pages import Server, Watcher, started

GROWTH = 0.05  # of memory, from the second quarter to the second half
KINDS = {  # of processes, by what their command holds
    "scheduler": "explorer.jobs.cluster",
    "workers": "spawn_main",
}
WEB, OTHERS, ALL = "web", "others", "all"
LOOKS = (1.0, 6.0)  # seconds that a visitor looks at a page
MEMORY_EVERY = 5.0
LEAVES = 0.05  # the share of page changes at which somebody leaves, and another one comes
WORDS = ("king", "queen", "river", "apple", "doctor", "music", "winter", "seven")
PATIENCE = 120.0


def address(pick: random.Random) -> tuple[str, str]:
    """Return a page and its parameters, as people choose them."""
    word, other = pick.sample(WORDS, 2)
    return pick.choice(
        (
            ("", ""),
            ("map", "space=words"),
            ("map", f"space=words&selected={word}"),
            ("map", f"space=words&search={word}&method=PCA"),
            ("map", f"space=books&method=UMAP&seed={pick.randrange(12)}"),
            ("map", "space=books&method=t-SNE&color=clusters found"),
            ("map", f"space=books&filter=year > {pick.randrange(1900, 2000)}"),
            ("map", f"space=books&typed={word} and {other}"),
            ("check", "space=books"),
            ("compare", "space=books"),
            ("two_spaces", "space=books"),
            ("analogies", f"space=words&formula={word} - {other} %2B man"),
            ("axes", "space=words"),
            ("evaluation", "space=words"),
            ("search", "space=words"),
            ("by_hand", ""),
            ("one_hot", ""),
            ("ladder", ""),
            ("word_to_bert", ""),
            ("watch_it_learn", ""),
            ("facts", ""),
            ("molecules", ""),
            ("lessons", ""),
        )
    )


class Person(Watcher):
    """A visitor who goes from page to page in one session."""

    async def go(self, page: str, query: str) -> float:
        """Ask for a page and return the seconds until its script has ended."""
        self._page, self._query, self._hash = page, query, ""
        before, begun = self.finished, time.perf_counter()
        await self.ask()
        async with asyncio.timeout(PATIENCE):
            await self.until(lambda: self.finished > before)
        return time.perf_counter() - begun


class Soak:
    """What many visitors met."""

    def __init__(self, server: Server, minutes: float, seed: int) -> None:
        self.server, self.seed = server, seed
        self.end = time.monotonic() + 60 * minutes
        self.times: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []
        self.errors: set[str] = set()
        self.memory: list[dict[str, float]] = []  # MB by kind, every few seconds
        self.pages: list[int] = []  # opened so far, at the same moments
        self.people = 0

    async def run(self, visitors: int) -> None:
        """Let so many visitors in and watch the memory."""
        watching = asyncio.create_task(self.watch_memory())
        await asyncio.gather(*(self.visit(random.Random(self.seed + n)) for n in range(visitors)))
        watching.cancel()

    async def visit(self, pick: random.Random) -> None:
        """Be one visitor after the other until the end."""
        while time.monotonic() < self.end:
            self.people += 1
            try:
                async with Person(self.server.port, *address(pick)) as person:
                    await person.until(lambda person=person: person.finished > 0)
                    while time.monotonic() < self.end and pick.random() > LEAVES:
                        await asyncio.sleep(pick.uniform(*LOOKS))
                        page, query = address(pick)
                        self.times[page].append(await person.go(page, query))
                    self.wrong += person.exceptions
                    self.errors |= set(person.errors)
            except Exception as error:
                self.wrong.append(f"{type(error).__name__}: {error}")

    async def watch_memory(self) -> None:
        """Note the memory of the web process and of all that it started."""
        process = psutil.Process(self.server.process.pid)
        while True:
            held = dict.fromkeys((WEB, *KINDS, OTHERS), 0.0)
            held[WEB] = process.memory_info().rss / 2**20
            for one in process.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    held[kind_of(one)] += one.memory_info().rss / 2**20
            self.memory.append({**held, ALL: sum(held.values())})
            self.pages.append(sum(map(len, self.times.values())))
            await asyncio.sleep(MEMORY_EVERY)

    def tell(self) -> bool:
        """Print what was met; return whether all is well."""
        times = sorted(one for many in self.times.values() for one in many)
        if not times or len(self.memory) < 8:
            print("too short")
            return False
        print(f"{len(times):,} pages, {self.people} people, {len(self.wrong)} exceptions")
        print(f"median {at(times, 0.5):.2f} s, 95th percentile {at(times, 0.95):.2f} s")
        for page, many in sorted(self.times.items(), key=lambda one: -at(sorted(one[1]), 0.95))[:5]:
            print(f"    {page or 'start'}: {len(many)}, 95th {at(sorted(many), 0.95):.2f} s")
        grown = self.tell_memory()
        for one in sorted(set(self.wrong))[:10]:
            print(f"    {one[:300]}")
        for one in sorted(self.errors)[:10]:
            print(f"    told: {one[:200]}")
        logged = self.server.tracebacks()
        for one in sorted(set(logged))[:10]:
            print(f"    logged: {one[:300]}")
        print(f"memory grew by {grown:.1%} at most, allowed are {GROWTH:.0%}")
        return not self.wrong and not logged and grown <= GROWTH

    def tell_memory(self) -> float:
        """Print the memory of each quarter; return how much that of the app's processes grew."""
        quarter = len(self.memory) // 4
        parts = [slice(n * quarter, (n + 1) * quarter) for n in range(4)]
        print("| Memory, MB | first quarter | second | third | fourth | second half to second |")
        print("|---|--:|--:|--:|--:|--:|")
        growth = {}
        for kind in self.memory[0]:
            held = [one[kind] for one in self.memory]
            middles = [statistics.median(held[part]) for part in parts]
            half = statistics.median(held[2 * quarter :])
            growth[kind] = half / middles[1] - 1 if middles[1] else 0.0
            told = " | ".join(f"{one:.0f}" for one in middles)
            print(f"| {kind} | {told} | {growth[kind]:+.1%} |")
        pages = self.pages[2 * quarter :]
        if len(set(pages)) > 1:
            web = [one[WEB] for one in self.memory[2 * quarter :]]
            slope = statistics.linear_regression(pages, web).slope
            print(f"the web process grew by {1024 * slope:.0f} kB a page in the second half")
        return max(growth[WEB], growth[ALL])


def kind_of(process: psutil.Process) -> str:
    """Return what a process of the app is, by its command."""
    command = " ".join(process.cmdline())
    return next((kind for kind, sign in KINDS.items() if sign in command), OTHERS)


def at(ordered: list[float], share: float) -> float:
    """Return the value at a share of ordered ones."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Run, print, and return 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"{given.visitors} visitors, {given.minutes:g} minutes, seed {given.seed}", end="; ")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "cache") as server:
        soak = Soak(server, given.minutes, given.seed)
        asyncio.run(soak.run(given.visitors))
        return 0 if soak.tell() else 1


if __name__ == "__main__":
    sys.exit(main())
