"""Break valid files of each format, tables of texts and files of labels, and open them.

`make fuzz`, or `python -m tests.fuzz.run`; with `--each 2000` each format gets as many inputs,
instead of as much time. The only outcomes allowed are what was asked for, or an error of our own.
The files are opened in processes of their own, hundreds in each, with a bound on their time and
their memory; a crash, another exception, or a bound that is reached, is a failure, and the file is
kept. Readers that the app puts into a process with bounds may reach those: there, a sentence tells
it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
import random
import resource
import select
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import polars as pl

from explorer.errors import ExplorerError, ParseError
from explorer.formats import contents_of, inspect_file
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.isolated import on_disk
from explorer.formats.known import FORMATS, Format, named_format
from explorer.formats.labels import read_labels
from explorer.formats.metadata import to_metadata
from explorer.formats.reader_process import prepare
from explorer.formats.recognition import recognize
from explorer.formats.whole_table import TABLES, TableKind
from explorer.labels import as_label_array
from explorer.space import EmbeddingSpace
from tests.formats.written import WRITTEN, arrow_stream, feather_1, labels_txt, metadata_tsv

Process: TypeAlias = "subprocess.Popen[bytes]"

SECONDS = 20.0  # for one input; a small file takes milliseconds
MEMORY = 1 << 30  # more than the process has after it opened the valid file
FAILURES = Path("test-results") / "fuzz"
INTERESTING = (b"\0", b"\xff", b"\n", b" ", b"\t", b",", b'"', b"[", b"{", b"-", b"1", b"9" * 9)

BATCH = 2000  # inputs of one process
IMPORT_SECONDS = 300.0  # until a process is ready, on a busy machine

FOLDER = "EXPLORER_CACHE_DIR"  # that of a run: the cache, and the valid files
READY = b"!"  # what a process tells when it has imported what it needs
SPACE, REFUSED, BOUND, CRASHED = 0, 10, 11, 12  # the outcomes allowed
FOREIGN, OUT_OF_MEMORY, HANG = 97, 98, 99
NAMES = {
    SPACE: "space",
    REFUSED: "error of ours",
    BOUND: "stopped by its bounds",
    CRASHED: "a crash of its own process",
}


@dataclass(frozen=True)
class Target:
    """What is fuzzed: what writes a valid file, how it is opened, and whether that is isolated.

    `open(file, number)` opens the mutation of that number.
    """

    write: Callable[[], File]
    open: Callable[[File, int], None]
    isolated: bool


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


def open_vectors(format_name: str, file: File, number: int) -> None:
    """Look at a file and read it, as the app does, but without a process for each."""
    # half as the format it was, half by what is recognized
    chosen = named_format(format_name) if number % 2 == 0 else recognize(file)
    format_name = chosen.name
    options = Options(skip_broken=len(file.content) % 2 == 0)
    with on_disk(file) as placed:
        if chosen.isolated:
            found = look_and_read(chosen, placed, options)
        else:
            inspect_file(file, format=format_name, skip_broken=options.skip_broken)
            found = contents_of(file, chosen, options, "read")
    EmbeddingSpace(found.label_array(), found.vectors, metadata=found.metadata)


def look_and_read(chosen: Format, file: File, options: Options) -> Contents:
    """Read a file whose format, perhaps by what was recognized, has a process of its own."""
    try:
        chosen.look(file, options)
        return chosen.read(file, options)
    except (Exception, pl.exceptions.PanicException) as error:
        if isinstance(error, (ExplorerError, MemoryError)):
            raise
        raise ParseError(str(error)) from error  # as that process says it


def open_texts(kind: TableKind, file: File, number: int) -> None:
    """Read all columns of a table, as the Encode page does."""
    with on_disk(file) as placed:
        to_metadata(kind.read(placed))


def open_labels(file: File, number: int) -> None:
    """Read a file of labels."""
    as_label_array(read_labels(file).labels)


TEXTS = {  # what writes a table of each kind
    "Parquet": WRITTEN["Parquet table"],
    "Arrow or Feather": arrow_stream,
    "Hugging Face data set": WRITTEN["Hugging Face data set"],
    "Excel": WRITTEN["Excel workbook"],
    "JSON Lines": WRITTEN["JSON Lines"],
    "JSON": lambda: File("texts.json", content=b'[{"text": "One.", "n": 1}, {"text": "Two."}]'),
    "CSV or TSV": WRITTEN["CSV or TSV table"],
}
LABEL_FILES = {
    "lines": labels_txt,
    "table": metadata_tsv,
    "JSON": lambda: File("words.json", content=b'{"king": 0, "queen": 1, "na\\u00efve": 2}'),
    "records": lambda: File("words.json", content=b'[{"word": "king", "n": 1}, {"word": "pea"}]'),
}
TARGETS = {  # by the name in the table
    **{
        one.name: Target(WRITTEN[one.name], partial(open_vectors, one.name), one.isolated)
        for one in FORMATS
    },
    "Arrow stream": Target(arrow_stream, partial(open_vectors, "Arrow table"), True),
    "Feather 1": Target(feather_1, partial(open_vectors, "Arrow table"), True),
    **{
        f"texts: {one.name}": Target(TEXTS[one.name], partial(open_texts, one), one.isolated)
        for one in TABLES
    },
    **{f"labels: {name}": Target(write, open_labels, False) for name, write in LABEL_FILES.items()},
}


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
        foreseen = isinstance(error, Exception | pl.exceptions.PanicException)
        return REFUSED if isolated and foreseen else FOREIGN
    return SPACE


def run_many(name: str, seed: int, first: int) -> None:
    """Try one mutation after the other, and write each outcome as a byte to standard output."""
    answers = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        os.dup2(nowhere.fileno(), 1)
    warm()
    target = TARGETS[name]
    with contextlib.suppress(ExplorerError):
        target.open(VALID[name], 0)
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        data = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.write(answers, READY)
    for number in range(first, first + BATCH):
        file = nth(name, seed, number)
        work = partial(target.open, file, number)
        os.write(answers, bytes([outcome(work, target.isolated)]))


def nth(name: str, seed: int, number: int) -> File:
    """Return the mutation of that number: the same for the same seed."""
    return mutated(VALID[name], random.Random(f"{seed} {number} {name}"))


def fuzz(name: str, seconds: float, most: int, seed: int) -> tuple[int, Counter[str]]:
    """Try mutations of one valid file for so many seconds, `most` of them at most.

    Returns how many were tried, and the outcomes.
    """
    isolated = TARGETS[name].isolated
    outcomes: Counter[str] = Counter()
    tried = 0
    latest = time.monotonic() + 4 * seconds  # each crash costs another start
    while seconds > 0 and tried < most and time.monotonic() < latest:
        with started(name, seed, tried) as process:
            begun = time.monotonic()
            for code in islice(batch(process, begun + seconds, isolated), most - tried):
                tried += 1
                outcomes[NAMES.get(code, f"FAILED ({code})")] += 1
                if code not in NAMES:
                    FAILURES.mkdir(parents=True, exist_ok=True)
                    kept = FAILURES / f"{name.replace(': ', ' ')}-{seed}-{tried - 1}"
                    kept.write_bytes(nth(name, seed, tried - 1).content)
            seconds -= time.monotonic() - begun
    return tried, outcomes


@contextlib.contextmanager
def started(name: str, seed: int, first: int) -> Iterator[Process]:
    """Give a process that has imported what it needs, and opens one mutation after the other."""
    command = [sys.executable, "-m", "tests.fuzz.run", "--format", name]
    command += ["--seed", str(seed), "--first", str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            if answer(process, IMPORT_SECONDS) != READY:
                raise RuntimeError(f"The process that opens {name} did not start.")
            yield process
        finally:
            process.kill()


def batch(process: Process, end: float, isolated: bool) -> Iterator[int]:
    """Yield the outcomes of a process; it ends with its batch, with a crash or with the time."""
    for _ in range(BATCH):
        found = answer(process, SECONDS)
        if found is None:
            yield BOUND if isolated else HANG
        elif not found:
            yield CRASHED if isolated else process.wait()
        else:
            yield found[0]
        if not found or time.monotonic() > end:
            return


def answer(process: Process, seconds: float) -> bytes | None:
    """Return a process's next byte, none where it has ended, or None after so many seconds."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.read(1) if ready else None


def warm() -> None:
    """Import what the readers need, so that no input pays for it."""
    import gensim.models.fasttext
    import h5py
    import openpyxl
    import pyarrow.feather
    import pyarrow.parquet
    import python_calamine
    import torch

    assert all((gensim, h5py, openpyxl, pyarrow, python_calamine, torch))
    torch.set_num_threads(1)
    prepare()


VALID: dict[str, File] = {}


def main() -> int:
    """Fuzz each format in turn and print what came out; return 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, help="in all; 120, or with --each an hour")
    parser.add_argument("--each", type=int, help="inputs of each format, at most")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--format", choices=list(TARGETS), help="only this one")
    parser.add_argument("--first", type=int, help=argparse.SUPPRESS)  # the call of a batch
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if given.first is not None:
        VALID.update(pickle.loads((Path(os.environ[FOLDER]) / "valid").read_bytes()))
        run_many(given.format, given.seed, given.first)
        return 0
    names = [given.format] if given.format else list(TARGETS)
    seconds = (given.seconds or (3600 if given.each else 120)) / len(names)
    failed = 0
    print(f"seed {given.seed}, {given.each or 'any number'} and {seconds:.1f} s for each format")
    print("| Format | Tried | Outcomes |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FOLDER] = folder
        for name in names:
            VALID[name] = TARGETS[name].write()
        (Path(folder) / "valid").write_bytes(pickle.dumps(VALID))
        for name in names:
            tried, outcomes = fuzz(name, seconds, given.each or sys.maxsize, given.seed)
            told = ", ".join(f"{many:,} {what}" for what, many in sorted(outcomes.items()))
            print(f"| {name} | {tried:,} | {told} |", flush=True)
            failed += sum(many for what, many in outcomes.items() if what.startswith("FAILED"))
    if failed:
        print(f"{failed} failed; the files are in {FAILURES}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
