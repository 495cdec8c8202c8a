"""The tools, as plain functions from names and numbers to what an assistant can read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from explorer.agents.drawing import draw_png
from explorer.agents.reach import Reach
from explorer.analogies.arithmetic import analogy
from explorer.errors import QueryError, UnknownColumnError
from explorer.figures.colors import colorable, coloring
from explorer.formats import open_space
from explorer.formula import parse_vector
from explorer.neighbors.exact import Neighbors, nearest_neighbors
from explorer.pictures.column import without_pictures
from explorer.projection import METHODS, Projection, projection_quality
from explorer.projection.job import Picture
from explorer.projection.storage import load_projection, save_projection
from explorer.space import EmbeddingSpace

MOST_ROWS = 100  # of an answer
SHOWN = 10  # labels and rows that say what a space is like
OPEN_BYTES = 4 << 30  # of opened vectors; the least recently used go first
LONGEST_CELL = 200  # characters


class Tools:
    """The opened spaces by name, and what can be asked of them, one question at a time."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._spaces: OrderedDict[str, EmbeddingSpace] = OrderedDict()
        self._lock = threading.RLock()  # the server calls in threads; numba may not run in two

    def files(self) -> list[dict[str, str | int]]:
        """List the files that may be opened: path and bytes."""
        return self.reach.files()

    def open(
        self,
        file: str,
        *,
        label_column: str | None = None,
        array: str | None = None,
        skip_broken: bool = False,
    ) -> dict[str, Any]:
        """Open a file of vectors; the answer's `space` names it for the other tools.

        `label_column` and `array` choose among several, where the guess is wrong. `skip_broken`
        leaves out broken lines. Nothing in a file is run, and nothing is written beside it.
        """
        with self._lock:
            space = open_space(
                self.reach.file(file),
                label_column=label_column,
                array=array,
                skip_broken=skip_broken,
            )
            return self._kept(space)

    def neighbors(
        self, space: str, query: str, k: int = 10, metric: str = "cosine"
    ) -> dict[str, Any]:
        """Find the k nearest neighbors of a label or a formula such as "king - man + woman".

        They are measured in all dimensions, by exact search. `metric` is cosine, euclidean or dot.
        A label itself is left out of its answer; a formula's labels are not.
        """
        with self._lock:
            found = self._space(space)
            wanted = query if query in found else parse_vector(found, query, normalize=True)
            return answer(nearest_neighbors(found, wanted, bounded(k), metric))

    def analogy(
        self, space: str, a: str, b: str, c: str, k: int = 10, *, method: str = "3cosadd"
    ) -> dict[str, Any]:
        """Answer "a is to b as c is to ?", as in: man is to king as woman is to ?

        `answer` leaves the three inputs out, as is usual. `inputs_allowed` does not: where an input
        comes first there, the arithmetic alone did not find the answer. `without_arithmetic` is
        what is near c anyway. Tell all three. `method` is 3cosadd, 3cosmul or direction.
        """
        with self._lock:
            found, k = self._space(space), bounded(k)
            return {
                "answer": answer(analogy(found, [b, c], [a], k, method)),
                "inputs_allowed": answer(
                    analogy(found, [b, c], [a], k, method, exclude_inputs=False)
                ),
                "without_arithmetic": answer(nearest_neighbors(found, c, k)),
            }

    def filter(self, space: str, condition: str) -> dict[str, Any]:
        """Keep the rows for which an SQL condition on label and columns is true, as a new space.

        Such as: price > 20 AND category IN ('a', 'b') AND label LIKE '%door%'.
        """
        with self._lock:
            return self._kept(self._space(space).filter(condition))

    def project(self, space: str, method: str = "umap", seed: int = 42) -> dict[str, Any]:
        """Project a space to two dimensions and measure what the picture keeps.

        `method` is pca, umap or tsne. `neighbors_kept` of `of` true neighbors of a point are still
        nearest in the picture, on average: say so when you describe a picture.
        """
        with self._lock:
            found = self._space(space)
            return measured(found, self._projection(found, method, seed))

    def picture(
        self,
        space: str,
        *,
        method: str = "umap",
        color: str | None = None,
        mark: list[str] | None = None,
        seed: int = 42,
    ) -> tuple[bytes, dict[str, Any]]:
        """Draw a space as a PNG, with what the picture keeps of the true neighbors.

        `color` is a column of numbers or of few different texts; `mark` are labels to ring.
        """
        with self._lock:
            found = self._space(space)
            columns = colorable(found.metadata)
            if color is not None and color not in columns:
                offered = ", ".join(columns) or "none"
                raise UnknownColumnError(
                    f"“{color}” is no column to color by. Those of {space}: {offered}.", color
                )
            rows = [found.row(label) for label in (mark or [])[:MOST_ROWS]]
            colors = None
            if color is not None and found.metadata is not None:
                colors = coloring(found.metadata, color, dark=False)
            drawn = self._projection(found, method, seed)
            return draw_png(found, drawn.coordinates, colors, rows), measured(found, drawn)

    def _space(self, name: str) -> EmbeddingSpace:
        if name not in self._spaces:
            known = ", ".join(self._spaces) or "none yet"
            raise QueryError(f"There is no open space “{name}”. Open: {known}. Call `open` first.")
        self._spaces.move_to_end(name)
        return self._spaces[name]

    def _kept(self, space: EmbeddingSpace) -> dict[str, Any]:
        """Keep a space under a name of its own, and return what it is like."""
        name = f"{space.name}~{space.digest[:8]}"
        self._spaces[name] = space
        self._spaces.move_to_end(name)
        while (
            len(self._spaces) > 1 and sum(one.nbytes for one in self._spaces.values()) > OPEN_BYTES
        ):
            self._spaces.popitem(last=False)
        shown = without_pictures(space.table().slice(0, SHOWN))
        return {
            "space": name,
            "rows": len(space),
            "dimensions": space.dim,
            "columns": [] if space.metadata is None else space.metadata.column_names,
            "color_by": list(colorable(space.metadata)),
            "notes": list(space.notes),
            "first_rows": [] if shown is None else [plain(row) for row in shown.to_pylist()],
        }

    def _projection(self, space: EmbeddingSpace, method: str, seed: int) -> Projection:
        if method not in METHODS or method == "axes":
            known = ", ".join(name for name in METHODS if name != "axes")
            raise QueryError(f"The method “{method}” is unknown. Known: {known}.")
        wanted = Picture(method, 2, seed)
        key = wanted.key(space)
        kept = load_projection(key)
        if kept is None:
            kept = wanted.draw(space)
            save_projection(key, kept)
        return kept


def measured(space: EmbeddingSpace, projection: Projection) -> dict[str, Any]:
    """Return what a picture keeps; spaces of fewer than three points have nothing to keep."""
    told: dict[str, Any] = {"method": projection.method, "points": len(space)}
    if len(space) >= 3:
        found = projection_quality(space, projection)
        told |= {
            "neighbors_kept": round(found.neighbors_kept, 2),
            "of": found.k,
            "trustworthiness": round(found.trustworthiness, 4),
            "continuity": round(found.continuity, 4),
        }
    return told


def answer(found: Neighbors) -> dict[str, Any]:
    """Return neighbors as an assistant reads them: the measure once, then the rows, best first."""
    return {
        "query": found.query,
        "score": found.score_name,
        "rows": [
            {"label": short(label), "score": round(float(score), 4), "row": int(row)}
            for label, score, row in zip(found.labels, found.scores, found.indices, strict=True)
        ],
    }


def bounded(k: int) -> int:
    """Return k, at most a hundred: an answer is for reading."""
    return min(k, MOST_ROWS)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with values that JSON has; long texts are cut."""
    return {
        name: value if isinstance(value, int | float | None) else short(str(value))
        for name, value in row.items()
    }


def short(text: str) -> str:
    """Return a text, cut where it is long."""
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
