"""The vector cache: killed processes, two at once, its speed, its bound."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import explorer
from explorer import cache
from explorer.encoding.encoding import encode_texts
from explorer.encoding.transformer import TransformerEncoder
from explorer.encoding.vector_cache import VectorCache, opened, vector_keys

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # seconds, for a busy machine
TEXTS = [f"the old house and {number} cats" for number in range(400)]

# Small batches, and a rest after each, so that there is a middle to be killed in.
ENCODE = """
import sys, time
import explorer
from explorer.encoding import encoding
encoding.TOKEN_BUDGET["cpu"] = 100
def report(share, step):
    print(step, flush=True)
    time.sleep(0.02)
texts = [f"the old house and {number} cats" for number in range(int(sys.argv[2]))]
explorer.encode(texts, sys.argv[1], report=report)
"""


@contextlib.contextmanager
def encoding_process(model: Path, n: int = len(TEXTS)) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", ENCODE, str(model), str(n)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # a test that failed does not wait for it


def told_texts(line: str) -> int:
    """Return how many texts a progress line says are done."""
    done, _, rest = line.partition(" of ")
    return int(done.removeprefix("encoding ")) if rest else 0


def test_a_killed_process_loses_at_most_a_batch_and_the_next_one_goes_on(tiny_bert: Path) -> None:
    told = 0
    with encoding_process(tiny_bert) as process:
        assert process.stdout is not None
        while told < 60:
            line = process.stdout.readline()
            assert line, "it ended before it was killed"
            told = told_texts(line)
        process.kill()
    with opened() as kept:
        saved = len(kept)
        assert told <= saved < len(TEXTS)
        done = encode_texts(TEXTS, TransformerEncoder(str(tiny_bert)), cache=kept)
    assert (done.read_back, done.computed) == (saved, len(TEXTS) - saved)
    fresh = explorer.encode(TEXTS, tiny_bert, cache=False)
    assert np.abs(done.vectors - fresh.vectors).max() < 1e-5


def test_two_processes_encode_at_once(tiny_bert: Path) -> None:
    with encoding_process(tiny_bert, 120) as one, encoding_process(tiny_bert, 160) as other:
        one.communicate(timeout=PATIENCE)
        other.communicate(timeout=PATIENCE)
        assert (one.returncode, other.returncode) == (0, 0)
    with opened() as kept:
        assert len(kept) == 160
        found = encode_texts(TEXTS[:160], TransformerEncoder(str(tiny_bert)), cache=kept)
    assert found.computed == 0


def test_ten_rows_more_compute_ten(tiny_bert: Path) -> None:
    encoder = TransformerEncoder(str(tiny_bert))
    with opened() as kept:
        encode_texts(TEXTS[:90], encoder, cache=kept)
        more = encode_texts(TEXTS[:100], encoder, cache=kept)
    assert (more.read_back, more.computed) == (90, 10)


@pytest.mark.parametrize("change", [{"pooling": "cls"}, {"precision": "bfloat16"}])
def test_another_pooling_or_precision_is_another_vector(
    tiny_bert: Path, change: dict[str, str]
) -> None:
    with opened() as kept:
        encode_texts(TEXTS[:10], TransformerEncoder(str(tiny_bert)), cache=kept)
        other = encode_texts(TEXTS[:10], TransformerEncoder(str(tiny_bert), **change), cache=kept)
    assert other.computed == 10


def test_long_texts_are_counted_also_when_they_are_read_back(tiny_bert: Path) -> None:
    texts = ["house " * 100, "king"]
    for _ in range(2):
        space = explorer.encode(texts, tiny_bert)
        assert any("1 text is longer than the 40 tokens" in note for note in space.notes)


def test_fifty_thousand_vectors_are_read_back_by_a_few_statements(tmp_path: Path) -> None:
    texts = [f"text number {number}" for number in range(50_000)]
    vectors = np.random.default_rng(0).random((len(texts), 384), np.float32)
    kept = VectorCache(tmp_path / "vectors.sqlite3")
    kept.keep(vector_keys("a model", texts), vectors, [3] * len(texts))
    asked: list[str] = []
    kept._connection.set_trace_callback(lambda statement: asked.append(statement[:6]))
    found, read, tokens = kept.find(vector_keys("a model", texts), 384)
    kept.close()
    assert found.all()
    assert tokens.tolist() == [3] * len(texts)
    np.testing.assert_array_equal(read, vectors)
    assert asked.count("SELECT") < 200


def test_the_oldest_vectors_go_when_the_bound_is_reached(tmp_path: Path) -> None:
    kept = VectorCache(tmp_path / "vectors.sqlite3", max_bytes=2_000_000)
    for start in range(0, 3000, 100):
        keys = vector_keys("m", [f"{number}" for number in range(start, start + 100)])
        kept.keep(keys, np.ones((100, 384), np.float32), [1] * 100)
    first, last = vector_keys("m", ["0", "2999"])
    found, _, _ = kept.find([first, last], 384)
    assert found.tolist() == [False, True]
    assert kept.bytes() <= 2_500_000
    kept.close()


def test_emptied_it_gives_its_space_back(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite3"
    kept = VectorCache(path)
    keys = vector_keys("m", [f"{number}" for number in range(2000)])
    kept.keep(keys, np.ones((2000, 384), np.float32), [1] * 2000)
    kept.clear()
    assert len(kept) == 0
    kept.close()
    assert path.stat().st_size < 300_000


def test_a_broken_file_makes_place_for_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite3"
    path.write_bytes(b"this is no database, but long enough to look at " * 100)
    kept = VectorCache(path)
    kept.keep(vector_keys("m", ["a"]), np.ones((1, 3), np.float32), [1])
    assert len(kept) == 1
    kept.close()


def test_the_cache_of_all_else_leaves_the_vectors_alone(
    monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    with opened() as kept:
        kept.keep(vector_keys("m", ["a"]), np.ones((1, 3), np.float32), [1])
        monkeypatch.setenv("EXPLORER_CACHE_GB", "0.000001")
        cache.make_room()
        assert len(kept) == 1
        assert kept.path.exists()


def test_texts_are_encoded_where_no_file_can_be_opened(tiny_bert: Path, cache_dir: Path) -> None:
    cache_dir.mkdir(exist_ok=True)
    (cache_dir / cache.ENCODED).write_text("a file in the folder's place")
    with opened() as kept:
        made = encode_texts(["one", "two"], TransformerEncoder(str(tiny_bert)), cache=kept)
    assert (made.computed, np.isfinite(made.vectors).all()) == (2, True)


def test_texts_are_encoded_on_a_full_disk(tmp_path: Path, tiny_bert: Path) -> None:
    with opened(tmp_path / "vectors.sqlite3") as kept:
        kept._connection.execute(f"PRAGMA max_page_count = {kept.bytes() // 16384 + 1}")
        texts = [f"text {number}" for number in range(300)]
        made = encode_texts(texts, TransformerEncoder(str(tiny_bert)), cache=kept)
    assert made.computed == 300
