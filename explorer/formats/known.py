"""FORMATS, the table of all formats: a new one is one entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.errors import UnknownFormatError
from explorer.formats import (
    arrays,
    binary,
    excel,
    fasttext,
    hdf5,
    json_table,
    parquet,
    pickles,
    projector,
    safetensors,
    table,
    text,
    text_layout,
    torch_file,
)
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File


@dataclass(frozen=True)
class Format:
    """One family of files: how it is recognized, looked at and read.

    `sniff(file, head)` sees the first megabyte; `look(file, options)` gives a sample
    without loading all; `read(file, options)` gives everything. What is `isolated` is read
    in a process of its own; what is `mapped` is used as it lies in the file, of which the
    cache keeps a copy: only files that nobody else changes are mapped.
    """

    name: str
    suffixes: tuple[str, ...]
    why: str
    sniff: Callable[[File, bytes], bool]
    look: Callable[[File, Options], Contents]
    read: Callable[[File, Options], Contents]
    isolated: bool = False
    mapped: bool = False


FORMATS = (
    Format(
        "NumPy array",
        suffixes=(".npy",),
        why="it begins with NumPy's signature",
        sniff=arrays.is_npy,
        look=arrays.look_npy,
        read=arrays.read_npy,
        mapped=True,
    ),
    Format(
        "NumPy archive",
        suffixes=(".npz",),
        why="it is a zip of NumPy arrays",
        sniff=arrays.is_npz,
        look=arrays.look_npz,
        read=arrays.read_npz,
    ),
    Format(
        "safetensors",
        suffixes=(".safetensors",),
        why="it begins with the length of a JSON header that lists its tensors",
        sniff=safetensors.is_safetensors,
        look=safetensors.look,
        read=safetensors.read,
        mapped=True,
    ),
    Format(
        "HDF5",
        suffixes=(".h5", ".hdf5", ".hdf", ".keras"),
        why="it begins with HDF5's signature",
        sniff=hdf5.is_hdf5,
        look=hdf5.look,
        read=hdf5.read,
        isolated=True,
    ),
    Format(
        "torch tensors",
        suffixes=(".pt", ".pth", ".bin"),
        why="it is an archive that torch wrote",
        sniff=torch_file.is_torch,
        look=torch_file.look,
        read=torch_file.read,
        isolated=True,
    ),
    Format(
        "fastText binary",
        suffixes=(".bin",),
        why="it begins with fastText's magic number",
        sniff=fasttext.is_fasttext,
        look=fasttext.look,
        read=fasttext.read,
        isolated=True,
    ),
    Format(
        "Parquet table",
        suffixes=(".parquet", ".pq"),
        why="it begins with Parquet's signature",
        sniff=parquet.is_parquet,
        look=parquet.look_parquet,
        read=parquet.read_parquet,
        isolated=True,
    ),
    Format(
        "Arrow table",
        suffixes=(".arrow", ".feather", ".ipc", ".arrows"),
        why="it begins with Arrow's signature",
        sniff=parquet.is_arrow,
        look=parquet.look_arrow,
        read=parquet.read_arrow,
        isolated=True,
    ),
    Format(
        "Hugging Face data set",
        suffixes=(".json",),
        why="it is the state of a data set, which names its Arrow files",
        sniff=parquet.is_dataset,
        look=parquet.look_dataset,
        read=parquet.read_dataset,
        isolated=True,
    ),
    Format(
        "Excel workbook",
        suffixes=(".xlsx", ".xlsm", ".xlsb", ".xls"),
        why="it holds a workbook",
        sniff=excel.is_excel,
        look=excel.look,
        read=excel.read,
        isolated=True,
    ),
    Format(
        "Python pickle",
        suffixes=pickles.SUFFIXES,
        why="it begins as a pickle does",
        sniff=pickles.is_pickle,
        look=pickles.look,
        read=pickles.read,
    ),
    Format(
        "word2vec binary",
        suffixes=(".bin", ".w2v"),
        why="its first line holds two counts, and labels with float32 numbers follow",
        sniff=binary.is_word2vec,
        look=binary.look_word2vec,
        read=binary.read_word2vec,
    ),
    Format(
        "fvecs",
        suffixes=tuple(binary.RECORDS),
        why="each of its records begins with the same number of dimensions",
        sniff=binary.is_fvecs,
        look=binary.look_fvecs,
        read=binary.read_fvecs,
        mapped=True,
    ),
    Format(
        "Embedding Projector configuration",
        suffixes=(".json",),
        why="it is JSON that names tensors and their files",
        sniff=projector.is_config,
        look=projector.look_config,
        read=projector.read_config,
    ),
    Format(
        "JSON Lines",
        suffixes=(".jsonl", ".ndjson"),
        why="each line is a JSON object",
        sniff=json_table.is_json_lines,
        look=json_table.look_lines,
        read=json_table.read_lines,
        isolated=True,
    ),
    Format(
        "JSON",
        suffixes=(".json",),
        why="it is one JSON document",
        sniff=json_table.is_json,
        look=json_table.look,
        read=json_table.read,
        isolated=True,
    ),
    Format(
        "word2vec text",
        suffixes=(".txt", ".vec", ".w2v"),
        why="its first line holds the number of vectors and of dimensions",
        sniff=text_layout.has_header,
        look=text.look,
        read=text.read,
    ),
    Format(
        "GloVe text",
        suffixes=(".txt", ".glove"),
        why="each line holds a word and its numbers, with spaces between them",
        sniff=text_layout.has_no_header,
        look=text.look,
        read=text.read,
    ),
    Format(
        "Embedding Projector vectors",
        suffixes=(".tsv",),
        why="its lines hold the same number of numbers, with tabs between, and nothing else",
        sniff=projector.is_vectors,
        look=projector.look_vectors,
        read=projector.read_vectors,
    ),
    Format(
        "CSV or TSV table",
        suffixes=(".csv", ".tsv", ".tab"),
        why="its lines hold the same number of fields, with commas, semicolons or tabs between",
        sniff=table.is_table,
        look=table.look,
        read=table.read,
    ),
)


def named_format(name: str) -> Format:
    """Return the format of that name; raises UnknownFormatError with the known names."""
    for one in FORMATS:
        if one.name == name:
            return one
    known = ", ".join(f"“{one.name}”" for one in FORMATS)
    raise UnknownFormatError(f"The format “{name}” is unknown. Known ones: {known}.")
