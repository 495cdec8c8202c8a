"""Files that mean harm, each with what must be told of it: `python -m tests.fuzz.hostile`.

That prints the table of docs/reliability.md: each file is opened, and the memory that this
process and the reader's own process need at their peaks is measured. The test beside it holds
each to what is told, and this process to its bound of memory.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import re
import resource
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from explorer import open_space
from explorer.errors import ExplorerError
from explorer.formats.file import File
from explorer.formats.whole_table import read_table
from tests.formats.written import VECTORS, WRITTEN, arrow, npy, safetensors

MB = 1 << 20
GLOVE = b"king 1 0.5\nqueen 1 -0.5\npea 0 0\n"
OPENED = "opened"


@dataclass(frozen=True)
class Hostile:
    """A hostile file, what must be told of it, and the megabytes that this process may need."""

    given: str
    file: Callable[[], File]
    told: str  # a regular expression; OPENED where it is harmless once it is opened
    megabytes: int = 40
    open: Callable[[File], Any] = open_space


def peak(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what some work returns, and how many megabytes this process grew at its peak."""
    open_space(b"word,x,y\nking,1,2\nqueen,3,4\n")  # polars starts its threads: no file's doing
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    before = status("VmRSS")
    found = work()
    return found, max(0.0, status("VmHWM") - before) / 1024


def status(name: str) -> int:
    """Return a figure of this process in kB."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if name in one)
    return int(line.split()[1])


def outcome(one: Hostile, file: File) -> str:
    """Return what is told when the file is opened, or that it opens."""
    try:
        one.open(file)
    except ExplorerError as error:
        return str(error)
    return OPENED


def fits(one: Hostile, told: str) -> bool:
    """Tell whether what is told is what must be."""
    return re.search(one.told, told, re.DOTALL) is not None


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def zip_of_names(n: int = 1_000_000) -> File:
    """So many names, all of one small member."""
    name = b"a.txt"
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, zlib.crc32(b"x"), 1, 1, 5, 0)
    member = local + name + b"x"
    fields = (b"PK\1\2", 20, 20, 0, 0, 0, 0, zlib.crc32(b"x"), 1, 1, 5, 0, 0, 0, 0, 0, 0)
    entry = struct.pack("<4s6H3I5H2I", *fields) + name
    names = entry * n
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, len(names), len(member), 0)
    return File("names.zip", content=member + names + end)


def members_of_many_times() -> bytes:
    """Eight members of 16 MB in an archive of 130 kB."""
    return zipped({f"{index}.txt": b"0 " * (8 * MB) for index in range(8)})


def xz_with_a_large_dictionary() -> bytes:
    """An xz whose header asks for a dictionary of 1.5 GB."""
    content = bytearray(lzma.compress(GLOVE))
    size = 4 * (content[12] + 1)  # of the block's header, with its checksum
    content[16] = 37  # 3 << 29 bytes
    content[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(content[12 : 12 + size - 4]))
    return bytes(content)


def encrypted() -> bytes:
    """A zip that says its member is encrypted."""
    content = bytearray(zipped({"a.txt": GLOVE}))
    content[6] |= 1
    content[content.find(b"PK\1\2") + 8] |= 1
    return bytes(content)


def saved(*arrays: Any, **named: Any) -> bytes:
    """Return arrays as a compressed npz."""
    stream = io.BytesIO()
    np.savez_compressed(stream, *arrays, **named)
    return stream.getvalue()


def npy_of(values: Any) -> bytes:
    """Return an array as npy."""
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=True)
    return stream.getvalue()


def npy_header(header: bytes) -> bytes:
    """Return an npy of that header."""
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + b"\0" * 16


def hdf5(build: Callable[[Any], Any]) -> bytes:
    """Return an HDF5 file."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as root:
        build(root)
    return stream.getvalue()


def unwritten(rows: int, dim: int) -> bytes:
    """An HDF5 dataset of which no value was ever written."""
    return hdf5(lambda root: root.create_dataset("v", (rows, dim), "f4", chunks=(1 << 16, dim)))


def linked() -> bytes:
    """An HDF5 file whose only dataset lies in another file of the machine."""
    import h5py

    return hdf5(lambda root: root.__setitem__("v", h5py.ExternalLink("/etc/passwd", "v")))


def nested_groups() -> bytes:
    """HDF5 groups, forty deep."""
    return hdf5(lambda root: root.create_dataset("g/" * 40 + "v", data=VECTORS))


def header(text: bytes) -> bytes:
    """Return a safetensors file of that header."""
    return struct.pack("<Q", len(text)) + text + b"\0" * 64


def tensor(**facts: Any) -> bytes:
    """Return a safetensors file that says that of its tensor."""
    said = {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64], **facts}
    return header(json.dumps({"w": said}).encode())


def labelled(name: str, labels: bytes) -> File:
    """Return an array with a label file beside it."""
    return File("words.npy", content=npy().content, beside=(File(name, content=labels),))


def config(**facts: Any) -> File:
    """Return a configuration of the Projector that says that of its tensor."""
    entry = {"tensorName": "w", "tensorShape": [5, 3], "tensorPath": "words.bytes", **facts}
    beside = (File("words.bytes", content=VECTORS.tobytes()),)
    content = json.dumps({"embeddings": [entry]}).encode()
    return File("projector_config.json", content=content, beside=beside)


def arrow_with_a_patched_offset() -> bytes:
    """An Arrow stream with a text that ends far beyond its buffer."""
    stream = io.BytesIO()
    table = pa.table({"text": ["one text", "another", "a third one"]})
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    offsets = struct.pack("<4i", 0, 8, 15, 26)
    assert offsets in stream.getvalue()
    return stream.getvalue().replace(offsets, struct.pack("<4i", 0, 8, 1 << 30, 26))


def parquet_of_many_rows() -> bytes:
    """A Parquet file of a hundred million equal rows, in a few hundred kB."""
    stream = io.BytesIO()
    schema = pa.schema({"x": pa.int8(), "y": pa.int8()})
    zeros = pa.array(np.zeros(10_000_000, np.int8))
    part = pa.table({"x": zeros, "y": zeros}, schema=schema)
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for _ in range(10):
            writer.write_table(part, row_group_size=len(part))
    return stream.getvalue()


def torch_with_code() -> bytes:
    """A torch file that runs code where it is loaded trustingly."""
    import torch

    stream = io.BytesIO()
    torch.save({"weight": torch.eye(2), "bomb": Bomb()}, stream)
    return stream.getvalue()


class Bomb:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, ("import pathlib; pathlib.Path('exploded').touch()",)


def workbook() -> bytes:
    """An Excel workbook with a member of 100 MB."""
    files = zipfile.ZipFile(io.BytesIO(WRITTEN["Excel workbook"]().content))
    return zipped({**{one: files.read(one) for one in files.namelist()}, "xl/x": bytes(100 * MB)})


def named(name: str, content: Callable[[], bytes]) -> Callable[[], File]:
    """Return what makes a file of that name."""
    return lambda: File(name, content=content())


def wide_csv(columns: int) -> bytes:
    """A CSV of many columns, 28 MB."""
    head = ",".join(["word", *(f"d{place}" for place in range(columns - 1))])
    line = ",0.5" * (columns - 1)
    return "\n".join([head, *(f"w{row}{line}" for row in range(28 * MB // len(line)))]).encode()


BOMB = 100 * MB
TIMES = "250 times its size"
HOSTILE = (
    Hostile("zip of a million files", zip_of_names, "list of the files in names"),
    Hostile(
        "zip of 10,000 files",
        named("a.zip", lambda: zipped({f"{i}.txt": GLOVE for i in range(10_000)})),
        "holds 10,000 files",
    ),
    Hostile(
        "zip of 1,000 files of vectors",
        named("a.zip", lambda: zipped({f"{i}.txt": GLOVE for i in range(1000)})),
        r"^1,000 files that each may hold vectors: 0\.txt, 1\.txt",
    ),
    Hostile("zip, 980-fold in eight members", named("a.zip", members_of_many_times), TIMES),
    Hostile("gzip, 1,000-fold", named("a.txt.gz", lambda: gzip.compress(bytes(BOMB))), TIMES),
    Hostile(
        "bzip2, many thousandfold", named("a.txt.bz2", lambda: bz2.compress(bytes(BOMB))), TIMES
    ),
    Hostile("xz, 6,000-fold", named("a.txt.xz", lambda: lzma.compress(bytes(BOMB))), TIMES),
    Hostile(
        "Zstandard, many thousandfold",
        named("a.txt.zst", lambda: bytes(pa.compress(bytes(BOMB), "zstd", asbytes=True))),
        TIMES,
    ),
    Hostile("xz that asks for 1.5 GB", named("a.xz", xz_with_a_large_dictionary), "[Mm]emory"),
    Hostile(
        "gzip in gzip",
        named("a.gz", lambda: gzip.compress(gzip.compress(GLOVE))),
        "compressed once more",
    ),
    Hostile(
        "zip in zip",
        named("a.zip", lambda: zipped({"b.zip": zipped({"a.txt": GLOVE})})),
        "compressed once more",
    ),
    Hostile("encrypted zip", named("a.zip", encrypted), "is encrypted"),
    Hostile(
        "a path for a name: ../../evil",
        named("a.zip", lambda: zipped({"../../evil": GLOVE})),
        OPENED,
    ),
    Hostile(
        "a name with a line of code in it",
        named("a.zip", lambda: zipped({"m\nimport os\n.kv": pickle.dumps({"a": 1}, 4)})),
        r"^m�import os�\.kv is a Python pickle",
    ),
    Hostile(
        "npz of 62 million rows, 60 kB",
        named("a.npz", lambda: saved(np.zeros((62_000_000, 1), np.int8))),
        "62,000,000 vectors",
    ),
    Hostile(
        "npy.gz of 62 million rows, 60 kB",
        named("a.npy.gz", lambda: gzip.compress(npy_of(np.zeros((62_000_000, 1), np.int8)))),
        "62,000,000 vectors",
    ),
    Hostile(
        "npz, 1,000-fold in four arrays",
        named(
            "a.npz", lambda: saved(**{f"a{i}": np.zeros((5 * MB, 4), np.int8) for i in range(4)})
        ),
        TIMES,
    ),
    Hostile(
        "npy that claims 10^15 rows",
        named(
            "a.npy",
            lambda: npy_header(b"{'descr':'<f4','fortran_order':False,'shape':(%d,3)}" % 10**15),
        ),
        "Was it cut off",
    ),
    Hostile(
        "npy header of nested brackets",
        named("a.npy", lambda: npy_header(b"(" * 9000)),
        "broken NumPy header",
    ),
    Hostile(
        "npy of Python objects",
        named("a.npy", lambda: npy_of(np.array([[Bomb()]], dtype=object))),
        "could run code",
    ),
    Hostile(
        "HDF5 of 100 million unwritten rows",
        named("a.h5", lambda: unwritten(10**8, 2)),
        "100,000,000 vectors",
    ),
    Hostile("HDF5 of 3.6 GB unwritten", named("a.h5", lambda: unwritten(9 * 10**6, 100)), TIMES),
    Hostile("HDF5 that points to /etc/passwd", named("a.h5", linked), "holds no array"),
    Hostile("HDF5 groups 40 deep", named("a.h5", nested_groups), "nested deeper than 32"),
    Hostile(
        "safetensors header of 4 MB",
        named("a.safetensors", lambda: header(b'{"a":[' + b"[],[[]]," * (4 * MB // 8) + b"0]}")),
        "header of “a” is broken",
    ),
    Hostile(
        "safetensors of 10^8000 values",
        named("a.safetensors", lambda: tensor(shape=[10**4000, 10**4000])),
        "very many",
    ),
    Hostile(
        "safetensors beyond its end",
        named("a.safetensors", lambda: tensor(data_offsets=[64, 128])),
        "cut off",
    ),
    Hostile(
        "safetensors cut off", named("a.safetensors", lambda: safetensors().content[:-9]), "cut off"
    ),
    Hostile(
        "label file: 2.5 MB of nested JSON",
        lambda: labelled("words.json", b"[" + b"[[]]," * (MB // 2) + b"0]"),
        "524,289 labels for 5 vectors",
        80,
    ),
    Hostile(
        "label file: JSON 100,000 deep",
        lambda: labelled("words.json", b"[" * 100_000),
        "not valid JSON",
    ),
    Hostile(
        "label file of 3 million lines",
        lambda: labelled("words.txt", b"a\n" * 3_000_000),
        "3,000,000 labels for 5 vectors",
        80,
    ),
    Hostile(
        "configuration of 2 MB", lambda: config(x="x" * 2 * MB), "configuration that names files"
    ),
    Hostile(
        "configuration that names ../../etc/passwd",
        lambda: config(tensorPath="../../etc/passwd"),
        "names the file “passwd”, which was not given",
    ),
    Hostile(
        "configuration of 10^18 numbers", lambda: config(tensorShape=[10**9, 10**9]), "cut off"
    ),
    Hostile("JSON 100,000 deep", named("a.json", lambda: b"[" * 100_000), "not valid JSON"),
    Hostile(
        "JSON with a number of 5,000 digits",
        named("a.json", lambda: b'{"a": [' + b"9" * 5000 + b", 1]}"),
        "not valid JSON",
    ),
    Hostile(
        "CSV of 69,000 columns, 28 MB",
        named("a.csv", lambda: wide_csv(69_000)),
        "69,000 columns",
        150,
    ),
    Hostile(
        "CSV whose first line has 5,000 digits",
        named("a.csv", lambda: b"1" * 5000 + b",2\nking,0.5\nqueen,0.25\n"),
        OPENED + "|table",
    ),
    Hostile(
        "CSV column with a name of 60 kB",
        named("a.csv", lambda: b"word," + b"1" * 60_000 + b"x,y\nking,0.5,1\nqueen,0.25,2\n"),
        OPENED,
    ),
    Hostile(
        "a text of 20 MB in one line",
        named("a.txt", lambda: b"king" + b" 0.5" * (5 * MB)),
        "vector file|line|dimensions",
        100,
    ),
    Hostile(
        "Arrow table with an offset beyond its buffer, on Encode",
        named("a.arrow", arrow_with_a_patched_offset),
        "cannot be read as Arrow",
        open=read_table,
    ),
    Hostile(
        "Feather file with a broken end",
        named("a.feather", lambda: arrow().content[:-20]),
        "a.feather",
    ),
    Hostile(
        "Parquet of 100 million rows",
        named("a.parquet", parquet_of_many_rows),
        "100,000,000 vectors",
    ),
    Hostile("Excel workbook with 100 MB of zeros", named("a.xlsx", workbook), TIMES),
    Hostile("pickle that runs code", named("a.pkl", lambda: pickle.dumps(Bomb())), "Python pickle"),
    Hostile("torch file that runs code", named("a.pt", torch_with_code), "could run code"),
    Hostile(
        "word2vec binary that claims 99,999,999,999 vectors",
        named("a.bin", lambda: b"99999999999 300\nking " + b"\1\2\3\4" * 300),
        OPENED,
    ),
    Hostile(
        "fvecs of 2,147,483,647 dimensions",
        named("a.fvecs", lambda: struct.pack("<i", 2**31 - 1) + bytes(400)),
        "not a vector file|dimensions",
    ),
    Hostile("an empty file", named("a.txt", lambda: b""), "is empty"),
)


def measure(one: Hostile) -> tuple[str, bool]:
    """Return a row of the table, and whether all is as it must be."""
    file = one.file()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXPLORER_CACHE_DIR"] = folder
        told, here = peak(lambda: outcome(one, file))
    there = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    size = file.size + sum(beside.size for beside in file.beside)
    first = told.split("\n")[0].split(". ")[0].replace("|", "\\|")
    reader = f"{there:.0f}" if there else "–"
    good = fits(one, told) and here <= one.megabytes
    return f"| {one.given} | {size:,} | {first[:120]} | {here:.0f} | {reader} |", good


def main() -> int:
    """Print the table; return 1 where something else is told than must be."""
    failed = 0
    print("| Input | Bytes | What is told | Here, MB | Reader, MB |\n|---|--:|---|--:|--:|")
    for one in HOSTILE:
        sys.stdout.flush()
        child = os.fork()  # each in a process of its own: nobody inherits another's peak
        if not child:
            row, good = measure(one)
            print(row if good else f"{row} **FAILED**", flush=True)
            os._exit(not good)
        failed += os.waitpid(child, 0)[1] != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
