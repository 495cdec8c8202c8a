"""The command `embedding-explorer train`: from a text file to a file of vectors."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import asdict, fields
from pathlib import Path

from explorer.errors import TrainingError
from explorer.space import EmbeddingSpace
from explorer.training.word2vec import ARCHITECTURES, METHODS, Recipe, learn, open_learned

NUMBERS = {  # an option, and its line of help
    "dimensions": "numbers per word",
    "window": "words to each side that count as neighbors",
    "negatives": "random words for each pair",
    "min_count": "rarer words are left out",
    "epochs": "passes through the text",
    "learning_rate": "how far a vector moves at first",
    "seed": "of the random numbers",
}


def declare_train(parser: argparse.ArgumentParser) -> None:
    """Declare what `train` takes."""
    standard = Recipe()
    parser.add_argument("text", type=Path, help="a plain text, of any length")
    parser.add_argument("output", type=Path, help="the word2vec text file to write")
    parser.add_argument("--method", choices=list(METHODS), default=standard.method)
    parser.add_argument(
        "--architecture", choices=list(ARCHITECTURES), default=standard.architecture
    )
    for one in fields(Recipe):
        if one.name in NUMBERS:
            default = getattr(standard, one.name)
            parser.add_argument(
                f"--{one.name.replace('_', '-')}",
                type=type(default),
                default=default,
                metavar="N",
                help=f"{NUMBERS[one.name]} (%(default)s)",
            )


def train(given: argparse.Namespace) -> int:
    """Learn vectors from a text and write them; progress goes to standard error."""
    recipe = Recipe(**{one.name: getattr(given, one.name) for one in fields(Recipe)})
    if not given.output.absolute().parent.is_dir():
        raise TrainingError(
            f"The folder of “{given.output.name}” is not there: {given.output.parent}. "
            "Make it first, or choose another."
        )
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "learned.npz"
        learn(str(given.text), asdict(recipe), str(result), show_progress)
        space = open_learned(result, given.text.stem)
        assert space is not None
    write_word2vec(space, given.output)
    sys.stderr.write("\n")
    sys.stdout.write(f"{given.output}: {len(space):,} words, {space.dim} dimensions\n")
    return 0


def show_progress(share: float, step: str) -> None:
    """Write one line over and over."""
    sys.stderr.write(f"\r{share:4.0%}  {step:40}")
    sys.stderr.flush()


def write_word2vec(space: EmbeddingSpace, path: Path) -> None:
    """Write a space as word2vec text, atomically."""
    from explorer import cache

    with cache.temporary(path.absolute()) as stream:
        stream.write(word2vec_text(space))


def word2vec_text(space: EmbeddingSpace) -> bytes:
    """Return a space as word2vec text: a header, and a line for each word."""
    lines = [f"{len(space)} {space.dim}"]
    for word, vector in zip(space.labels, space.vectors, strict=True):
        lines.append(f"{word} {' '.join(f'{value:.6g}' for value in vector.tolist())}")
    return ("\n".join(lines) + "\n").encode()
