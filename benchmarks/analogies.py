"""Analogies: against gensim, and at 400,000 words: `python benchmarks/analogies.py`.

- `evaluate_analogies` on the words sample with gensim's own questions-words.txt, beside
  gensim's `evaluate_word_analogies`: the two take turns, and the medians make the ratio;
- one question to 400,000 vectors of 300 dimensions, with all that the Analogies page tells;
- the page itself on these vectors, run without a browser: how long it takes, what it sends.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from explorer import EmbeddingSpace, evaluate_analogies, open_space  # noqa: E402
from explorer.analogies.arithmetic import ANALOGY_METHODS, solve_analogy  # noqa: E402
from explorer.analogies.benchmark_sets import ANALOGY_SETS, standard_file  # noqa: E402
from explorer.analogies.geometry import plane_picture  # noqa: E402
from explorer.analogies.inputs import read_inputs  # noqa: E402

RUNS = 7
SIZE = (400_000, 300)
GOALS = {"ratio": 5.0, "query": 0.3}


def main() -> None:
    """Measure and print."""
    compare_with_gensim()
    space = many_words()
    ask_many_words(space)
    ask_the_page(space)


def compare_with_gensim() -> None:
    """Print how many times as fast as gensim the same evaluation is."""
    from gensim.models import KeyedVectors

    space = open_space(ROOT / "sample_data" / "words.npy")
    reference = KeyedVectors(space.dim)
    reference.add_vectors(list(space.labels), space.vectors)
    questions = standard_file(ANALOGY_SETS["google"])
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(RUNS):
        report = timed(ours, lambda: evaluate_analogies(space, questions))
        accuracy, _ = timed(theirs, lambda: reference.evaluate_word_analogies(str(questions)))
        assert report.accuracy == accuracy
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(
        f"{len(report.total.asked):,} questions, {len(space):,} x {space.dim}: "
        f"ours {told(ours)}, gensim {told(theirs)}"
    )
    print(f"ratio {ratio:.1f} (goal {GOALS['ratio']:g}), the same answers")


def many_words() -> EmbeddingSpace:
    """Return a space of 400,000 random vectors."""
    vectors = np.random.default_rng(0).standard_normal(SIZE, dtype=np.float32)
    vectors.flags.writeable = False
    return EmbeddingSpace([f"word{row}" for row in range(SIZE[0])], vectors, name="many words")


def ask_many_words(space: EmbeddingSpace) -> None:
    """Print how long a question to 400,000 vectors takes, by each method."""
    print(f"{len(space):,} x {space.dim}:")

    def ask(method: str) -> None:
        found = solve_analogy(space, read_inputs(space, ["word1", "word2"], ["word3"]), method)
        answer = found.answer(10)
        found.answer(10, exclude_inputs=False)
        for term in (0, 1):
            found.alone(term)
            found.rank(int(answer.indices[0]), term)
        plane_picture(found, answer)

    first: list[float] = []
    timed(first, lambda: ask("3cosadd"))
    print(f"first question, lengths and labels included: {told(first)}")
    for method in ANALOGY_METHODS:
        seconds: list[float] = []
        for _ in range(RUNS):
            timed(seconds, lambda name=method: ask(name))
        print(f"question by {method}: {told(seconds)} (goal {GOALS['query']:g} s)")


def ask_the_page(space: EmbeddingSpace) -> None:
    """Print how long the Analogies page takes to answer, and how much it sends."""
    from streamlit.testing.v1 import AppTest

    from explorer.ui.shell.spaces import opened_spaces

    screen = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    asked = {"space": opened_spaces().add(space), "a": "word1", "b": "word2", "c": "word3"}
    for name, value in asked.items():
        screen.query_params[name] = value
    screen.switch_page("pages/analogies.py").run()
    seconds: list[float] = []
    for run in range(RUNS):
        screen.text_input(key="c").set_value(f"word{run + 10}")
        timed(seconds, screen.run)
    sent, nodes = 0, [screen.main, screen.sidebar]
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "children", {}).values()
        sent += node.proto.ByteSize() if getattr(node, "proto", None) is not None else 0
    print(f"the page: {told(seconds)} (goal {GOALS['query']:g} s), {sent / 1e6:.3f} MB (goal 1 MB)")


def timed(seconds: list[float], work: Callable[[], Any]) -> Any:
    """Do the work and keep how long it took."""
    start = time.perf_counter()
    result = work()
    seconds.append(time.perf_counter() - start)
    return result


def told(seconds: list[float]) -> str:
    """Return the median with the lowest and the highest."""
    return (
        f"{statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f}, "
        f"{len(seconds)} runs)"
    )


if __name__ == "__main__":
    main()
