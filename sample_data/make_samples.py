"""Make the two sample spaces from all-MiniLM-L6-v2: `python sample_data/make_samples.py`.

With an argument, only one thing is made anew: `pictures` (words.umap.npz, books.umap.npz),
`question` (question.npy: the vector of the question that the first page asks), `recording`
(recording.npz: the training runs that it shows), or `masked` (masked.npz: the transformer of “How
BERT learned”; about a minute) or `transfer` (transfer.json: its accuracies by number of labels).

words  the first 10,000 purely alphabetic ASCII word pieces of two letters and more in
       the model's input embedding table, in vocabulary order
books  the sentence embeddings of the descriptions in books.csv

The same package and lock file give the same clusters and, but for the last bits of
float16, the same vectors. Sources and licenses: README.md in this folder.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from explorer.encoding.offline import offline_model_folder  # noqa: E402

WORDS = 10_000
CLUSTERS = {"cluster": 8, "fine cluster": 24}  # columns of words.tsv
NAMES_PER_CLUSTER = 3
RARITY = 0.06  # of cosine, that a word ten times as rare loses: judged by eye on all 32 clusters
SEED = 42
QUESTION = "a scientist makes a living monster"  # as explorer/ui/start/question.py asks
EMBEDDING_TABLE = "embeddings.word_embeddings.weight"


def main() -> None:
    """Write words.npy, words.tsv and books.npy beside this script."""
    model = offline_model_folder()
    make_words(model)
    make_books(model)
    for make in PARTS.values():
        make()


def make_pictures() -> None:
    """Draw the UMAP that each sample opens with, and measure it."""
    from explorer import open_space
    from explorer.projection import shipped

    for sample in (FOLDER / "words.npy", FOLDER / "books.npy"):
        shipped.make(open_space(sample), shipped.path_for(sample))


def make_question() -> None:
    """Encode the question of the first page, so that its answer waits for no model."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(offline_model_folder()), device="cpu")
    np.save(FOLDER / "question.npy", encoder.encode(QUESTION, normalize_embeddings=True))


def make_recording() -> None:
    """Train on the grammar's text and on the same text shuffled, and keep what was seen."""
    from explorer.training import recording

    made = {name: recording.record(shuffled=shuffled) for name, shuffled in recording.TEXTS.items()}
    recording.save(FOLDER / "recording.npz", made)


def make_masked() -> None:
    """Train the transformer that guesses hidden words, and keep what was measured on the way."""
    from explorer.lessons.masked import training

    training.save(FOLDER / "masked.npz", training.train(training.Recipe()))


def make_transfer() -> None:
    """Measure how well genres of books are learned from few labels."""
    from explorer import open_space
    from explorer.lessons.masked import transfer

    books = open_space(FOLDER / "books.npy")
    assert books.metadata is not None
    texts, genres = (books.metadata[name].to_pylist() for name in ("description", "genre"))
    transfer.save(FOLDER / "transfer.json", transfer.transfer(texts, books.vectors, genres))


def make_words(model: Path) -> None:
    """Write the word space: vectors as float16, words with rank, length and cluster."""
    from safetensors import safe_open

    vocabulary = (model / "vocab.txt").read_text(encoding="utf-8").split("\n")
    chosen = [
        row
        for row, piece in enumerate(vocabulary)
        if len(piece) >= 2 and piece.isascii() and piece.isalpha()
    ][:WORDS]
    words = [vocabulary[row] for row in chosen]
    with safe_open(model / "model.safetensors", framework="numpy") as weights:
        vectors = weights.get_tensor(EMBEDDING_TABLE)[chosen].astype(np.float16)
    np.save(FOLDER / "words.npy", vectors)
    clusters = [name_clusters(words, vectors.astype(np.float32), k) for k in CLUSTERS.values()]
    with (FOLDER / "words.tsv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, delimiter="\t", lineterminator="\n")
        table.writerow(["word", "rank", "length", *CLUSTERS])
        for rank, (word, *found) in enumerate(zip(words, *clusters, strict=True), 1):
            table.writerow([word, rank, len(word), *found])


def name_clusters(words: list[str], vectors: NDArray[np.float32], k: int) -> list[str]:
    """Return a readable cluster name per word: k-means, named by its most typical words.

    Typical is near to the own center, far from the others, and frequent, as a person would
    choose; of two spellings that begin alike (king, kings) only the first is used.
    """
    from sklearn.cluster import KMeans

    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    units -= units.mean(axis=0)  # what all words share would blur every center
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    found = KMeans(k, n_init=10, random_state=SEED).fit(units)
    centers = found.cluster_centers_
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    nearness = units @ centers.T
    rarity = RARITY * np.log10(np.arange(1, len(words) + 1))  # the words are in order of frequency
    names = []
    for cluster in range(k):
        others = np.delete(nearness, cluster, axis=1).max(axis=1)
        typical = np.argsort(-(nearness[:, cluster] - others / 2 - rarity))
        name: list[str] = []
        for row in typical:
            word = words[row]
            if found.labels_[row] == cluster and not any(word[:4] == one[:4] for one in name):
                name.append(word)
            if len(name) == NAMES_PER_CLUSTER:
                break
        names.append(", ".join(name))
    return [names[cluster] for cluster in found.labels_]


def make_books(model: Path) -> None:
    """Write the sentence embeddings of the book descriptions as float16."""
    from sentence_transformers import SentenceTransformer

    with (FOLDER / "books.csv").open(encoding="utf-8", newline="") as stream:
        descriptions = [row["description"] for row in csv.DictReader(stream)]
    encoder = SentenceTransformer(str(model), device="cpu")
    vectors = encoder.encode(descriptions, normalize_embeddings=True)
    np.save(FOLDER / "books.npy", np.asarray(vectors, np.float16))


PARTS = {
    "pictures": make_pictures,
    "question": make_question,
    "recording": make_recording,
    "masked": make_masked,
    "transfer": make_transfer,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]]() if sys.argv[1:] else main()
