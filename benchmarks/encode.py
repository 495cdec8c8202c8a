"""How fast texts are encoded: `python benchmarks/encode.py [--device cuda]`.

Sentences a second against sentence-transformers: the same model (all-MiniLM-L6-v2), the same
made texts, the same machine, in turns. Each round runs `SentenceTransformer.encode` with its
defaults and then ours, and the best of the rounds counts. The vector cache is off. The figures
are the ratio and the lowest cosine between both ones' vectors.

`--cancel` measures how long after Stop the page is answered, and the model at rest.
`--stream N` encodes a table of N rows by a small model in a process of its own, and tells its peak
memory beside the size of the vectors; the goal is memory that does not grow with N. Only 5,000 of
the texts differ: it is the memory that is measured, and not the model.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from explorer.encoding.device import choose_device  # noqa: E402
from explorer.encoding.encoding import encode_texts  # noqa: E402
from explorer.encoding.offline import offline_model_folder  # noqa: E402
from explorer.encoding.transformer import TransformerEncoder  # noqa: E402

SHORTEST, LONGEST = 5, 250  # tokens; short texts are more frequent, as they are in the world
SEED = 42
GOALS = {"float32": (1.8, 0.99999), "bfloat16": (3.0, 0.999), "float16": (3.0, 0.999)}
CANCELLED = 10  # times
TINY = 384  # dimensions of the small model, which has one layer
DIFFERENT = 5_000


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
    parser.add_argument("--cancel", action="store_true", help="measure Stop instead")
    parser.add_argument("--stream", type=int, metavar="N", help="measure memory instead")
    given = parser.parse_args()
    if given.cancel:
        measure_cancel()
    elif given.stream:
        measure_memory(given.stream)
    else:
        measure_speed(given)


def measure_speed(given: argparse.Namespace) -> None:
    """Print the texts a second and the ratios."""
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
    print(f"{len(texts):,} texts, {tokens:,} tokens, on {device.title}; {load()}")
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


def measure_cancel() -> None:
    """Print how long after Stop the page is answered, and when the model does nothing more."""
    from explorer.encoding import job as encoding_job
    from explorer.encoding.job import EncodeOptions
    from explorer.encoding.texts import prepare
    from explorer.jobs.pool import Jobs

    jobs = Jobs(workers=1, scheduler="", threads=1)  # one: what comes next waits for its end
    answered, rested = [], []
    rng = random.Random(time.time())  # texts that are not in the cache
    for _ in range(CANCELLED):
        texts = prepare(f"{rng.random()} {text}" for text in made_texts(4_000))
        job = encoding_job.start(jobs, texts, EncodeOptions(), "cancelled")
        while not job.state.step.startswith("encoding") or job.state.share < 0.01:
            assert not job.state.is_over, job.state
            time.sleep(0.01)
        time.sleep(rng.random())  # anywhere in a batch
        start = time.perf_counter()
        job.cancel()
        assert job.state.state == "cancelled"
        answered.append(time.perf_counter() - start)
        jobs.submit(f"after {start}", resting).result()
        rested.append(time.perf_counter() - start)
    jobs.close()
    for what, seconds in (("the page is answered", answered), ("the model rests", rested)):
        print(
            f"{what:22} after {np.median(seconds) * 1000:6,.0f} ms (median of {CANCELLED}), "
            f"{max(seconds) * 1000:,.0f} at most (goal 1,000); {load()}"
        )


def resting(report: object) -> None:
    """Do nothing: it runs when the worker is free."""


def measure_memory(n: int) -> None:
    """Print the peak memory of encoding n made texts from a CSV file into a Parquet file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_tiny_model(folder / "tiny")
        table, output = folder / "texts.csv", folder / "vectors.parquet"
        rng = random.Random(SEED)
        texts = made_texts(DIFFERENT)
        with table.open("w") as stream:
            stream.write("id,text\n")
            for row in range(n):
                stream.write(f"{row},{rng.choice(texts)[:60]}\n")
        for source, rows in (("imports alone", 10), (f"{n:,} texts", n)):
            if rows < n:
                with table.open() as stream:
                    head = [next(stream) for _ in range(rows)]
                (folder / "few.csv").write_text("".join(head))
            given = folder / "few.csv" if rows < n else table
            start = time.perf_counter()
            peak = peak_memory(given, output, folder)
            seconds = time.perf_counter() - start
            read, made = given.stat().st_size / 1e6, 4 * TINY * rows / 1e6
            print(
                f"{source:16} peak {peak / 1e6:7,.0f} MB in {seconds:6,.1f} s; "
                f"read {read:,.1f} MB, made {made:,.1f} MB of vectors"
            )


def peak_memory(table: Path, output: Path, folder: Path) -> int:
    """Return the peak memory in bytes of a process that runs the command `encode`."""
    code = (  # not by getrusage, which counts what this process held before it became that one
        "import re, sys; from explorer.cli.main import main; main(sys.argv[1:]); "
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    command = [sys.executable, "-c", code, "encode", str(table), "--column", "text"]
    command += ["--model", str(folder / "tiny"), "--output", str(output)]
    kept = {"EXPLORER_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | kept, check=True, stdout=subprocess.PIPE, text=True
    )
    return int(done.stdout.split()[-1]) * 1024


def make_tiny_model(folder: Path) -> None:
    """Save a BERT of one layer and random weights, with the offline model's vocabulary."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(offline_model_folder())
    tokenizer.save_pretrained(folder)
    BertModel(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=TINY,
            num_hidden_layers=1,
            num_attention_heads=4,
            intermediate_size=TINY,
        )
    ).save_pretrained(folder)


def load() -> str:
    """Return how busy the machine was in the last minute."""
    return f"load {os.getloadavg()[0]:.1f}"


def made_texts(n: int) -> list[str]:
    """Return the same n texts each time: words of one piece each, lengths evenly over the log."""
    rng = random.Random(SEED)
    pieces = (offline_model_folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")
    words = [piece for piece in pieces if piece.isascii() and piece.isalpha() and len(piece) > 2]
    lengths = np.geomspace(SHORTEST, LONGEST, n).round().astype(int).tolist()
    rng.shuffle(lengths)
    return [" ".join(rng.choices(words[:10_000], k=length)) for length in lengths]


if __name__ == "__main__":
    main()
