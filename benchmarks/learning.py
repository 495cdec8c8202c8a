"""What is learned, how well, and how fast: `python benchmarks/learning.py`.

- Skip-gram of ours and gensim's, on the grammar's corpus with the same settings, five seeds:
  the share of words next to their like, whether king − man + woman gives queen, seconds.
- The same on the shuffled corpus, where there is nothing to learn.
- Ten sentences of about 30 tokens through all steps of “From a word to BERT”.
- How well each layer of the encoder separates the senses of the word-sense set.

Wall-clock seconds depend on what else the machine does; seconds of processor time hardly do.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer.jobs.threads import one_thread
from explorer.lessons.bert import forward, senses
from explorer.lessons.bert.model import open_bert
from explorer.lessons.bert.pooling import pooled_sentence
from explorer.lessons.bert.tokens import tokenize
from explorer.lessons.bert.trajectories import walk
from explorer.training import grammar, measure
from explorer.training.corpus import Corpus, make
from explorer.training.options import TrainingOptions
from explorer.training.skipgram import LAST_RATE, Trainer
from explorer.wording import count

SEEDS = (1, 2, 3, 4, 5)
SENTENCES, TOKENS = 10, 30
ROUNDS = 9


@dataclass(frozen=True)
class Outcome:
    """What one run came to."""

    same_class: float
    queen: int  # place of queen among the answers to king − man + woman
    seconds: float
    processor: float


def main() -> None:
    """Measure and print."""
    print(f"load {' '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    for name, shuffled in (("grammar", False), ("shuffled", True)):
        texts = {seed: grammar.make_corpus(seed=seed, shuffled=shuffled) for seed in SEEDS}
        corpora = {
            seed: make(text, name, classes=grammar.word_classes()) for seed, text in texts.items()
        }
        chance = measure.same_class_by_chance(corpora[1])
        print(f"{name}: {len(corpora[1].words)} words, {len(corpora[1].ids):,} in the text, "
              f"chance {chance:.1%}")  # fmt: skip
        tell("ours", [ours(corpora[seed], TrainingOptions(seed=seed)) for seed in SEEDS])
        tell(
            "gensim",
            [gensim(corpora[seed], texts[seed], TrainingOptions(seed=seed)) for seed in SEEDS],
        )
    steps()
    with one_thread():
        steps()
    layers()


def ours(corpus: Corpus, options: TrainingOptions) -> Outcome:
    """Train with our own trainer."""
    start, processor = time.perf_counter(), time.process_time()
    with one_thread():
        trainer = Trainer.start(corpus, options)
        for _ in trainer.batches(trainer.steps_an_epoch()):
            pass
    return outcome(trainer.vectors(), corpus, start, processor)


def gensim(corpus: Corpus, text: Sequence[Sequence[str]], options: TrainingOptions) -> Outcome:
    """Train with gensim, on one thread as well."""
    from gensim.models import Word2Vec

    start, processor = time.perf_counter(), time.process_time()
    model = Word2Vec(
        text,
        sg=1,
        vector_size=options.dimensions,
        window=options.window,
        negative=options.negatives,
        sample=options.subsample,
        alpha=options.learning_rate,
        min_alpha=options.learning_rate * LAST_RATE,
        epochs=options.epochs,
        seed=options.seed,
        min_count=1,
        workers=1,
    )
    return outcome(model.wv[list(corpus.words)], corpus, start, processor)


def outcome(
    vectors: NDArray[np.float32], corpus: Corpus, start: float, processor: float
) -> Outcome:
    """Stop the clock and measure what was learned."""
    seconds, used = time.perf_counter() - start, time.process_time() - processor
    order = measure.analogy_order(vectors, corpus, grammar.ANALOGIES[0])
    queen = order.index(grammar.ANALOGIES[0][3]) + 1
    return Outcome(measure.same_class(vectors, corpus), queen, seconds, used)


def tell(name: str, found: Sequence[Outcome]) -> None:
    """Print one line for five seeds."""
    shares = [one.same_class for one in found]
    print(
        f"  {name:6} next to its like {statistics.mean(shares):.1%} "
        f"({min(shares):.1%} to {max(shares):.1%}); "
        f"queen's place {', '.join(str(one.queen) for one in found)}; "
        f"{statistics.median(one.seconds for one in found):.1f} s, "
        f"at most {max(one.seconds for one in found):.1f} s "
        f"({statistics.median(one.processor for one in found):.1f} s of processor time)"
    )


def steps() -> None:
    """Time ten sentences through tokens, lookup, layers, one picture and pooling."""
    bert = open_bert()
    words = " ".join(use.sentence.rstrip(".") for use in senses.load_uses()).split()
    size = TOKENS - 2
    texts = [" ".join(words[at * size : (at + 1) * size]) for at in range(SENTENCES)]
    forward.read(bert, tokenize(bert, texts[0]))  # the first pass sets things up
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        readings = []
        for text in texts:
            tokens = tokenize(bert, text)
            forward.look_up(bert, tokens)
            readings.append(forward.read(bert, tokens))
        walk(readings)
        for reading in readings:
            pooled_sentence(bert, reading)
        found.append(time.perf_counter() - start)
    mean = statistics.mean(len(one.tokens) for one in readings)
    print(
        f"{SENTENCES} sentences of {mean:.0f} tokens through all steps, "
        f"{count(torch.get_num_threads(), 'thread')}: "
        f"{statistics.median(found):.2f} s ({min(found):.2f} to {max(found):.2f} in {ROUNDS} "
        "rounds; goal: 1 s)"
    )


def layers() -> None:
    """Print the curve of the word-sense set."""
    found = senses.measure_senses(open_bert(), senses.load_uses())
    print(f"senses of {len(found.words)} words, by layer from the lookup on; "
          f"chance {found.chance:.1%}")  # fmt: skip
    for name, values in (("accuracy", found.accuracy), ("silhouette", found.silhouette)):
        print(f"  {name:10} {' '.join(f'{value:6.3f}' for value in values.mean(axis=0))}")


if __name__ == "__main__":
    main()
