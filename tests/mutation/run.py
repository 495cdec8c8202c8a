"""Take away one bound of the readers after the other: do the tests see it? `make mutation`.

Each mutation is applied to a copy of the code, and the tests that should see it run there. One
that they do not see survives. At most a tenth may: the process ends with 1 where more do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

assert all((h5py, np, pl, pq))  # imported here, once for all runs
ROOT = Path(__file__).parents[2]
COPIED = ("explorer", "tests", "sample_data", "pyproject.toml")
SURVIVORS = 0.1  # share of the mutations that may survive
SECONDS = 600  # for the tests of one mutation, on a busy machine

BOUNDS = "tests/formats/test_bounds.py"
UNPACK = "tests/formats/test_unpack.py"
KEPT = "tests/formats/test_kept.py"


@dataclass(frozen=True)
class Mutation:
    """What is replaced in a file of `explorer/`, and the tests that should see it."""

    file: str
    old: str
    new: str
    tests: str
    chosen: str  # pytest's -k


MUTATIONS = (
    Mutation(
        "formats/unpack.py",
        "len(archive.infolist()) > most:",
        "False:",
        UNPACK,
        "too_many_files",
    ),
    Mutation(
        "formats/unpack.py", "len(members) > MEMBERS_UNPACKED:", "False:", UNPACK, "too_many_files"
    ),
    Mutation("formats/unpack.py", "len(found) > largest:", "False:", UNPACK, "a_list_of"),
    Mutation(
        "formats/unpack.py", "    if total > unpacked_bytes():", "    if False:", BOUNDS, "together"
    ),
    Mutation(
        "formats/unpack.py",
        "    if total > max(UNPACKED_FREE, file",
        "    if 0 > max(0, file",
        UNPACK,
        "share_one",
    ),
    Mutation(
        "formats/unpack.py",
        "        if total > largest:",
        "        if False:",
        UNPACK,
        "into_the_cache",
    ),
    Mutation(
        "formats/unpack.py",
        "        if total > max(UNPACKED_FREE, packed",
        "        if 0 > max(0, packed",
        UNPACK,
        "many_times",
    ),
    Mutation("formats/unpack.py", "memlimit=XZ_MEMORY", "memlimit=None", UNPACK, "xz_that_asks"),
    Mutation("formats/unpack.py", "        check_sizes(file, archive)\n", "", UNPACK, "share_one"),
    Mutation("formats/unpack.py", "    refuse_archive(file, found)\n", "", UNPACK, "in_an_archive"),
    Mutation(
        "formats/unpack.py",
        "        refuse_archive(file, File(name, path=path))\n",
        "",
        UNPACK,
        "in_an_archive",
    ),
    Mutation(
        "formats/unpack.py", "    if info.flag_bits & 1:", "    if False:", UNPACK, "encrypted"
    ),
    Mutation("formats/arrays.py", "        check_sizes(file, archive)\n", "", UNPACK, "share_one"),
    Mutation(
        "formats/arrays.py", "info.file_size <= HELD_BYTES", "True", UNPACK, "mapped_from_the_disk"
    ),
    Mutation(
        "formats/excel.py",
        "        check_sizes(file, archive)\n",
        "",
        BOUNDS,
        "workbook",
    ),
    Mutation(
        "formats/excel.py",
        "if rows * columns > SHEET_CELLS:",
        "if False:",
        BOUNDS,
        "passes_a_bound",
    ),
    Mutation(
        "formats/parse_json.py", "if file.size > JSON_BYTES:", "if False:", BOUNDS, "passes_a_bound"
    ),
    Mutation(
        "formats/labels.py",
        "if file.size > LABEL_FILE_BYTES:",
        "if False:",
        BOUNDS,
        "passes_a_bound",
    ),
    Mutation(
        "formats/labels.py",
        " or label_file.size <= READ_HERE_BYTES",
        " or True",
        BOUNDS,
        "many_labels",
    ),
    Mutation("formats/labels.py", "OWN if own else LABELS", "LABELS", BOUNDS, "saved_here"),
    Mutation(
        "formats/safetensors.py", " or length <= READ_HERE_BYTES", " or True", BOUNDS, "long_header"
    ),
    Mutation(
        "formats/safetensors.py", "if len(found) > ARRAYS:", "if False:", BOUNDS, "passes_a_bound"
    ),
    Mutation("formats/safetensors.py", " and needed == end - begin", "", BOUNDS, "stated_size"),
    Mutation(
        "formats/projector.py",
        "if file.size > CONFIG_BYTES:",
        "if False:",
        BOUNDS,
        "passes_a_bound",
    ),
    Mutation("formats/table.py", "if fields > COLUMNS:", "if False:", BOUNDS, "passes_a_bound"),
    Mutation("formats/table.py", " and len(field) < 12]", "]", BOUNDS, "five_thousand"),
    Mutation("formats/contents.py", "if rows > ROWS:", "if False:", BOUNDS, "passes_a_bound"),
    Mutation("formats/contents.py", "if dim > DIMENSIONS:", "if False:", BOUNDS, "passes_a_bound"),
    Mutation("formats/encodings.py", "raise too_long(file)", "pass", BOUNDS, "line_of_a_text"),
    Mutation(
        "formats/hdf5.py", "if len(found) >= DATASETS:", "if False:", BOUNDS, "passes_a_bound"
    ),
    Mutation("formats/hdf5.py", 'if path.count("/") > DEPTH:', "if False:", BOUNDS, "depth"),
    Mutation(
        "formats/hdf5.py", "if rows is None and dataset.nbytes >", "if 0 >", BOUNDS, "never_written"
    ),
    Mutation(
        "formats/parquet.py",
        "    table.validate(full=True)",
        "    table.validate()",
        BOUNDS,
        "arrow_offset",
    ),
    Mutation("formats/data_folder.py", "if len(found) == LISTED:", "if False:", BOUNDS, "listed"),
    Mutation(
        "formats/process_limits.py", "(resource.RLIMIT_FSIZE, disk),", "", BOUNDS, "disk_bound"
    ),
    Mutation(
        "formats/process_limits.py",
        "(resource.RLIMIT_DATA, memory),",
        "",
        KEPT,
        "passes_its_bounds",
    ),
    Mutation("formats/isolated.py", " or time.monotonic() >= end", "", KEPT, "passes_a_bound"),
    Mutation(
        "formats/isolated.py", "seen.memory_info().rss > memory", "False", KEPT, "passes_a_bound"
    ),
    Mutation("formats/digest.py", "status.st_ctime_ns, ", "", KEPT, "kept_digest"),
    Mutation(
        "formats/kept.py",
        "        beside=[[one.name, file_digest(one), one.guessed] for one in file.beside],\n",
        "",
        BOUNDS,
        "in_its_key",
    ),
    Mutation(
        "formats/kept.py", "        label_column=options.label_column,\n", "", BOUNDS, "in_its_key"
    ),
    Mutation("formats/kept.py", "        array=options.array,\n", "", BOUNDS, "in_its_key"),
    Mutation(
        "formats/kept.py", "        skip_broken=options.skip_broken,\n", "", BOUNDS, "in_its_key"
    ),
    Mutation(
        "formats/kept.py",
        "        metadata_columns=options.metadata_columns,\n",
        "",
        BOUNDS,
        "in_its_key",
    ),
    Mutation("formats/kept.py", "        format=format_name,\n", "", BOUNDS, "in_its_key"),
    Mutation("formats/kept.py", "        kind=kind,\n", "", BOUNDS, "in_its_key"),
    Mutation("formats/file.py", "if not self.name.isprintable():", "if False:", BOUNDS, "one_line"),
)


def survives(mutation: Mutation, folder: Path) -> bool:
    """Tell whether the tests pass with the mutation in that copy of the code."""
    path = folder / "explorer" / mutation.file
    content = path.read_text()
    if content.count(mutation.old) < 1:
        raise ValueError(f"{mutation.file} holds no {mutation.old!r} any more: renew the mutation.")
    path.write_text(content.replace(mutation.old, mutation.new))
    try:
        return run(folder, mutation.tests, "-k", mutation.chosen) == 0
    finally:
        path.write_text(content)


def run(folder: Path, *tests: str) -> int:
    """Run tests in a folder; return pytest's exit status, or 1 where they take too long.

    In a fork of this process, which has imported the libraries: a start takes no time.
    """
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        told = os.open(folder / "told.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(told, 1)
        os.dup2(told, 2)
        os.chdir(folder)
        for name in [one for one in sys.modules if one.split(".")[0] in ("explorer", "tests")]:
            del sys.modules[name]
        sys.path[:] = [str(folder), *(one for one in sys.path if Path(one).resolve() != ROOT)]
        os._exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests]))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:  # it crashed, or its time was over
        return 1
    if status not in (0, 1):  # neither passed nor failed: the tests were not run
        raise RuntimeError((folder / "told.txt").read_text(errors="replace")[-2000:])
    return status


def main() -> int:
    """Try each mutation and print which survive; return 1 where too many do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutations of files with this in their path")
    given = parser.parse_args()
    chosen = [one for one in MUTATIONS if given.only in one.file]
    survivors = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for one in COPIED:
            copy = shutil.copytree if (ROOT / one).is_dir() else shutil.copy2
            copy(ROOT / one, folder / one)
        if run(folder, *sorted({one.tests for one in chosen})):
            told = (folder / "told.txt").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"The tests fail without any mutation: repair that first.\n{told}")
        for one in chosen:
            lives = survives(one, folder)
            survivors += lives
            print(f"{'SURVIVED' if lives else 'seen'}  {one.file}: {one.old.strip()}", flush=True)
    print(f"{survivors} of {len(chosen)} mutations survived")
    return 1 if survivors > SURVIVORS * len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
