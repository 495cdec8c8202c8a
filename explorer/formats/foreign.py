"""Files and folders that hold no vectors to read here: refused by name, with what to do.

A new one is an entry in FILES or FOLDERS.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.errors import FormatError, UnknownFormatError
from explorer.pictures.decode import is_picture_name

ENCODE = (
    "It is a model and no list of vectors: use it on the Encode page, or by "
    "`embedding-explorer encode TEXTS --model {name} --output OUT.parquet`."
)
FAISS = (
    "Save its vectors where FAISS is installed:\n"
    "import faiss, numpy\n"
    "index = faiss.read_index({name!r})\n"
    "numpy.save('vectors.npy', index.reconstruct_n(0, index.ntotal))"
)
FAISS_MARKS = (  # the first four letters tell the kind of index
    *(b"IxF2", b"IxFI", b"IxFl", b"IxPq", b"IxPT", b"IxSQ", b"IxMp", b"IxM2", b"IxHe", b"IxLa"),
    *(b"IwFl", b"IwPQ", b"IwSq", b"IvPQ", b"IvFl", b"IHNf", b"IHNs", b"IHNp", b"IHN2", b"INSf"),
)
EXPORT = "Export the table as Parquet or CSV there, and open that."
UNPACK = "Unpack it yourself, and open what is in it; .zip and .gz are unpacked here."
NO_VECTORS = "Open a file of vectors; texts become vectors on the Encode page."
PICTURE = (
    "“Encode pictures” turns each picture of a set into a vector: drop several, or a zip of them."
)


@dataclass(frozen=True)
class Foreign:
    """A kind of file: what it is called, the bytes it has at a place, and what to do instead."""

    name: str
    signature: bytes
    advice: str
    at: int = 0
    binary: bool = True  # text may begin with a signature of letters: a NUL byte follows soon


FILES = (
    Foreign(
        "a GGUF model",
        b"GGUF",
        "It is a language model for llama.cpp. Save its token embeddings where that is installed:\n"
        "import gguf, numpy\n"
        "tensors = {{one.name: one for one in gguf.GGUFReader({name!r}).tensors}}\n"
        "one = tensors['token_embd.weight']\n"
        "numpy.save('vectors.npy', gguf.dequantize(one.data, one.tensor_type))",
    ),
    *(Foreign("a FAISS index", mark, FAISS) for mark in FAISS_MARKS),
    Foreign("a SQLite database", b"SQLite format 3\0", EXPORT),
    Foreign("a DuckDB database", b"DUCK", EXPORT, at=8),
    Foreign("an ORC table", b"ORC", EXPORT),
    Foreign("an Avro table", b"Obj\x01", EXPORT, binary=False),
    Foreign(
        "a MATLAB file",
        b"MATLAB 5.0 MAT-file",
        "Save its matrix as an array:\n"
        "import numpy, scipy.io\n"
        "arrays = scipy.io.loadmat({name!r})\n"
        "print(arrays.keys())  # find the matrix, 'vectors' for example\n"
        "numpy.save('vectors.npy', arrays['vectors'])",
        binary=False,
    ),
    Foreign("an R file", b"RDX3\n", "Save it in R as CSV: write.csv(table, 'vectors.csv')."),
    Foreign("a PDF document", b"%PDF-", NO_VECTORS, binary=False),
    Foreign("a picture (PNG)", b"\x89PNG\r\n\x1a\n", PICTURE),
    Foreign("a picture (JPEG)", b"\xff\xd8\xff", PICTURE, binary=False),
    Foreign("a picture (GIF)", b"GIF8", PICTURE),
    Foreign("a picture (WebP)", b"WEBPVP8", PICTURE, at=8),
    Foreign("a picture (TIFF)", b"II*\0", PICTURE),
    Foreign("a picture (TIFF)", b"MM\0*", PICTURE),
    Foreign("a 7z archive", b"7z\xbc\xaf\x27\x1c", UNPACK, binary=False),
    Foreign("a RAR archive", b"Rar!\x1a\x07", UNPACK, binary=False),
    Foreign("a tar archive", b"ustar", UNPACK, at=257),
)

FOLDERS = (  # what stands in a folder, what it is, and what to do
    ("modules.json", "a sentence-transformers model", ENCODE),
    ("adapter_config.json", "an adapter of a model", "Merge it into its model first."),
    ("tokenizer_config.json", "a Hugging Face model", ENCODE),
    (
        "dataset_dict.json",
        "a Hugging Face data set of several splits",
        "Open one of its splits: the folders in it.",
    ),
    (
        "_versions",
        "a LanceDB table",
        "Save it as Parquet where LanceDB is installed:\n"
        "import lance, pyarrow.parquet\n"
        "pyarrow.parquet.write_table(lance.dataset({name!r}).to_table(), 'vectors.parquet')",
    ),
    ("chroma.sqlite3", "a Chroma store", "Save what its collection's get() returns as JSON."),
    (
        ".zarray",
        "a Zarr array",
        "Save it as an array:\nimport numpy, zarr\n"
        "numpy.save('vectors.npy', zarr.open_array({name!r})[:])",
    ),
    (
        "saved_model.pb",
        "a TensorFlow model",
        "It is a model and no list of vectors: save its embedding matrix by numpy.save.",
    ),
)


def refuse_foreign(name: str, head: bytes) -> None:
    """Raise UnknownFormatError where a file is of a kind that is known and not read here."""
    for one in FILES:
        if head[one.at :].startswith(one.signature) and (not one.binary or b"\0" in head[:4096]):
            raise UnknownFormatError(
                f"{name} is {one.name}, which is not read here. " + one.advice.format(name=name)
            )


def refuse_folder(path: Path) -> FormatError:
    """Return the error for a folder: by name where its kind is known."""
    for mark, name, advice in FOLDERS:
        if (path / mark).exists():
            return FormatError(f"{path} is the folder of {name}. " + advice.format(name=str(path)))
    if any(is_picture_name(one.name) for one in path.iterdir()):
        return FormatError(
            f"{path} is a folder of pictures, without vectors. `embedding-explorer encode-images` "
            "turns each of them into a vector."
        )
    return FormatError(f"{path} is a folder. Name one file in it.")
