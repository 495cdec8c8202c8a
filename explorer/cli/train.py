"""The command `train`: word vectors from a text file."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import asdict, fields
from pathlib import Path

from explorer.cli.formats import declare_force
from explorer.formats.save import WRITERS, check_save, save_space
from explorer.training.word2vec import ARCHITECTURES, LEARNERS, Recipe, learn, open_learned

NUMBERS = {  # an option, and its line of help
    "dimensions": "numbers per word",
    "window": "context words on each side",
    "negatives": "negative samples for each pair",
    "min_count": "leave out words that occur less often",
    "epochs": "passes through the text",
    "learning_rate": "learning rate at the start",
}


def declare_train(parser: argparse.ArgumentParser) -> None:
    """Declare what `train` takes."""
    standard = Recipe()
    parser.add_argument("text", type=Path, help="a plain text, of any length")
    parser.add_argument("output", type=Path, help=f"what to write: {', '.join(WRITERS)}")
    declare_force(parser)
    parser.add_argument("--method", choices=list(LEARNERS), default=standard.method)
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
                help=f"{NUMBERS[one.name]} (default: %(default)s)",
            )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="learn the same vectors each time, on one thread and slower (default: several "
        "threads, and runs differ a little)",
    )


def train(given: argparse.Namespace) -> int:
    """Learn vectors from a text and write them; progress goes to standard error."""
    recipe = Recipe(**{one.name: getattr(given, one.name) for one in fields(Recipe)})
    # before hours of training, not after
    check_save(given.output, overwrite=given.force, sources=[given.text])
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "learned.npz"
        learn(str(given.text), asdict(recipe), str(result), show_progress)
        space = open_learned(result, given.text.stem)
        assert space is not None
    written = save_space(space, given.output, overwrite=given.force, report=show_progress)
    sys.stderr.write("\n")
    files = " and ".join(str(path) for path in written)
    sys.stdout.write(f"{files}: {len(space):,} words, {space.dim} dimensions\n")
    return 0


def show_progress(share: float, step: str) -> None:
    """Write the progress over the last line."""
    sys.stderr.write(f"\r{share:4.0%}  {step:40}")
    sys.stderr.flush()
