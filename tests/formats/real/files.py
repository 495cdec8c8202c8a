"""About 110 files as people have them, each written by the program that writes them.

A function makes one file, or a folder with one in it; `REAL` lists them with what opening
each has to give: its labels, or the words of the refusal.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

WORDS = ("king", "queen", "pea")
VECTORS = np.array([[1, 0.5, 0.25, -2], [0.125, -0.5, 2, 0], [0, 1.5, -1, 0.75]], np.float32)
LISTS = VECTORS.tolist()
NUMBERS = ("0", "1", "2")


@dataclass(frozen=True)
class Real:
    """A file of the world: who makes it, and what opening it gives.

    `labels` are those of the space; `says` is in the error of what is refused by name.
    """

    name: str
    make: Callable[[Path], Any]
    labels: tuple[str, ...] | None = WORDS
    says: str = ""
    vectors: Any = None


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content.encode(encoding))


def raw(content: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content)


def document(given: Any) -> Callable[[Path], Any]:
    return lambda path: path.write_text(json.dumps(given))


def lines(given: list[Any]) -> Callable[[Path], Any]:
    return lambda path: path.write_text("".join(json.dumps(one) + "\n" for one in given))


def rows(separator: str, end: str = "\n", number: str = "{:g}") -> str:
    """The words with their numbers, a word a line."""
    return "".join(
        separator.join((word, *(number.format(value) for value in vector))) + end
        for word, vector in zip(WORDS, LISTS, strict=True)
    )


def keyed() -> Any:
    from gensim.models import KeyedVectors

    made = KeyedVectors(4)
    made.add_vectors(list(WORDS), VECTORS)
    return made


def frame() -> Any:
    import pandas

    made = pandas.DataFrame(VECTORS, columns=[f"dim_{axis}" for axis in range(4)])
    made.insert(0, "word", WORDS)
    return made


def list_frame() -> Any:
    import pandas

    return pandas.DataFrame({"text": WORDS, "embedding": LISTS, "stars": [1, 2, 3]})


def arrow_table() -> Any:
    import pyarrow as pa

    lists = pa.array(LISTS, pa.list_(pa.float32(), 4))
    return pa.table({"text": list(WORDS), "embedding": lists})


def labelled(save: Callable[[Path], Any], suffix: str, content: str) -> Callable[[Path], Any]:
    """An array and the labels beside it."""

    def make(path: Path) -> None:
        save(path)
        path.with_suffix(suffix).write_text(content)

    return make


def npy(dtype: str = "float32", order: Any = "C") -> Callable[[Path], Any]:
    return lambda path: np.save(path, VECTORS.astype(dtype, order=order))


def npz(**arrays: Any) -> Callable[[Path], Any]:
    return lambda path: np.savez(path, **arrays)


def packed(open_packed: Callable[..., Any], make: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """What `make` writes, compressed."""

    def write(path: Path) -> None:
        inner = path.with_name("inner" + Path(path.stem).suffix)
        make(inner)
        with open_packed(path, "wb") as stream:
            stream.write(inner.read_bytes())
        inner.unlink()

    return write


def zipped(members: dict[str, bytes]) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return make


def saved_npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, VECTORS)
    return stream.getvalue()


def word2vec(binary: bool = False, header: bool = True) -> Callable[[Path], Any]:
    return lambda path: keyed().save_word2vec_format(str(path), binary=binary, write_header=header)


def hdf5(fill: Callable[[Any], Any]) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        import h5py

        with h5py.File(path, "w") as root:
            fill(root)

    return make


def fill_words(root: Any) -> None:
    for word, vector in zip(WORDS, VECTORS, strict=True):
        root[word] = vector


def fill_grouped_words(root: Any) -> None:
    for word, vector in zip(WORDS, VECTORS, strict=True):
        root[f"embeddings/{word}"] = vector


def fill_matrix(root: Any) -> None:
    import h5py

    root.create_dataset("vectors", data=VECTORS, compression="gzip")
    root.create_dataset("words", data=list(WORDS), dtype=h5py.string_dtype())


def fill_fixed_text(root: Any) -> None:
    root["train"] = VECTORS
    root["labels"] = np.array(WORDS, "S10")


def torch(given: Callable[[Any], Any], **options: Any) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        import torch

        torch.save(given(torch.from_numpy(VECTORS.copy())), path, **options)

    return make


def tensors(**arrays: Any) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        from safetensors.numpy import save_file

        save_file(arrays, path)

    return make


def bfloat16(path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({"embeddings.weight": torch.from_numpy(VECTORS.copy()).bfloat16()}, path)


def parquet(**options: Any) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        import pyarrow.parquet as pq

        pq.write_table(arrow_table(), path, **options)

    return make


def polars_parquet(kind: str) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        import polars as pl

        columns: dict[str, Any] = {
            "array": pl.Series(LISTS, dtype=pl.Array(pl.Float32, 4)),
            "list": pl.Series(LISTS, dtype=pl.List(pl.Float64)),
            "bytes": pl.Series([row.tobytes() for row in VECTORS], dtype=pl.Binary),
            "doubles": pl.Series([row.astype("<f8").tobytes() for row in VECTORS]),
            "record": pl.Series([{"model": "m", "values": row} for row in LISTS]),
        }
        pl.DataFrame({"word": WORDS, "vector": columns[kind]}).write_parquet(path)

    return make


def arrow_stream(path: Path) -> None:
    import pyarrow as pa

    table = arrow_table()
    with pa.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table)


def data_set(path: Path) -> None:
    """What `datasets.Dataset.save_to_disk` writes: Arrow streams, and a state that names them."""
    import pyarrow as pa

    path.mkdir()
    table = arrow_table()
    names = [f"data-{part:05}-of-00002.arrow" for part in range(2)]
    for part, name in enumerate(names):
        with pa.ipc.new_stream(str(path / name), table.schema) as writer:
            writer.write_table(table.slice(2 * part, 2))
    state = {"_data_files": [{"filename": name} for name in names], "_fingerprint": "a1"}
    (path / "state.json").write_text(json.dumps(state))
    (path / "dataset_info.json").write_text("{}")


def folder(*names: str) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        path.mkdir()
        for name in names:
            (path / name).write_text("{}")

    return make


def excel(path: Path) -> None:
    frame().to_excel(path, index=False)


def fvecs(kind: str, suffix_type: str) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        values = np.abs(VECTORS * 4).astype(suffix_type)
        path.write_bytes(b"".join(struct.pack("<i", 4) + row.tobytes() for row in values))

    return make


def gensim_model(kind: str) -> Callable[[Path], Any]:
    def make(path: Path) -> None:
        from gensim.models import FastText, Word2Vec

        model = {"Word2Vec": Word2Vec, "FastText": FastText}[kind]
        made = model([list(WORDS)] * 3, vector_size=4, min_count=1, workers=1, epochs=1)
        made.save(str(path))

    return make


def fasttext_binary(path: Path) -> None:
    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    model = FastText(vector_size=4, min_count=1, bucket=50, seed=1, workers=1)
    model.build_vocab([["king", "king", "king", "queen", "queen", "pea"]])
    model.train([["king", "queen", "pea"]], total_examples=1, epochs=1)
    save_facebook_model(model, str(path))


def joblib(path: Path) -> None:
    import joblib as library

    library.dump(VECTORS, path)


def save_module(path: Path) -> None:
    import torch

    torch.save(torch.nn.Embedding(3, 4), path)


def scipy_mat(path: Path) -> None:
    from scipy.io import savemat

    savemat(path, {"vectors": VECTORS})


def projector(path: Path) -> None:
    """The Embedding Projector's folder: a configuration that names two files."""
    entry = {
        "tensorName": "words",
        "tensorShape": list(VECTORS.shape),
        "tensorPath": "tensors.bytes",
        "metadataPath": "names.tsv",
    }
    path.write_text(json.dumps({"embeddings": [entry]}))
    (path.parent / "tensors.bytes").write_bytes(VECTORS.tobytes())
    (path.parent / "names.tsv").write_text("\n".join(WORDS) + "\n")


def projector_pair(path: Path) -> None:
    np.savetxt(path, VECTORS, delimiter="\t", fmt="%g")
    (path.parent / "metadata.tsv").write_text("\n".join(WORDS) + "\n")


def openai(values: list[Any]) -> dict[str, Any]:
    data = [
        {"object": "embedding", "index": index, "embedding": value}
        for index, value in enumerate(values)
    ]
    usage = {"prompt_tokens": 9, "total_tokens": 9}
    return {"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage}


def in_base64() -> list[str]:
    return [base64.b64encode(row.tobytes()).decode() for row in VECTORS]


def sqlite(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE items (id INTEGER, embedding BLOB)")
    database.close()


PAIRS = list(zip(WORDS, LISTS, strict=True))
LINES = "\n".join(WORDS) + "\n"
RANKED = "word\trank\n" + "".join(f"{word}\t{rank}\n" for rank, word in enumerate(WORDS))
HUGGING_FACE = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + b"\0" * 64
CSV = frame().to_csv(index=False)
BRACKETS = [str(row) for row in LISTS]

REAL = (
    # text of words
    Real("gensim.txt", word2vec()),
    Real("gensim no header.txt", word2vec(header=False)),
    Real("glove.txt", text(rows(" "))),
    Real("glove without a last line end.txt", text(rows(" ").rstrip("\n"))),
    Real("windows.txt", text(rows(" ", "\r\n"))),
    Real("marked.vec", text(rows(" "), "utf-8-sig")),
    Real("utf-16.txt", text(rows(" "), "utf-16")),
    Real("trailing spaces.vec", text("3 4\n" + rows(" ", " \n"))),
    Real("exponents.txt", text(rows(" ", number="{:.6e}"))),
    Real("nine digits.txt", text(rows(" ", number="{:.9f}"))),
    Real("glove.txt.gz", packed(gzip.open, text(rows(" ")))),
    Real("fasttext.vec.gz", packed(gzip.open, word2vec())),
    Real("glove.zip", zipped({"glove.txt": rows(" ").encode()})),
    Real("apple.zip", zipped({"glove.txt": rows(" ").encode(), "__MACOSX/._glove.txt": b"x"})),
    # binary of words
    Real("gensim.bin", word2vec(binary=True)),
    Real("google.bin.gz", packed(gzip.open, word2vec(binary=True))),
    Real("gensim.w2v", word2vec(binary=True)),
    Real("fasttext.bin", fasttext_binary, vectors=False),
    Real("readable.bin", raw(b"2 2\nking aa>?bb>?queen cc>?dd>?"), ("king", "queen"), "", False),
    # tables
    Real("pandas.csv", text(CSV)),
    Real("pandas semicolons.csv", text(CSV.replace(",", ";"))),
    Real("pandas.tsv", text(CSV.replace(",", "\t"))),
    Real("pandas.csv.gz", packed(gzip.open, text(CSV))),
    Real("pandas lists.csv", lambda path: list_frame().to_csv(path, index=False)),
    Real(
        "pgvector.csv", text("".join(f'{w},"{b}"\n' for w, b in zip(WORDS, BRACKETS, strict=True)))
    ),
    Real(
        "pgvector copy.tsv",
        text(
            "".join(
                f"{n}\t{w}\t{b}\n" for n, (w, b) in enumerate(zip(WORDS, BRACKETS, strict=True))
            )
        ),
    ),
    Real(
        "pgvector two columns.tsv",
        text("".join(f"{w}\t{b.replace(' ', '')}\n" for w, b in zip(WORDS, BRACKETS, strict=True))),
    ),
    Real(
        "postgres array.csv",
        text(
            "word,v\n"
            + "".join(f'{w},"{{{b[1:-1]}}}"\n' for w, b in zip(WORDS, BRACKETS, strict=True))
        ),
    ),
    Real(
        "base64.csv",
        text("word,v\n" + "".join(f"{w},{b}\n" for w, b in zip(WORDS, in_base64(), strict=True))),
    ),
    Real("excel.xlsx", excel),
    # Parquet and Arrow
    Real("pandas.parquet", lambda path: frame().to_parquet(path)),
    Real("pandas lists.parquet", lambda path: list_frame().to_parquet(path)),
    Real("snappy.parquet", parquet(compression="snappy")),
    Real("zstd.parquet", parquet(compression="zstd")),
    Real("dictionary.parquet", parquet(use_dictionary=["text"])),
    Real("polars array.parquet", polars_parquet("array")),
    Real("polars list.parquet", polars_parquet("list")),
    Real("float32 bytes.parquet", polars_parquet("bytes")),
    Real("float64 bytes.parquet", polars_parquet("doubles")),
    Real("record.parquet", polars_parquet("record")),
    Real("pandas.feather", lambda path: frame().to_feather(path)),
    Real("stream.arrow", arrow_stream),
    Real("a data set", data_set),
    # NumPy
    Real("alone.npy", npy(), NUMBERS),
    Real("half.npy", npy("float16"), NUMBERS),
    Real("double.npy", npy("float64"), NUMBERS),
    Real("big-endian.npy", npy(">f4"), NUMBERS),
    Real("fortran.npy", npy(order="F"), NUMBERS),
    Real("labels.npy", labelled(npy(), ".txt", LINES)),
    Real("ranked.npy", labelled(npy(), ".tsv", RANKED)),
    Real("json labels.npy", labelled(npy(), ".json", json.dumps(WORDS))),
    Real(
        "word to row.npy", labelled(npy(), ".json", json.dumps({w: n for n, w in enumerate(WORDS)}))
    ),
    Real("configured.npy", labelled(npy(), ".json", '{"hidden_size": 4}'), NUMBERS),
    Real("explained.npy", labelled(npy(), ".txt", "How these were made.\n"), NUMBERS),
    Real("also as text.npy", labelled(npy(), ".txt", rows(" ")), NUMBERS),
    Real("packed.npy.gz", packed(gzip.open, npy()), NUMBERS),
    Real(
        "packed labels.npy.gz",
        lambda path: (
            packed(gzip.open, npy())(path),
            path.with_name("packed labels.txt").write_text(LINES),
        ),
    ),
    Real(
        "objects.npy", lambda path: np.save(path, np.array([[1, None]])), None, "allow_pickle=True"
    ),
    Real("one axis.npy", lambda path: np.save(path, VECTORS[0]), None, "A matrix is needed"),
    Real("savez.npz", npz(vectors=VECTORS, words=np.array(WORDS))),
    Real(
        "compressed.npz", lambda path: np.savez_compressed(path, e=VECTORS, labels=np.array(WORDS))
    ),
    Real("array a word.npz", npz(**dict(zip(WORDS, VECTORS, strict=True)))),
    Real("arr_0.npz", lambda path: np.savez(path, VECTORS), NUMBERS),
    Real("savetxt.tsv", lambda path: np.savetxt(path, VECTORS, delimiter="\t"), NUMBERS),
    Real("array and labels.zip", zipped({"v.npy": saved_npy(), "v.txt": LINES.encode()})),
    # torch, safetensors, HDF5
    Real("tensor.pt", torch(lambda tensor: tensor), NUMBERS),
    Real("state.pth", torch(lambda tensor: {"embedding.weight": tensor}), NUMBERS),
    Real("vocabulary.pt", torch(lambda tensor: {"weight": tensor, "vocab": list(WORDS)})),
    Real("word to row.pt", torch(lambda t: {"w": t, "stoi": {w: n for n, w in enumerate(WORDS)}})),
    Real("tensor a word.pt", torch(lambda tensor: dict(zip(WORDS, tensor, strict=True)))),
    Real("half.pt", torch(lambda tensor: tensor.half()), NUMBERS),
    Real("old.pt", torch(lambda tensor: tensor, _use_new_zipfile_serialization=False), NUMBERS),
    Real("module.pt", save_module, None, "could run code"),
    Real("model.safetensors", tensors(weight=VECTORS), NUMBERS),
    Real(
        "tensor a word.safetensors",
        tensors(**dict(zip(WORDS, VECTORS, strict=True))),
        tuple(sorted(WORDS)),  # as its library sorts them
        vectors=VECTORS[[0, 2, 1]],
    ),
    Real("bfloat16.safetensors", bfloat16, NUMBERS),
    Real("labelled.safetensors", labelled(tensors(weight=VECTORS), ".txt", LINES)),
    Real("matrix.h5", hdf5(fill_matrix)),
    Real("fixed text.hdf5", hdf5(fill_fixed_text)),
    Real("dataset a word.h5", hdf5(fill_words), tuple(sorted(WORDS)), "", VECTORS[[0, 2, 1]]),
    Real(
        "grouped words.h5", hdf5(fill_grouped_words), tuple(sorted(WORDS)), "", VECTORS[[0, 2, 1]]
    ),
    # the benchmarks of nearest neighbors
    Real("sift.fvecs", fvecs("f", "<f4"), NUMBERS, "", np.abs(VECTORS * 4)),
    Real("truth.ivecs", fvecs("i", "<i4"), NUMBERS, "", np.abs(VECTORS * 4).astype(int)),
    Real("bigann.bvecs", fvecs("B", "u1"), NUMBERS, "", np.abs(VECTORS * 4).astype(int)),
    # the Embedding Projector
    Real("projector_config.json", projector),
    Real("vectors.tsv", projector_pair),
    # JSON
    Real("words.json", document(dict(PAIRS))),
    Real("records.json", document([{"word": w, "vector": v} for w, v in PAIRS])),
    Real("columns.json", document({"word": WORDS, "vector": LISTS})),
    Real("labels and vectors.json", document({"labels": WORDS, "vectors": LISTS})),
    Real("matrix.json", document(LISTS), NUMBERS),
    Real(
        "matrix with a stranger.json",
        lambda path: (document(LISTS)(path), (path.parent / "other.tsv").write_text(LINES)),
        NUMBERS,
    ),
    Real("pandas.json", lambda path: list_frame().to_json(path)),
    Real("pandas split.json", lambda path: list_frame().to_json(path, orient="split")),
    Real("pandas.jsonl", lambda path: list_frame().to_json(path, orient="records", lines=True)),
    Real(
        "base64.jsonl",
        lines([{"text": w, "e": b} for w, b in zip(WORDS, in_base64(), strict=True)]),
    ),
    Real("nested.jsonl", lines([{"text": w, "embedding": {"values": v}} for w, v in PAIRS])),
    # services and stores
    Real("openai.json", document(openai(LISTS)), NUMBERS),
    Real("openai base64.json", document(openai(in_base64())), NUMBERS),
    Real(
        "openai batch.jsonl",
        lines(
            [
                {
                    "id": f"batch_req_{n}",
                    "custom_id": word,
                    "response": {"status_code": 200, "request_id": "r", "body": openai([vector])},
                    "error": None,
                }
                for n, (word, vector) in enumerate(PAIRS)
            ]
        ),
    ),
    Real(
        "cohere.json", document({"id": "a", "texts": WORDS, "embeddings": LISTS, "meta": {"v": 1}})
    ),
    Real("cohere types.json", document({"texts": WORDS, "embeddings": {"float": LISTS}})),
    Real(
        "pinecone fetch.json",
        document({"vectors": {w: {"id": w, "values": v} for w, v in PAIRS}, "namespace": ""}),
    ),
    Real(
        "pinecone query.json",
        document({"matches": [{"id": w, "score": 0.5, "values": v} for w, v in PAIRS]}),
    ),
    Real(
        "qdrant scroll.json",
        document(
            {
                "result": {
                    "points": [
                        {"id": n, "payload": {"word": w}, "vector": v}
                        for n, (w, v) in enumerate(PAIRS)
                    ],
                    "next_page_offset": None,
                },
                "status": "ok",
            }
        ),
    ),
    Real(
        "qdrant named vectors.json",
        document({"points": [{"payload": {"word": w}, "vector": {"text": v}} for w, v in PAIRS]}),
    ),
    Real(
        "chroma get.json",
        document(
            {
                "ids": ["a", "b", "c"],
                "embeddings": LISTS,
                "documents": WORDS,
                "metadatas": [{"n": n} for n in range(3)],
                "uris": None,
                "included": ["embeddings", "documents"],
            }
        ),
    ),
    Real(
        "weaviate.json",
        document({"objects": [{"properties": {"title": w}, "vector": v} for w, v in PAIRS]}),
    ),
    Real(
        "weaviate graphql.json",
        document(
            {"data": {"Get": {"W": [{"title": w, "_additional": {"vector": v}} for w, v in PAIRS]}}}
        ),
    ),
    Real(
        "elasticsearch.json",
        document({"hits": {"hits": [{"_source": {"title": w, "v": v}} for w, v in PAIRS]}}),
    ),
    Real("gemini.json", document({"embeddings": [{"values": v} for v in LISTS]}), NUMBERS),
    Real(
        "vertex.json",
        document({"predictions": [{"embeddings": {"values": v}} for v in LISTS]}),
        NUMBERS,
    ),
    Real("ollama.json", document({"model": "m", "embeddings": LISTS}), NUMBERS),
    # refused by name
    Real("vectors.kv", lambda path: keyed().save(str(path)), None, "save_word2vec_format"),
    Real("word2vec.model", gensim_model("Word2Vec"), None, "save_word2vec_format"),
    Real("fasttext.model", gensim_model("FastText"), None, "save_word2vec_format"),
    Real("words.pkl", lambda path: path.write_bytes(pickle.dumps(dict(PAIRS))), None, "pickle"),
    Real("frame.pkl", lambda path: frame().to_pickle(path), None, "read_pickle"),
    Real("array.joblib", joblib, None, "pickle"),
    Real("llama.gguf", raw(HUGGING_FACE), None, "is a GGUF model"),
    Real("flat.index", raw(b"IxF2" + struct.pack("<i", 4) + b"\0" * 64), None, "is a FAISS index"),
    Real("hnsw.faiss", raw(b"IHNf" + struct.pack("<i", 4) + b"\0" * 64), None, "read_index"),
    Real("store.sqlite", sqlite, None, "is a SQLite database"),
    Real("vectors.mat", scipy_mat, None, "scipy.io.loadmat('vectors.mat')"),
    Real("paper.pdf", raw(b"%PDF-1.7\n1 0 obj\n"), None, "is a PDF document"),
    Real("a model", folder("modules.json", "config.json"), None, "sentence-transformers model"),
    Real("another model", folder("config.json", "tokenizer_config.json"), None, "--model"),
    Real("splits", folder("dataset_dict.json"), None, "one of its splits"),
    Real("table.lance", folder("_versions"), None, "is the folder of a LanceDB table"),
    Real("a folder", folder("notes.md"), None, "is a folder. Name one file"),
)
