"""Sentences a second against sentence-transformers: `python benchmarks/encode.py [--device cuda]`.

The same model (all-MiniLM-L6-v2), the same made texts, the same machine, in turns: each round
runs `SentenceTransformer.encode` with its defaults and then ours, and the best of the rounds
counts. The vector cache is off. The figures are the ratio and the lowest cosine between both
ones' vectors.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from explorer.encode.device import choose_device  # noqa: E402
from explorer.encode.encoding import encode_texts  # noqa: E402
from explorer.encode.offline import offline_model_folder  # noqa: E402
from explorer.encode.transformer import TransformerEncoder  # noqa: E402

SHORTEST, LONGEST = 5, 250  # tokens; short texts are more frequent, as they are in the world
SEED = 42
GOALS = {"float32": (1.8, 0.99999), "bfloat16": (2.5, 0.999), "float16": (2.5, 0.999)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "mps"])
    parser.add_argument("--texts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of torch, for both")
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="count the process's own seconds and not the clock's: for a machine that is busy "
        "with other work, together with --threads 1",
    )
    given = parser.parse_args()

    import torch
    from sentence_transformers import SentenceTransformer

    if given.threads:
        torch.set_num_threads(given.threads)
    clock = time.process_time if given.processor_time else time.perf_counter

    texts = made_texts(given.texts)
    device = choose_device(given.device)
    theirs = SentenceTransformer(str(offline_model_folder()), device=given.device)
    runs: dict[str, Callable[[], NDArray[np.float32]]] = {
        "sentence-transformers": lambda: theirs.encode(texts)
    }
    for precision in sorted(device.precisions, reverse=True):
        encoder = TransformerEncoder(device=given.device, precision=precision)
        runs[precision] = lambda encoder=encoder: encode_texts(texts, encoder).vectors  # type: ignore[misc]
    tokens = sum(map(len, TransformerEncoder().pieces(texts)))
    print(f"{len(texts):,} texts, {tokens:,} tokens, on {device.title}")
    best = dict.fromkeys(runs, float("inf"))
    vectors = {}
    for run in runs.values():
        run()  # warm
    for _ in range(given.rounds):
        for name, run in runs.items():
            start = clock()
            vectors[name] = run()
            best[name] = min(best[name], clock() - start)
    exact = vectors["sentence-transformers"]
    slow = best.pop("sentence-transformers")
    print(f"{'sentence-transformers':22} {len(texts) / slow:8,.0f} texts/s  (its defaults)")
    for name, seconds in best.items():
        goal, nearest = GOALS[name]
        cosine = float((exact * vectors[name]).sum(axis=1).min())
        print(
            f"{'ours, ' + name:22} {len(texts) / seconds:8,.0f} texts/s  "
            f"ratio {slow / seconds:.2f} (goal {goal}), "
            f"lowest cosine {cosine:.7f} (goal {nearest})"
        )


def made_texts(n: int) -> list[str]:
    """Return the same n texts each time: words of one piece each, lengths evenly over the log."""
    dice = random.Random(SEED)
    pieces = (offline_model_folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")
    words = [piece for piece in pieces if piece.isascii() and piece.isalpha() and len(piece) > 2]
    lengths = np.geomspace(SHORTEST, LONGEST, n).round().astype(int).tolist()
    dice.shuffle(lengths)
    return [" ".join(dice.choices(words[:10_000], k=length)) for length in lengths]


if __name__ == "__main__":
    main()
