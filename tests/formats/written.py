"""One small file of each format, written by the program whose format it is."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.formats.file import File

LABELS = ("king", "queen", "new york", "naïve", "pea")
VECTORS = np.array(
    [[1, 0.5, 0], [1, -0.5, 0.25], [0.125, 0.5, 2], [-3, -0.5, 0.5], [0, 0, 1]], np.float32
)
ONE_WORD = tuple(label.replace(" ", "_") for label in LABELS)  # for formats that split at spaces


def labels_txt(name: str = "words.txt") -> File:
    """The labels, one a line."""
    return File(name, content=("\n".join(LABELS) + "\n").encode())


def gensim_text(header: bool = True, binary: bool = False) -> bytes:
    """What gensim's KeyedVectors writes."""
    import tempfile
    from pathlib import Path

    from gensim.models import KeyedVectors

    keyed = KeyedVectors(3)
    keyed.add_vectors(list(ONE_WORD), VECTORS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written"
        keyed.save_word2vec_format(str(path), binary=binary, write_header=header)
        return path.read_bytes()


def npy() -> File:
    """numpy.save, with the labels beside it."""
    stream = io.BytesIO()
    np.save(stream, VECTORS)
    return File("words.npy", content=stream.getvalue(), beside=(labels_txt(),))


def npz() -> File:
    """numpy.savez, with the labels in it."""
    stream = io.BytesIO()
    np.savez_compressed(stream, vectors=VECTORS, labels=np.array(LABELS))
    return File("words.npz", content=stream.getvalue())


def safetensors() -> File:
    """safetensors' own writer, with the labels beside it."""
    from safetensors.numpy import save

    return File("words.safetensors", content=save({"w": VECTORS}), beside=(labels_txt(),))


def hdf5() -> File:
    """h5py, with the labels in it."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as root:
        root.create_dataset("group/vectors", data=VECTORS, chunks=(2, 3), compression="gzip")
        root.create_dataset("group/words", data=list(LABELS), dtype=h5py.string_dtype())
    return File("words.h5", content=stream.getvalue())


def torch_tensors() -> File:
    """torch.save of a state with the labels in it."""
    import torch

    stream = io.BytesIO()
    torch.save({"weight": torch.from_numpy(VECTORS.copy()), "labels": list(LABELS)}, stream)
    return File("words.pt", content=stream.getvalue())


def fasttext() -> File:
    """A fastText model that gensim trained and wrote in Facebook's format."""
    import tempfile
    from pathlib import Path

    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    model = FastText(vector_size=4, min_count=1, bucket=50, min_n=3, max_n=4, seed=1, workers=1)
    sentences = [["king", "queen", "pea"], ["king", "queen"], ["king"]] * 5
    model.build_vocab(sentences)
    model.train(sentences, total_examples=len(sentences), epochs=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bin"
        save_facebook_model(model, str(path))
        return File("model.bin", content=path.read_bytes())


def frame() -> object:
    """The words as a pandas table with one column for each dimension."""
    import pandas

    table = pandas.DataFrame(VECTORS, columns=["d0", "d1", "d2"])
    table.insert(0, "word", LABELS)
    return table


def parquet() -> File:
    """pandas' Parquet writer."""
    stream = io.BytesIO()
    frame().to_parquet(stream)  # type: ignore[attr-defined]
    return File("words.parquet", content=stream.getvalue())


def list_table() -> object:
    """The words as an Arrow table with one column of lists."""
    import pyarrow as pa

    lists = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.ravel()), 3)
    return pa.table({"word": list(LABELS), "vector": lists})


def arrow() -> File:
    """pyarrow's Feather writer."""
    from pyarrow import feather

    stream = io.BytesIO()
    feather.write_feather(list_table(), stream)
    return File("words.feather", content=stream.getvalue())


def arrow_stream() -> File:
    """pyarrow's stream of record batches."""
    import pyarrow as pa

    stream = io.BytesIO()
    table = list_table()
    with pa.ipc.new_stream(stream, table.schema) as writer:  # type: ignore[attr-defined]
        writer.write_table(table)
    return File("words.arrows", content=stream.getvalue())


def data_set() -> File:
    """The folder of a Hugging Face data set: its state, and the Arrow stream that it names."""
    name = "data-00000-of-00001.arrow"
    state = {"_data_files": [{"filename": name}], "_fingerprint": "a1"}
    beside = (File(name, content=arrow_stream().content),)
    return File("state.json", content=json.dumps(state).encode(), beside=beside)


def feather_1() -> File:
    """pyarrow's writer of Feather's first version, which holds no lists."""
    import warnings

    import pyarrow as pa
    from pyarrow import feather

    stream = io.BytesIO()
    columns = {f"d{axis}": VECTORS[:, axis] for axis in range(VECTORS.shape[1])}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        feather.write_feather(pa.table({"word": list(LABELS), **columns}), stream, version=1)
    return File("words.feather", content=stream.getvalue())


def excel() -> File:
    """pandas' Excel writer, through openpyxl."""
    stream = io.BytesIO()
    frame().to_excel(stream, index=False)  # type: ignore[attr-defined]
    return File("words.xlsx", content=stream.getvalue())


def pickled() -> File:
    """A pickled pandas table."""
    stream = io.BytesIO()
    frame().to_pickle(stream)  # type: ignore[attr-defined]
    return File("words.pkl", content=stream.getvalue())


def word2vec_binary() -> File:
    """gensim's binary writer."""
    return File("words.bin", content=gensim_text(binary=True))


def fvecs(vectors: NDArray[np.float32] = VECTORS) -> File:
    """The format of the ANN benchmarks: each vector with its dimension before it."""
    content = b"".join(struct.pack("<i", len(row)) + row.tobytes() for row in vectors)
    return File("words.fvecs", content=content, beside=(labels_txt(),))


def metadata_tsv() -> File:
    """The projector's metadata with two columns."""
    lines = ["word\trank", *(f"{label}\t{rank}" for rank, label in enumerate(LABELS))]
    return File("metadata.tsv", content=("\n".join(lines) + "\n").encode())


def projector_config() -> File:
    """The projector's configuration, with its raw numbers and metadata."""
    config = {
        "embeddings": [
            {
                "tensorName": "words",
                "tensorShape": list(VECTORS.shape),
                "tensorPath": "oss_data/words.bytes",
                "metadataPath": "oss_data/metadata.tsv",
            }
        ]
    }
    beside = (File("words.bytes", content=VECTORS.tobytes()), metadata_tsv())
    return File("projector_config.json", content=json.dumps(config).encode(), beside=beside)


def projector_vectors() -> File:
    """numpy.savetxt with tabs, with metadata beside it."""
    stream = io.BytesIO()
    np.savetxt(stream, VECTORS, delimiter="\t", fmt="%.9g")
    return File("vectors.tsv", content=stream.getvalue(), beside=(metadata_tsv(),))


def json_lines() -> File:
    """pandas' JSON Lines."""
    lines = frame().to_json(orient="records", lines=True)  # type: ignore[attr-defined]
    return File("words.jsonl", content=lines.encode())


def json_document() -> File:
    """Words with their vectors, by Python's json."""
    words = dict(zip(LABELS, VECTORS.tolist(), strict=True))
    return File("words.json", content=json.dumps(words).encode())


def csv() -> File:
    """pandas' CSV."""
    return File("words.csv", content=frame().to_csv(index=False).encode())  # type: ignore[attr-defined]


WRITTEN: dict[str, Callable[[], File]] = {  # by the format's name
    "NumPy array": npy,
    "NumPy archive": npz,
    "safetensors": safetensors,
    "HDF5": hdf5,
    "torch tensors": torch_tensors,
    "fastText binary": fasttext,
    "Parquet table": parquet,
    "Arrow table": arrow,
    "Hugging Face data set": data_set,
    "Excel workbook": excel,
    "Python pickle": pickled,
    "word2vec binary": word2vec_binary,
    "fvecs": fvecs,
    "Embedding Projector configuration": projector_config,
    "JSON Lines": json_lines,
    "JSON": json_document,
    "word2vec text": lambda: File("words.vec", content=gensim_text()),
    "GloVe text": lambda: File("words.txt", content=gensim_text(header=False)),
    "Embedding Projector vectors": projector_vectors,
    "CSV or TSV table": csv,
}


def expected_labels(name: str) -> Sequence[str]:
    """Return the labels that a format's file holds."""
    return ONE_WORD if name in ("word2vec text", "GloVe text", "word2vec binary") else LABELS
