"""The documentation names files, modules and functions that exist."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("explorer", "tests", "benchmarks", "pages", "docs", "sample_data", "deploy")
FILES = {
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if "node_modules" not in path.parts
} | {path.name for path in ROOT.iterdir()}
NAMED_FILE = re.compile(r"`(?:[\w ]+ )?([\w./-]+\.(?:py|ts|md))\b[^`]*`")
IMPORT = re.compile(r"^ *(from explorer\S* import .+)$", re.MULTILINE)
NAMED_MODULE = re.compile(r"\bpython -m (explorer[.\w]*)")


def exists(name: str) -> bool:
    """Return whether a file has this path, or a path that ends with it."""
    return name in FILES or any(file.endswith(f"/{name}") for file in FILES)


def offers(module: str, name: str) -> bool:
    """Return whether a module's source has this name, or a package this module."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return False
    if re.search(rf"\b{name}\b", Path(spec.origin).read_text(encoding="utf-8")):
        return True
    return spec.submodule_search_locations is not None and find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_file_that_a_page_names_exists(page: Path) -> None:
    named = NAMED_FILE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if not exists(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_module_that_a_page_runs_exists(page: Path) -> None:
    named = NAMED_MODULE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if find_spec(name) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_import_in_a_page_works(page: Path) -> None:
    missing = []
    for line in IMPORT.findall(page.read_text(encoding="utf-8")):
        (found,) = ast.parse(line).body
        assert isinstance(found, ast.ImportFrom)
        module = found.module or ""
        missing += [f"{module}.{one.name}" for one in found.names if not offers(module, one.name)]
    assert missing == []
