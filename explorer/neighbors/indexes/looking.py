"""Looking inside an index as a job: the index is kept, so that the next query is quick."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from explorer import cache
from explorer.errors import QueryError
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import cores
from explorer.neighbors.indexes.data import Floats, unit_rows
from explorer.neighbors.indexes.hnsw import graph_of, walk
from explorer.neighbors.indexes.inside import (
    CellsLook,
    CodesLook,
    Look,
    PlanesLook,
    WalkLook,
    packed,
    unpacked,
)
from explorer.neighbors.indexes.job import refuse_here
from explorer.neighbors.indexes.known import (
    build_hnsw,
    build_ivf,
    build_lsh,
    build_pq,
    index_kind,
    load_faiss,
    search_threads,
)
from explorer.neighbors.indexes.settings import CODEWORDS, Settings, code_sizes
from explorer.space import EmbeddingSpace

BUILT = cache.Kind("built-indexes", 1)
LOOKS = cache.Kind("index-looks", 1)
FILE = "index.faiss"
PARTS = 4  # of a vector whose codebooks are drawn
PLANES = 8  # drawn
NUMBERS = (8, 16, 32, 64, 128, 256, 512, 1024)  # of planes
MOST = 400_000  # vectors


def look_key(digest: str, name: str, row: int, settings: Settings) -> str:
    """Return the key of a look inside an index over a space, for one query."""
    return cache.content_key(
        kind="look", space=digest, index=name, row=row, links=settings.links, cells=settings.cells
    )


def start(jobs: Jobs, space: EmbeddingSpace, name: str, row: int, settings: Settings) -> Job:
    """Look inside an index for one row as the query, on a worker."""
    refuse_here(jobs)
    key = look_key(space.digest, name, row, settings)
    return jobs.submit(
        key,
        look_file,
        ArrayFile.of(space),
        space.digest,
        name,
        row,
        settings,
        when_done=lambda made: cache.save_arrays(LOOKS, key, *made),
        load=partial(kept_look, key),
    )


def kept_look(key: str) -> Look | None:
    """Return a look that was kept, or None."""
    kept = cache.load_arrays(LOOKS, key)
    if kept is None:
        return None
    try:
        return unpacked(*kept)
    except (KeyError, TypeError):
        cache.discard(LOOKS, key)
        return None


def look_file(  # noqa: PLR0917 - a job's arguments come in order
    vectors: Any, digest: str, name: str, row: int, settings: Settings, report: Report = no_report
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Look inside an index; runs on a worker."""
    report(0.0, "preparing the vectors")
    given = loaded(vectors)
    if given.shape[0] > MOST:
        raise QueryError(
            f"The look inside an index goes up to {MOST:,} vectors; there are "
            f"{given.shape[0]:,}. Open a sample of them."
        )
    units, rows = unit_rows(np.asarray(given) if isinstance(given, np.ndarray) else given)
    place = int(np.searchsorted(rows, row))
    if place == len(rows) or rows[place] != row:
        raise QueryError(
            "This vector holds only zeros, so it has no direction and no nearest neighbors by "
            "cosine. Choose another one."
        )
    index_kind(name).check(len(units))
    settings = settings.fitted(len(units), units.shape[1])
    # codes: thousands of small products, for which threads would only wait for each other
    with search_threads(1 if name == "pq" else cores()):
        look = INSIDE[name](units, place, digest, settings, report)
    return packed(over_all_rows(look, rows, given.shape[0]))


def over_all_rows(look: Look, rows: Any, n: int) -> Look:
    """Return a look whose rows are those of the space, where zero vectors were left out."""
    if len(rows) == n:
        return look
    arrays, facts = packed(look)
    for name, axis in PER_ROW.items():
        if name in arrays:
            shape = (*arrays[name].shape[:axis], n)
            empty = -np.inf if name in ("similarities", "estimates") else np.inf
            whole = np.full(shape, empty if arrays[name].dtype.kind == "f" else -1)
            whole = whole.astype(arrays[name].dtype)
            whole[..., rows] = arrays[name]
            arrays[name] = whole
    for name in ("walk.hop_row", "walk.hop_from", "walk.row"):
        if name in arrays:
            arrays[name] = np.where(arrays[name] >= 0, rows[arrays[name]], -1)
    return unpacked(arrays, {**facts, "row": int(rows[look.row])})


PER_ROW = {"similarities": 0, "cell": 0, "levels": 0, "estimates": 1, "differ": 1}


def kept_index(digest: str, what: str, build: Callable[[], Any]) -> Any:
    """Return a faiss index over a space from the cache, built and kept if it is not there."""
    faiss = load_faiss()
    key = cache.content_key(kind="built index", space=digest, what=what)
    folder = cache.find(BUILT, key)
    if folder is not None:
        try:
            return faiss.read_index(str(folder / FILE))
        except RuntimeError:  # evicted a moment ago, or broken
            cache.discard(BUILT, key)
    index = build()
    with cache.create(BUILT, key) as folder:
        faiss.write_index(index, str(folder / FILE))
    return index


def look_at_cells(
    units: Floats, row: int, digest: str, settings: Settings, report: Report
) -> CellsLook:
    """Look inside IVF."""
    faiss = load_faiss()
    index = kept_index(
        digest,
        f"IVF {settings.cells}",
        lambda: build_ivf(units, settings, 0, report).index,
    )
    centers = faiss.downcast_index(index.quantizer)
    cell = centers.search(units, 1)[1][:, 0].astype(np.intp)
    order = centers.search(units[row : row + 1], settings.cells)[1][0].astype(np.intp)
    return CellsLook(row, units @ units[row], cell, order)


def look_at_walk(
    units: Floats, row: int, digest: str, settings: Settings, report: Report
) -> WalkLook:
    """Look inside HNSW."""
    index = kept_index(
        digest,
        f"HNSW {settings.links}",
        lambda: build_hnsw(units, settings, 0, report).index,
    )
    report(0.9, "walking")
    graph = graph_of(index)
    return WalkLook(row, units @ units[row], walk(graph, units, units[row]), graph.levels)


def look_at_codes(
    units: Floats, row: int, digest: str, settings: Settings, report: Report
) -> CodesLook:
    """Look inside product quantization, at several code sizes."""
    faiss = load_faiss()
    dim = units.shape[1]
    sizes = code_sizes(dim)
    estimates, rebuilt, codebooks, parts, chosen = [], [], [], [], []
    for step, size in enumerate(sizes):

        def tell(share: float, what: str, step: int = step) -> None:
            report((step + share) / len(sizes), what)

        tell(0.0, "learning codewords")
        index = kept_index(
            digest,
            f"PQ {size}",
            partial(pq_index, units, settings, size, tell),
        )
        codes = faiss.vector_to_array(index.codes).reshape(len(units), size)
        decoded = index.pq.decode(codes)
        away = decoded - units[row]
        estimates.append(-np.einsum("ij,ij->i", away, away))
        rebuilt.append(decoded[row])
        words = faiss.vector_to_array(index.pq.centroids).reshape(size, CODEWORDS, dim // size)
        shown = [drawn_part(words, units[row], codes[row], part) for part in range(PARTS)]
        codebooks.append([one[0] for one in shown])
        parts.append([one[1] for one in shown])
        chosen.append([one[2] for one in shown])
    return CodesLook(
        row,
        units @ units[row],
        sizes,
        np.array(estimates, np.float32),
        units[row],
        np.array(rebuilt, np.float32),
        np.array(codebooks, np.float32),
        np.array(parts, np.float32),
        np.array(chosen, np.intp),
    )


def pq_index(units: Floats, settings: Settings, size: int, report: Report) -> Any:
    """Return faiss's index with codes of a size."""
    return build_pq(units, settings, size, report).index


def drawn_part(words: Floats, vector: Floats, code: Any, part: int) -> tuple[Any, Any, int]:
    """Return a part's codewords (256, 2), the vector's own part (2,), and its codeword's number."""
    part = min(part, len(words) - 1)
    book, width = words[part], words.shape[2]
    own = vector[part * width : (part + 1) * width]
    center = book.mean(axis=0)
    axes = np.linalg.svd(book - center, full_matrices=False)[2][:2].T
    if axes.shape[1] < 2:  # a part of one number is drawn on a line
        axes = np.hstack([axes, np.zeros((width, 2 - axes.shape[1]), np.float32)])
    return (book - center) @ axes, (own - center) @ axes, int(code[part])


def look_at_planes(
    units: Floats, row: int, digest: str, settings: Settings, report: Report
) -> PlanesLook:
    """Look inside locality-sensitive hashing, with more and more planes."""
    faiss = load_faiss()
    dim = units.shape[1]
    index = kept_index(
        digest,
        f"LSH {NUMBERS[-1]}",
        lambda: build_lsh(units, settings, NUMBERS[-1], report).index,
    )
    planes = faiss.vector_to_array(index.rrot.A).reshape(NUMBERS[-1], dim)
    side = units @ planes.T > 0
    apart = np.cumsum(side != side[row], axis=1, dtype=np.int32)
    differ = apart[:, np.array(NUMBERS) - 1].T.astype(np.float32)
    return PlanesLook(row, units @ units[row], NUMBERS, differ, planes[:PLANES].copy())


INSIDE: dict[str, Callable[[Floats, int, str, Settings, Report], Look]] = {
    "hnsw": look_at_walk,
    "ivf": look_at_cells,
    "pq": look_at_codes,
    "lsh": look_at_planes,
}
