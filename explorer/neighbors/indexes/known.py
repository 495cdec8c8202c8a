"""INDEXES, a table: what each index is called, what it does, how it is built and searched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.jobs.progress import Report
from explorer.jobs.threads import cores
from explorer.neighbors.indexes.settings import Settings, check_codebook, code_sizes

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

ADDED = 20_000  # vectors between two looks at Stop
EXPANSION = 64  # candidates that HNSW keeps while it builds
ROUNDS, PER_CENTROID = 6, 39  # of k-means; faiss's own are 25 and 256
WIDTHS = (10, 16, 32, 64, 128, 256, 512)  # ef
PROBES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BITS_KEPT = (4, 8, 16)
RABITQ_BITS = (1, 2, 4, 8)
PLANES_PER_DIMENSION = (1, 2, 4)
MOST_PLANES = 4096


class Searcher(Protocol):
    """An index that is built."""

    def search(self, queries: Floats, k: int, value: int) -> Rows:
        """Return (q, k) rows, nearest first, −1 where none was found; one thread."""

    def nbytes(self) -> int:
        """Return the bytes that it keeps, vectors or codes included."""


Build = Callable[[Floats, Settings, int, Report], Searcher]
Values = Callable[[int, int, Settings], tuple[int, ...]]


@dataclass(frozen=True)
class IndexKind:
    """One kind of index.

    Attributes
    ----------
    title, idea
        Its name, and what it does in a sentence.
    knob
        What its points in the picture differ in, in words for a number: “ef 64”.
    values
        The numbers to try, given n, d and the settings.
    build
        Builds it over (n, d) unit vectors, on all cores.
    rebuilt
        Whether another number needs another index, and not only another search.
    needs_codebook
        Whether it learns 256 codewords.
    """

    title: str
    idea: str
    knob: str
    values: Values
    build: Build
    rebuilt: bool = False
    needs_codebook: bool = False

    def check(self, n: int) -> None:
        """Raise QueryError where so few vectors make no such index."""
        if self.needs_codebook:
            check_codebook(n)


def load_faiss() -> Any:
    """Return faiss, whose type stubs lack much of it."""
    import faiss

    return faiss


@contextmanager
def search_threads(n: int) -> Iterator[None]:
    """Let faiss and NumPy's matrix products use n threads within the `with` block."""
    from threadpoolctl import threadpool_limits

    faiss = load_faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(n)
    try:
        with threadpool_limits(n, user_api="blas"):
            yield
    finally:
        faiss.omp_set_num_threads(before)


class Exact:
    """Our own exact search: every vector is compared, in blocks."""

    def __init__(self, points: Floats) -> None:
        self.points = points

    def search(self, queries: Floats, k: int, value: int) -> Rows:
        """See Searcher."""
        from explorer.neighbors.batch import nearest_rows

        return nearest_rows(self.points, queries, k)[0].astype(np.int64)

    def nbytes(self) -> int:
        """See Searcher."""
        return self.points.nbytes


class Faiss:
    """An index of faiss; `tune` sets the knob before a search, `parts` are kept alive with it."""

    def __init__(
        self, index: Any, tune: Callable[[Any, int], None] | None = None, parts: Any = None
    ) -> None:
        self.index = index
        self.tune = tune
        self.parts = parts

    def search(self, queries: Floats, k: int, value: int) -> Rows:
        """See Searcher."""
        if self.tune:
            self.tune(self.index, value)
        rows: Rows = self.index.search(np.ascontiguousarray(queries), k)[1]
        return rows

    def nbytes(self) -> int:
        """See Searcher: the size that the index has as a file."""
        faiss = load_faiss()
        written = 0

        def count(block: bytes) -> int:
            nonlocal written
            written += len(block)
            return len(block)

        faiss.write_index(self.index, faiss.PyCallbackIOWriter(count))
        return written


class Usearch:
    """An HNSW index of usearch."""

    def __init__(self, index: Any) -> None:
        self.index = index

    def search(self, queries: Floats, k: int, value: int) -> Rows:
        """See Searcher."""
        self.index.expansion_search = value
        found = self.index.search(queries, k, threads=1)
        keys = np.full((len(queries), k), -1, np.int64)
        matches = np.asarray(found.keys).reshape(len(queries), -1).astype(np.int64)
        keys[:, : matches.shape[1]] = matches
        return keys

    def nbytes(self) -> int:
        """See Searcher."""
        return int(self.index.serialized_length)


def filled(index: Any, points: Floats, report: Report) -> Any:
    """Return a faiss index that has learned from the points and holds them."""
    report(0.0, "learning from the vectors")
    if not index.is_trained:
        with search_threads(1):  # many small k-means: threads would wait for each other
            index.train(points)
    for start in range(0, len(points), ADDED):
        report(start / len(points), "adding the vectors")
        index.add(points[start : start + ADDED])
    return index


def build_exact(points: Floats, settings: Settings, value: int, report: Report) -> Searcher:
    """Keep the vectors as they are."""
    return Exact(points)


def build_ivf(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Sort the vectors into cells (Sivic & Zisserman 2003)."""
    faiss = load_faiss()
    dim = points.shape[1]
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dim), dim, settings.cells)
    quick(index.cp)
    return Faiss(filled(index, points, report), set_probes)


def build_ivfpq(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Sort the vectors into cells, and keep codes of them there (Jégou et al. 2011)."""
    faiss = load_faiss()
    dim = points.shape[1]
    index = faiss.IndexIVFPQ(faiss.IndexFlatL2(dim), dim, settings.cells, settings.code_bytes, 8)
    quick(index.cp)
    quick(index.pq.cp)
    return Faiss(filled(index, points, report), set_probes)


def build_pq(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Keep a code of `value` bytes of each vector (Jégou, Douze & Schmid 2011)."""
    faiss = load_faiss()
    index = faiss.IndexPQ(points.shape[1], value, 8)
    index.do_polysemous_training = False  # orders codewords for a filter that is not used here
    quick(index.pq.cp)
    return Faiss(filled(index, points, report))


def build_sq(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Keep each number in `value` bits."""
    faiss = load_faiss()
    kinds = {
        4: faiss.ScalarQuantizer.QT_4bit,
        8: faiss.ScalarQuantizer.QT_8bit,
        16: faiss.ScalarQuantizer.QT_fp16,
    }
    index = faiss.IndexScalarQuantizer(points.shape[1], kinds[value], faiss.METRIC_L2)
    return Faiss(filled(index, points, report))


def build_rabitq(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Keep `value` bits of each number after a random rotation (Gao & Long 2024)."""
    faiss = load_faiss()
    dim = points.shape[1]
    rotation = faiss.RandomRotationMatrix(dim, dim)
    rotation.init(42)
    inner = faiss.IndexRaBitQ(dim, faiss.METRIC_L2, value)
    index = faiss.IndexPreTransform(rotation, inner)
    return Faiss(filled(index, points, report), parts=(rotation, inner))


def build_lsh(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Keep on which side of `value` random planes each vector lies (Charikar 2002)."""
    faiss = load_faiss()
    return Faiss(filled(faiss.IndexLSH(points.shape[1], value, True, False), points, report))


def build_hnsw(points: Floats, settings: Settings, value: int, report: Report) -> Faiss:
    """Link each vector with others near it, on layers (Malkov & Yashunin 2018), by faiss."""
    faiss = load_faiss()
    index = faiss.IndexHNSWFlat(points.shape[1], settings.links)
    index.hnsw.efConstruction = EXPANSION
    return Faiss(filled(index, points, report), set_width)


def build_usearch(points: Floats, settings: Settings, value: int, report: Report) -> Searcher:
    """Link each vector with others near it, on layers, by usearch."""
    from usearch.index import Index

    index = Index(
        ndim=points.shape[1],
        metric="ip",
        dtype="f32",
        connectivity=settings.links,
        expansion_add=EXPANSION,
    )
    for start in range(0, len(points), ADDED):
        report(start / len(points), "adding the vectors")
        block = points[start : start + ADDED]
        index.add(np.arange(start, start + len(block)), block, threads=cores())
    return Usearch(index)


def quick(clustering: Any) -> None:
    """Let k-means learn from a sample: more rounds and more vectors hardly change its cells."""
    clustering.niter = ROUNDS
    clustering.max_points_per_centroid = PER_CENTROID
    clustering.min_points_per_centroid = 1  # `Settings` has decided on that: print nothing


def set_probes(index: Any, value: int) -> None:
    """Set how many cells a search visits."""
    index.nprobe = value


def set_width(index: Any, value: int) -> None:
    """Set how many candidates a walk keeps."""
    index.hnsw.efSearch = value


INDEXES = {
    "exact": IndexKind(
        "Exact",
        "Compares the query with every vector.",
        "",
        lambda n, dim, settings: (0,),
        build_exact,
    ),
    "ivf": IndexKind(
        "IVF",
        "Sorts the vectors into cells, and looks into the cells nearest to the query.",
        "nprobe",
        lambda n, dim, settings: tuple(one for one in PROBES if one <= settings.cells),
        build_ivf,
    ),
    "hnsw": IndexKind(
        "HNSW (faiss)",
        "Links each vector with near ones, and walks along the links towards the query.",
        "ef",
        lambda n, dim, settings: tuple(one for one in WIDTHS if settings.k <= one <= n),
        build_hnsw,
    ),
    "usearch": IndexKind(
        "HNSW (usearch)",
        "The same idea in another program.",
        "ef",
        lambda n, dim, settings: tuple(one for one in WIDTHS if settings.k <= one <= n),
        build_usearch,
    ),
    "ivfpq": IndexKind(
        "IVF+PQ",
        "Cells, with a short code in place of each vector.",
        "nprobe",
        lambda n, dim, settings: tuple(one for one in PROBES if one <= settings.cells),
        build_ivfpq,
        needs_codebook=True,
    ),
    "pq": IndexKind(
        "PQ",
        "Cuts each vector into parts, and keeps the number of the nearest of 256 typical parts.",
        "bytes",
        lambda n, dim, settings: code_sizes(dim),
        build_pq,
        rebuilt=True,
        needs_codebook=True,
    ),
    "sq": IndexKind(
        "SQ",
        "Rounds each number to a few bits.",
        "bits a number",
        lambda n, dim, settings: BITS_KEPT,
        build_sq,
        rebuilt=True,
    ),
    "rabitq": IndexKind(
        "RaBitQ",
        "Turns the space at random, and keeps the sign of each number, or a few bits of it.",
        "bits a number",
        lambda n, dim, settings: RABITQ_BITS,
        build_rabitq,
        rebuilt=True,
    ),
    "lsh": IndexKind(
        "LSH",
        "Keeps on which side of random planes a vector lies, one bit a plane.",
        "planes",
        lambda n, dim, settings: tuple(
            dict.fromkeys(min(MOST_PLANES, dim * many) for many in PLANES_PER_DIMENSION)
        ),
        build_lsh,
        rebuilt=True,
    ),
}


def index_kind(name: str) -> IndexKind:
    """Return a kind of index by its name; raises QueryError, which lists those known."""
    if name not in INDEXES:
        raise QueryError(f"There is no index “{name}”. Known ones: {', '.join(INDEXES)}.")
    return INDEXES[name]


def processor() -> str:
    """Return the processor's name where the system tells it, and the number of cores."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:  # noqa: PTH123 - no real file
            names = [line.partition(":")[2].strip() for line in told if "model name" in line]
    except OSError:
        names = []
    import platform

    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"
