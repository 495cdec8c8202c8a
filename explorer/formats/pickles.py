"""Pickles: programs in disguise. They are recognized, refused, and the way around is told."""

from __future__ import annotations

from pathlib import PurePath
from typing import NoReturn

from explorer.errors import RefusedError
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File

PROTOCOLS = tuple(b"\x80" + bytes([version]) for version in (2, 3, 4, 5))
SUFFIXES = (".pkl", ".pickle", ".kv", ".model", ".joblib", ".d2v")
FIRST_OPCODES = (b"(", b"c", b"]", b"}", b"\x80")  # of the text protocol, and of today's

LOAD_KEYED = """from gensim.models import KeyedVectors
vectors = KeyedVectors.load({name!r})
vectors.save_word2vec_format({stem!r} + '.bin', binary=True)"""
LOAD_MODEL = """from gensim.models import {kind}
model = {kind}.load({name!r})
model.wv.save_word2vec_format({stem!r} + '.bin', binary=True)"""
LOAD_FRAME = """import pandas
frame = pandas.read_pickle({name!r})
frame.to_parquet({stem!r} + '.parquet')"""
LOAD_ARRAY = """import pathlib, pickle, numpy
array = pickle.loads(pathlib.Path({name!r}).read_bytes())
numpy.save({stem!r} + '.npy', numpy.asarray(array, dtype='float32'))"""
LOAD_WORDS = """import pathlib, pickle, numpy
words = pickle.loads(pathlib.Path({name!r}).read_bytes())  # a dictionary: each word with its vector
numpy.save({stem!r} + '.npy', numpy.array(list(words.values()), dtype='float32'))
pathlib.Path({stem!r} + '.txt').write_text('\\n'.join(words), encoding='utf-8')"""

KINDS = (  # what stands in the pickle, what that is, how to convert it
    (b"FastTextKeyedVectors", "gensim's word vectors", LOAD_KEYED),
    (b"KeyedVectors", "gensim's word vectors", LOAD_KEYED),
    (b"pandas.core", "a pandas table", LOAD_FRAME),
)
MODELS = ("Word2Vec", "FastText", "Doc2Vec")


def is_pickle(file: File, head: bytes) -> bool:
    """Tell whether the file begins as a pickle does, or is called one and may be."""
    if head.startswith(PROTOCOLS) and head[2:3] in (b"\x95", b"c", b"}", b"]", b"(", b"\x8a"):
        return True
    return file.suffix in SUFFIXES and head.startswith(FIRST_OPCODES)


def look(file: File, options: Options) -> Contents:
    """Refuse the file."""
    refuse(file)


def read(file: File, options: Options) -> Contents:
    """Refuse the file."""
    refuse(file)


def refuse(file: File) -> NoReturn:
    """Raise RefusedError with what is in the pickle, and the lines that convert it."""
    kind, lines = kind_of(file.head())
    lines = lines.format(name=file.name, stem=PurePath(file.name).stem, kind=kind)
    what = f"gensim's model {kind}" if kind in MODELS else kind
    raise RefusedError(
        f"{file.name} is a Python pickle ({what}). A pickle is a program: opening it runs "
        "whatever it says, so it is not opened here. If you trust it, run these lines on a machine "
        f"of your own and open what they save:\n{lines}"
    )


def kind_of(head: bytes) -> tuple[str, str]:
    """Return what a pickle holds, by the names in its head, and the lines that convert it."""
    opening = head[:500]
    for model in MODELS:
        if b"gensim.models" in opening and model.encode() + b"\x94" in opening.replace(
            b"\n", b"\x94"
        ):
            return model, LOAD_MODEL
    for name, kind, lines in KINDS:
        if name in opening:
            return kind, lines
    first_opcode = head[11:12] if head[2:3] == b"\x95" else head[2:3]  # after a frame's length
    if b"multiarray" in head[:60] and first_opcode != b"}":
        return "a NumPy array", LOAD_ARRAY
    return "Python objects", LOAD_WORDS
