"""The public surface: its names, what an import loads, and who may know Streamlit."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import explorer

ROOT = Path(__file__).parents[1]
HEAVY = {
    "streamlit",
    "torch",
    "umap",
    "sklearn",
    "gensim",
    "distributed",
    "plotly",
    "numba",
    "scipy",
    "pandas",
    "anywidget",
    "transformers",
}
MODULES = sorted((ROOT / "explorer").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def test_the_public_names_are_these() -> None:
    assert sorted(explorer.__all__) == [
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


@pytest.mark.parametrize("name", explorer.__all__)
def test_each_public_name_is_there_with_its_docstring(name: str) -> None:
    assert getattr(explorer, name).__doc__


def test_import_explorer_loads_nothing_heavy() -> None:
    command = [sys.executable, "-c", "import explorer, sys; print(*sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())


def test_pages_begin_without_what_is_heavy() -> None:
    """Torch would cost each server 1.4 s and 330 MB before its first page, used or not."""
    imports = [
        ast.unparse(node)
        for path in (ROOT / "app.py", ROOT / "explorer" / "ui" / "start" / "screen.py", *PAGES)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "__future__" not in ast.unparse(node)
    ]
    command = [sys.executable, "-c", "\n".join([*imports, "import sys; print(*sys.modules)"])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (HEAVY - {"streamlit", "plotly", "scipy"}).isdisjoint(done.stdout.split())


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_ui_knows_streamlit(path: Path) -> None:
    if ROOT / "explorer" / "ui" not in path.parents:
        assert "streamlit" not in imported(path)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_is_shorter_than_sixty_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 60
