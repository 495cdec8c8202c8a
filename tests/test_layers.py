"""Imports run one way: a room imports from those below it, and no modules form a circle."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the ground up; docs/architecture.md draws it. Rooms of one floor know nothing of each other.
FLOORS = (
    {"errors", "settings", "wording", "compiled", "glossary", "folders", "access"},
    {"vector", "matrix"},
    {"space", "sparse", "labels", "formula", "words", "conditions"},
    {"cache", "columns"},
    {"jobs"},
    {"pictures"},
    {"formats"},
    {"neighbors"},
    {"projection", "stores"},
    {"analogies", "encoding", "checks", "comparison", "workspace"},
    {"probes"},
    {"training", "beyond"},
    {"lessons"},
    {"figures", "rooms"},
    {"mapdata"},
    {"notebook", "webpage", "agents"},
    {"ui", "cli"},
)
CORE = 2  # the parts of the one core type, which do know each other


def modules() -> dict[str, Path]:
    """Return each module's dotted name and file."""
    files = (ROOT / "explorer").rglob("*.py")
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}
    return {name.removesuffix(".__init__"): file for name, file in names.items()}


MODULES = modules()


def imported(file: Path) -> set[str]:
    """Return the modules of ours that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
    return found


def room(module: str) -> str:
    """Return the first part below `explorer`."""
    return module.split(".")[1] if "." in module else ""


def floor(module: str) -> float:
    """Return how high a module's room lies; the package's own face lies below the screens."""
    if not room(module):
        return len(FLOORS) - 1.5
    return next(height for height, rooms in enumerate(FLOORS) if room(module) in rooms)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_from_its_own_room_and_from_below(module: str) -> None:
    for other in imported(MODULES[module]):
        beside = room(other) == room(module) or floor(module) == CORE
        assert floor(other) < floor(module) or (beside and floor(other) == floor(module)), (
            f"{module} imports {other}"
        )


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: imported(file) - {module} for module, file in MODULES.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, and names the circle
