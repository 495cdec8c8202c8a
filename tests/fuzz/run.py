"""Mutate valid files of each format and open them: `make fuzz`, or `python -m tests.fuzz.run`.

The only outcomes allowed are a space, or an error of our own. The files are opened in forks
of a process in which nothing but imports has happened, with a bound on their time and their
memory; a crash, another exception, or a bound that is reached, is a failure, and the file is
kept. Readers that the app puts into a process with bounds may reach those: there, a
sentence tells it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.formats import contents_of, inspect_file
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.isolated import on_disk
from explorer.formats.known import FORMATS, named_format
from explorer.formats.recognition import recognize
from explorer.space import EmbeddingSpace
from tests.formats.written import WRITTEN

SECONDS = 20.0  # for one input; a small file takes milliseconds
MEMORY = 1 << 30  # more than the process has after its imports
FAILURES = Path("test-results") / "fuzz"
INTERESTING = (b"\0", b"\xff", b"\n", b" ", b"\t", b",", b'"', b"[", b"{", b"-", b"1", b"9" * 9)

BATCH = 500  # inputs of one fork

SPACE, REFUSED, BOUND = 0, 10, 11  # the outcomes allowed
FOREIGN, OUT_OF_MEMORY, HANG = 97, 98, 99
NAMES = {SPACE: "space", REFUSED: "error of ours", BOUND: "stopped by its bounds"}


def mutate(content: bytes, random_: random.Random) -> bytes:
    """Return the content with a few random changes."""
    changed = bytearray(content)
    for _ in range(random_.choice((1, 1, 2, 4, 16))):
        if not changed:
            break
        at = random_.randrange(len(changed))
        length = random_.choice((1, 1, 2, 4, 8, 64))
        match random_.randrange(8):
            case 0:
                changed[at] ^= 1 << random_.randrange(8)
            case 1:
                changed[at : at + length] = random_.randbytes(length)
            case 2:
                changed[at : at + length] = random_.choice(INTERESTING)
            case 3:
                del changed[at : at + length]
            case 4:
                del changed[at:]
            case 5:
                part = changed[at : at + length * 4]
                changed[at:at] = part * random_.choice((1, 2, 50))
            case 6:
                changed[at : at + 4] = random_.choice((0, 1, 2**31 - 1, 2**32 - 1)).to_bytes(
                    4, "little"
                )
            case 7:
                other = random_.randrange(len(changed))
                changed[at : at + length], changed[other : other + length] = (
                    changed[other : other + length],
                    changed[at : at + length],
                )
    return bytes(changed)


def mutated(file: File, random_: random.Random) -> File:
    """Return the file, or one of those beside it, mutated."""
    if file.beside and random_.random() < 0.25:
        at = random_.randrange(len(file.beside))
        beside = list(file.beside)
        beside[at] = replace(beside[at], content=mutate(beside[at].content, random_))
        return replace(file, beside=tuple(beside))
    content = mutate(file.content, random_)
    if content[:4] == b"PK\x03\x04" and random_.random() < 0.3:
        content = with_good_checksums(content)
    return replace(file, content=content)


def with_good_checksums(content: bytes) -> bytes:
    """Return a zip whose stored members have checksums that fit, so that they are read."""
    fixed = bytearray(content)
    at = 0
    while (at := fixed.find(b"PK\x03\x04", at)) >= 0:
        size = int.from_bytes(fixed[at + 18 : at + 22], "little")
        start = at + 30 + int.from_bytes(fixed[at + 26 : at + 28], "little")
        start += int.from_bytes(fixed[at + 28 : at + 30], "little")
        if fixed[at + 8 : at + 10] == b"\0\0":
            fixed[at + 14 : at + 18] = zlib.crc32(fixed[start : start + size]).to_bytes(4, "little")
        at += 4
    return bytes(fixed)


def open_here(file: File, format_name: str) -> None:
    """Look at a file and read it, as the app does, but without a process for each."""
    chosen = named_format(format_name)
    options = Options(skip_broken=len(file.content) % 2 == 0)
    with on_disk(file) as placed:
        found = chosen.look(placed, options) if chosen.isolated else None
        if found is None:
            inspect_file(file, format=format_name, skip_broken=options.skip_broken)
            found = contents_of(file, chosen, options, "read")
        else:
            found = chosen.read(placed, options)
    EmbeddingSpace(found.label_list(), found.vectors, metadata=found.metadata)


def outcome(work: Callable[[], None], isolated: bool) -> int:
    """Do the work here and return how it ended."""
    try:
        work()
    except ExplorerError:
        return REFUSED
    except MemoryError:
        return BOUND if isolated else OUT_OF_MEMORY
    except BaseException as error:
        # the process of its own turns a library's exception into a sentence
        return REFUSED if isolated and isinstance(error, Exception) else FOREIGN
    return SPACE


def run_many(format_name: str, seed: int, first: int, answers: int) -> None:
    """Try one mutation after the other in this fork, and write each outcome as a byte."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        os.dup2(nowhere.fileno(), 1)
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        data = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    isolated = named_format(format_name).isolated
    for number in range(first, first + BATCH):
        file = nth(format_name, seed, number)
        by_name = number % 2 == 0  # half as the format it was, half by what is recognized

        def work(file: File = file, by_name: bool = by_name) -> None:
            open_here(file, format_name if by_name else recognize(file).name)

        os.write(answers, bytes([outcome(work, isolated)]))


def nth(format_name: str, seed: int, number: int) -> File:
    """Return the mutation of that number: the same for the same seed."""
    return mutated(VALID[format_name], random.Random(f"{seed} {number} {format_name}"))


def fuzz(format_name: str, seconds: float, seed: int) -> tuple[int, Counter[str]]:
    """Try mutations of one format's file for so many seconds; return how many, and the outcomes."""
    isolated = named_format(format_name).isolated
    outcomes: Counter[str] = Counter()
    end = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < end:
        for code in batch(format_name, seed, tried, end, isolated):
            tried += 1
            outcomes[NAMES.get(code, f"FAILED ({code})")] += 1
            if code not in NAMES:
                FAILURES.mkdir(parents=True, exist_ok=True)
                kept = FAILURES / f"{format_name}-{seed}-{tried - 1}"
                kept.write_bytes(nth(format_name, seed, tried - 1).content)
    return tried, outcomes


def batch(format_name: str, seed: int, first: int, end: float, isolated: bool) -> Iterator[int]:
    """Yield the outcomes of a fork; it ends with its batch, with a crash or with the time."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(here)
            run_many(format_name, seed, first, there)
        finally:
            os._exit(0)
    os.close(there)
    given = 0
    try:
        while given < BATCH:
            ready, _, _ = select.select([here], [], [], SECONDS)
            answer = os.read(here, 1) if ready else b""
            if not answer:  # it hangs, or it crashed
                os.kill(child, signal.SIGKILL)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                child = 0
                yield BOUND if isolated else (status if ready else HANG)
                return
            given += 1
            yield answer[0]
            if time.monotonic() > end:
                return
    finally:
        os.close(here)
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def warm() -> None:
    """Import what the readers need, so that each fork has it."""
    import gensim.models.fasttext
    import h5py
    import openpyxl
    import pyarrow.feather
    import pyarrow.parquet
    import torch

    assert all((gensim, h5py, openpyxl, pyarrow, torch))
    torch.set_num_threads(1)


VALID: dict[str, File] = {}


def main() -> int:
    """Fuzz each format in turn and print what came out; return 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="in all")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--format", choices=list(WRITTEN), help="only this one")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    names = [given.format] if given.format else [one.name for one in FORMATS]
    for name in names:  # written in forks as well: polars and others must not run in this process
        VALID[name] = written_in_child(name)
    warm()
    failed = 0
    print(f"seed {given.seed}, {given.seconds / len(names):.1f} s for each format")
    print("| Format | Tried | Outcomes |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXPLORER_CACHE_DIR"] = folder
        for name in names:
            tried, outcomes = fuzz(name, given.seconds / len(names), given.seed)
            told = ", ".join(f"{many:,} {what}" for what, many in sorted(outcomes.items()))
            print(f"| {name} | {tried:,} | {told} |", flush=True)
            failed += sum(many for what, many in outcomes.items() if what.startswith("FAILED"))
    if failed:
        print(f"{failed} failed; the files are in {FAILURES}")
    return 1 if failed else 0


def written_in_child(name: str) -> File:
    """Return the valid file of a format, written by a fork."""
    import pickle

    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException), os.fdopen(there, "wb") as stream:
            pickle.dump(WRITTEN[name](), stream)
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as stream:
        file: File = pickle.load(stream)
    os.waitpid(child, 0)
    return file


if __name__ == "__main__":
    sys.exit(main())
