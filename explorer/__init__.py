"""Embedding Explorer: open, see and question embedding spaces.

>>> import explorer
>>> space = explorer.open_space(b"king 1 0\\nqueen 0.9 0.1\\npea 0 1\\n", name="tiny")
>>> explorer.nearest_neighbors(space, "king", k=1).labels
('queen',)
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever has a clone was not asked by pip
    raise SystemExit(
        f"Embedding Explorer needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
        "Install a newer Python and make the environment again with it."
    )
if sys.maxsize <= 2**32:
    raise SystemExit(
        "Embedding Explorer needs a 64-bit Python; this one has 32 bits, and torch and others "
        "have no builds for it. Install a 64-bit Python and make the environment again with it."
    )

from explorer.analogies.arithmetic import analogy
from explorer.analogies.evaluation import AnalogyReport, evaluate_analogies
from explorer.analogies.word_similarity import SimilarityReport, evaluate_similarity
from explorer.checks.findings import Findings, check
from explorer.comparison.compare import Comparison, compare
from explorer.encoding.pictures.space import encode_images
from explorer.encoding.space import encode
from explorer.errors import ExplorerError
from explorer.formats import inspect_file, open_space
from explorer.formats.report import FileReport
from explorer.formats.save import save_space
from explorer.neighbors.exact import Neighbors, nearest_neighbors
from explorer.notebook import show
from explorer.projection import Projection, Quality, project, projection_quality
from explorer.space import EmbeddingSpace, Source
from explorer.vector import Vector
from explorer.webpage import save_page
from explorer.workspace.file import Workspace, open_workspace, save_workspace

__all__ = [
    "AnalogyReport",
    "Comparison",
    "EmbeddingSpace",
    "ExplorerError",
    "FileReport",
    "Findings",
    "Neighbors",
    "Projection",
    "Quality",
    "SimilarityReport",
    "Source",
    "Vector",
    "Workspace",
    "analogy",
    "check",
    "compare",
    "encode",
    "encode_images",
    "evaluate_analogies",
    "evaluate_similarity",
    "inspect_file",
    "nearest_neighbors",
    "open_space",
    "open_workspace",
    "project",
    "projection_quality",
    "save_page",
    "save_space",
    "save_workspace",
    "show",
]
