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
LOAD_GENSIM = """from gensim.utils import SaveLoad
saved = SaveLoad.load({name!r})
vectors = getattr(saved, 'wv', saved)
vectors.save_word2vec_format({stem!r} + '.bin', binary=True)"""
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
LOAD_JOBLIB = """import joblib, numpy
found = joblib.load({name!r})
if hasattr(found, 'to_parquet'):  # a pandas table
    found.to_parquet({stem!r} + '.parquet')
elif isinstance(found, dict):  # each word with its vector
    numpy.save({stem!r} + '.npy', numpy.array(list(found.values()), dtype='float32'))
    with open({stem!r} + '.txt', 'w', encoding='utf-8') as labels:
        labels.write(''.join(f'{{word}}\\n' for word in found))
else:
    numpy.save({stem!r} + '.npy', numpy.asarray(found, dtype='float32'))"""

KINDS = (  # what stands in the pickle, what that is, how to convert it
    (b"FastTextKeyedVectors", "gensim's word vectors", LOAD_KEYED),
    (b"KeyedVectors", "gensim's word vectors", LOAD_KEYED),
    (b"pandas.core", "a pandas table", LOAD_FRAME),
)
MODELS = ("Word2Vec", "FastText", "Doc2Vec")
GENSIM_SUFFIXES = {".kv": LOAD_KEYED, ".model": LOAD_GENSIM, ".d2v": LOAD_GENSIM}
DICTIONARY, LIST = b"}", b"]"  # the opcodes of what a pickle begins with


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
    what, lines = kind_of(file)
    lines = lines.format(name=file.name, stem=PurePath(file.name).stem)
    raise RefusedError(
        f"{file.name} is a Python pickle ({what}). A pickle is a program: opening it runs "
        "whatever it says, so it is not opened here. If you trust it, run these lines on a machine "
        f"of your own and open what they save:\n{lines}"
    )


def kind_of(file: File) -> tuple[str, str]:
    """Return what a pickle holds and the lines that convert it: by the names in its head.

    Where those tell nothing, the suffix decides: what is called .kv is most likely gensim's.
    """
    head = file.head()
    opening = head[:500]
    if file.suffix == ".joblib" or b"joblib.numpy_pickle" in opening:
        return "by joblib", LOAD_JOBLIB
    for model in MODELS:
        if b"gensim.models" in opening and model.encode() + b"\x94" in opening.replace(
            b"\n", b"\x94"
        ):
            return f"gensim's model {model}", LOAD_MODEL.replace("{kind}", model)
    for name, what, lines in KINDS:
        if name in opening:
            return what, lines
    framed = head[2:3] == b"\x95"  # a frame's length stands before what it holds
    first_opcode = head[11:12] if framed else head[2:3] if head[:1] == b"\x80" else head[1:2]
    if first_opcode == DICTIONARY:
        return "a dictionary", LOAD_WORDS
    if b"gensim" in opening:
        return "gensim's objects", LOAD_GENSIM
    if b"multiarray" in head[:60] or first_opcode == LIST:
        return "a list" if first_opcode == LIST else "a NumPy array", LOAD_ARRAY
    if file.suffix in GENSIM_SUFFIXES:
        return "by its name one of gensim's", GENSIM_SUFFIXES[file.suffix]
    return "Python objects", LOAD_WORDS
