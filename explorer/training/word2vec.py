"""Word2Vec and FastText by gensim, on a text of any length.

The text is streamed in blocks, once to count its words and once per epoch, and is never in
memory whole. gensim: Řehůřek & Sojka 2010; FastText: Bojanowski et al. 2017.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from explorer import cache
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source
from explorer.training.corpus import (
    HEAD_BYTES,
    SENTENCE_END,
    decode,
    split_words,
    text_encoding,
)
from explorer.wording import count

TEXTS = cache.Kind("texts", 1)
LEARNED = cache.Kind("learned", 1)
VECTORS = "vectors.npz"
BLOCK_BYTES = 1 << 20
LONGEST_SENTENCE = 1_000  # words; gensim drops what exceeds 10,000
MOST_WORDS = 200_000  # vocabulary size: 80 MB a table at 100 dimensions
MOST_COUNTED = 5_000_000  # different words in memory while counting; rare ones are pruned
BUCKETS = 200_000  # of n-gram hashes; FastText's 2,000,000 take 0.8 GB at 100 dimensions
MOST_THREADS = 8  # with more, gensim's one reading thread is the bottleneck
GENSIM_SEED = 1  # gensim's own default
LARGEST_SEED = 2**32 - 1  # of NumPy's RandomState, which gensim seeds

ARCHITECTURES = {"skip-gram": 1, "CBOW": 0}  # as gensim's sg


@dataclass(frozen=True)
class Recipe:
    """The hyperparameters; unknown names and impossible values raise TrainingError.

    With a `seed`, one thread trains and the same text gives the same vectors. Without, several
    threads train at once, faster, and the vectors differ a little from run to run.
    """

    method: str = "word2vec"
    architecture: str = "skip-gram"
    dimensions: int = 100
    window: int = 5
    negatives: int = 5
    min_count: int = 5
    epochs: int = 5
    learning_rate: float = 0.025
    seed: int | None = None

    def __post_init__(self) -> None:
        for name, known in (("method", LEARNERS), ("architecture", ARCHITECTURES)):
            if getattr(self, name) not in known:
                raise TrainingError(
                    f"The {name} “{getattr(self, name)}” is unknown. Known: {', '.join(known)}."
                )
        for name in ("dimensions", "window", "negatives", "min_count", "epochs"):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} is {getattr(self, name)}: it must be at least 1.")
        if self.seed is not None and not 0 <= self.seed <= LARGEST_SEED:
            raise TrainingError(f"seed is {self.seed}: it must be 0 to {LARGEST_SEED:,}.")

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return f"{LEARNERS[self.method]}, {self.architecture}"

    @property
    def repeatable(self) -> str:
        """Whether the same text gives the same vectors again, in words."""
        return "no seed: another run differs" if self.seed is None else f"seed {self.seed}"


FEWEST_WORDS = 4  # in the vocabulary: as many points as UMAP needs
LEARNERS = {"word2vec": "Word2Vec", "fasttext": "FastText"}


class Sentences:
    """The sentences of a text file as lists of words; each iteration is one pass over the file.

    gensim iterates in a thread of its own, where an exception would be lost. If the report
    raises, iteration ends and the exception is kept in `stopped`.
    """

    def __init__(self, path: Path, passes: int, report: Report) -> None:
        self.path = path
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            stream.seek(0)
            whole = iter(lambda: stream.read(BLOCK_BYTES), b"")
            self.codec = text_encoding(whole, head, path.name)
        self.size = max(1, path.stat().st_size)
        self.passes = passes
        self.report = report
        self.passed = 0
        self.stopped: BaseException | None = None

    def __iter__(self) -> Iterator[list[str]]:
        if self.stopped is not None:
            return
        read = 0
        with self.path.open("rb") as stream:
            for text, size in blocks(stream, self.codec):
                for part in SENTENCE_END.split(text):
                    words = split_words(part)
                    for start in range(0, len(words), LONGEST_SENTENCE):
                        yield words[start : start + LONGEST_SENTENCE]
                read += size
                step = "counting words" if self.passed == 0 else f"epoch {self.passed}"
                share = (self.passed + read / self.size) / self.passes
                try:
                    self.report(min(0.99, share), f"{step}, {read / 1e6:,.0f} MB read")
                except BaseException as error:
                    self.stopped = error
                    return
        self.passed += 1


def blocks(stream: BinaryIO, codec: str) -> Iterator[tuple[str, int]]:
    """Yield the text in blocks that end at a line, sentence or word, with their bytes read."""
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    rest = ""
    while block := stream.read(BLOCK_BYTES):
        text = rest + decoder.decode(block)
        cut = max(text.rfind("\n"), text.rfind(". ")) + 1 or text.rfind(" ") + 1 or len(text)
        rest = text[cut:]
        yield text[:cut], len(block)
    yield rest + decoder.decode(b"", final=True), 0


def learn(text: str, recipe: dict[str, Any], result: str, report: Report = no_report) -> str:
    """Train vectors on a text file, write them to a file, and return that file's path.

    Parameters
    ----------
    text, result
        Paths of the text and of the `.npz` to write, atomically.
    recipe
        The fields of a Recipe.
    report
        Called with the share done and the step's name; may raise to stop.

    Raises
    ------
    TrainingError
        The file is no text, or no word occurs often enough.
    """
    from gensim.models import FastText, Word2Vec

    path, chosen = Path(text), Recipe(**recipe)
    check_text(path)
    sentences = Sentences(path, chosen.epochs + 1, report)
    options = {
        "vector_size": chosen.dimensions,
        "window": chosen.window,
        "negative": chosen.negatives,
        "min_count": chosen.min_count,
        "sg": ARCHITECTURES[chosen.architecture],
        "alpha": chosen.learning_rate,
        "seed": GENSIM_SEED if chosen.seed is None else chosen.seed,
        "epochs": chosen.epochs,
        "max_vocab_size": MOST_COUNTED,
        "max_final_vocab": MOST_WORDS,
        # gensim's threads update shared tables in an order that no seed determines
        "workers": min(MOST_THREADS, os.cpu_count() or 1) if chosen.seed is None else 1,
    }
    if chosen.method == "fasttext":
        model = FastText(**options, bucket=BUCKETS)
    else:
        model = Word2Vec(**options)
    model.build_vocab(sentences)
    raise_if_stopped(sentences)
    if len(model.wv) < FEWEST_WORDS:
        found = len(model.wv) or "No"
        raise TrainingError(
            f"{found} word{'s' if len(model.wv) > 1 else ''} of {path.name} occur"
            f"{'' if len(model.wv) > 1 else 's'} {count(chosen.min_count, 'time')}; "
            f"at least {FEWEST_WORDS} are needed. Take a longer text, or a smaller min_count."
        )
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    raise_if_stopped(sentences)
    counts = [model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]
    report(0.99, "keeping the vectors")
    keep(Path(result), model.wv.index_to_key, model.wv.vectors, counts, chosen)
    return result


def raise_if_stopped(sentences: Sentences) -> None:
    """Raise the exception that stopped the iteration, if there is one."""
    if sentences.stopped is not None:
        raise sentences.stopped


def check_text(path: Path, name: str = "") -> None:
    """Raise TrainingError unless the file is there and begins like a text.

    `name` is what its owner calls it, where that is not its path's.
    """
    try:
        with path.open("rb") as stream:
            beginning = stream.read(BLOCK_BYTES)
    except OSError as error:
        raise TrainingError(
            f"“{name or path.name}” cannot be read: {error.strerror}. Give the path of a text file."
        ) from error
    # a block may end within a character, of four bytes at most
    decode(beginning[:-4] if len(beginning) == BLOCK_BYTES else beginning, name or path.name)


def keep(
    path: Path, words: list[str], vectors: np.ndarray, counts: list[int], recipe: Recipe
) -> None:
    """Write the trained vectors, atomically."""
    with cache.temporary(path) as stream:
        np.savez(
            stream,
            vectors=np.asarray(vectors, np.float32),
            counts=np.asarray(counts, np.int64),
            words=np.frombuffer("\n".join(words).encode(), np.uint8),
            recipe=np.array(json.dumps(asdict(recipe))),
        )


def open_learned(path: Path, name: str) -> EmbeddingSpace | None:
    """Return trained vectors as a space, or None if the file is missing or broken."""
    import pyarrow as pa

    try:
        with np.load(path, allow_pickle=False) as kept:
            vectors, counts = kept["vectors"], kept["counts"]
            words = kept["words"].tobytes().decode().split("\n")
            recipe = Recipe(**json.loads(str(kept["recipe"])))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    vectors.flags.writeable = False
    return EmbeddingSpace(
        words,
        vectors,
        name=name,
        metadata=pa.table({"count": counts}),
        source=Source(name, recipe.title, (count(recipe.epochs, "epoch"), recipe.repeatable)),
    )


def keep_text(stream: BinaryIO) -> Path:
    """Copy an uploaded text into the cache, where workers can read it, and return its path."""
    hasher = hashlib.blake2b(digest_size=16)
    stream.seek(0)
    while block := stream.read(BLOCK_BYTES):
        hasher.update(block)

    def copy(target: BinaryIO) -> None:
        stream.seek(0)
        while block := stream.read(BLOCK_BYTES):
            target.write(block)

    return cache.keep(TEXTS, hasher.hexdigest(), "text.txt", copy)


def learned_key(text: Path, recipe: Recipe) -> str:
    """Return the cache key of training on this text with this recipe."""
    return cache.content_key(kind="learned", text=text.parent.name, recipe=asdict(recipe))


def learn_kept(text: str, recipe: dict[str, Any], key: str, report: Report = no_report) -> str:
    """Train vectors on a text in the cache, keep them there, and return their key."""
    with cache.create(LEARNED, key) as folder:
        learn(text, recipe, str(folder / VECTORS), report)
    return key


def open_kept(key: str, name: str) -> EmbeddingSpace | None:
    """Return trained vectors from the cache as a space, or None if they are not there."""
    folder = cache.find(LEARNED, key)
    return None if folder is None else open_learned(folder / VECTORS, name)
