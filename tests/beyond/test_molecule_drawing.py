"""Structures as SVG and PNG: what is drawn, and that nothing of a stranger's text is in it."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from rdkit import Chem

from explorer.beyond.molecules import chemistry
from explorer.beyond.molecules.drawing import as_address, draw_png, draw_svg, draw_thumbnails
from explorer.beyond.molecules.molecules import Molecules, Structure
from explorer.pictures.column import picture_columns, pictures_of, with_pictures
from explorer.pictures.decode import is_thumbnail

NAMESPACE = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "circle", "line", "polygon", "text"}


def structure(smiles: str) -> Structure:
    found = chemistry.parse(smiles)
    return Structure(found.atoms, found.bonds, found.places)


def drawn(smiles: str, **options: object) -> ET.Element:
    return ET.fromstring(draw_svg(structure(smiles), **options))


def texts(root: ET.Element) -> str:
    return "".join(one.text or "" for one in root.iter(f"{NAMESPACE}text"))


@pytest.mark.parametrize(
    ("smiles", "written"),
    [
        ("CO", "OH"),
        ("CN", "NH2"),
        ("C", "CH4"),
        ("CCC", ""),
        ("CC(=O)[O-]", "OO−"),
        ("C[Si](C)(C)Cl", "SiCl"),
    ],
)
def test_atoms_other_than_carbon_are_written(smiles: str, written: str) -> None:
    assert sorted(texts(drawn(smiles))) == sorted(written)


@pytest.mark.parametrize(("smiles", "lines"), [("CC", 1), ("C=C", 2), ("C#C", 3), ("c1ccccc1", 9)])
def test_a_bond_has_as_many_lines_as_its_order(smiles: str, lines: int) -> None:
    assert len(list(drawn(smiles).iter(f"{NAMESPACE}line"))) == lines


def test_a_bond_towards_the_viewer_is_a_wedge_or_dashes() -> None:
    root = drawn("C[C@H](N)C(=O)O")
    flat = drawn("CC(N)C(=O)O")
    wedges = len(list(root.iter(f"{NAMESPACE}polygon")))
    more = len(list(root.iter(f"{NAMESPACE}line"))) - len(list(flat.iter(f"{NAMESPACE}line")))
    assert wedges == 1 or more > 2


def test_each_part_has_its_disk_blue_above_and_vermilion_below_zero() -> None:
    disks = list(drawn("CCO", parts=[1.0, -0.5, 0.0]).iter(f"{NAMESPACE}circle"))
    assert [disk.get("fill") for disk in disks] == ["rgb(0,114,178)", "rgb(213,94,0)"]
    assert float(disks[0].get("fill-opacity", 0)) == 2 * float(disks[1].get("fill-opacity", 0))


@pytest.mark.parametrize(
    "smiles", ["c1ccccc1O", "C" * 40, "OCC1OC(O)C(O)C(O)C1O", "NC(N)=O", "[Na+]", "C[N+](C)(C)C"]
)
def test_everything_lies_within_the_frame(smiles: str) -> None:
    root = drawn(smiles, width=100, height=80)
    for one in root.iter():
        for name, most in (("x", 100), ("cx", 100), ("x1", 100), ("y", 80), ("y1", 80), ("y2", 80)):
            if one.get(name) is not None:
                assert -0.5 <= float(one.get(name, "nan")) <= most + 0.5


def test_the_drawing_holds_lines_and_letters_and_nothing_that_runs(molecules) -> None:
    for row in range(0, len(molecules), 9):
        svg = draw_svg(molecules.chemistry.structure(row))
        root = ET.fromstring(svg)
        assert {one.tag.removeprefix(NAMESPACE) for one in root.iter()} <= ALLOWED
        assert re.fullmatch(r"[A-Za-z0-9+−*]*", texts(root))
        assert not re.search(r"\bon\w+=|href|script|style=|url\(", svg)
    assert as_address("<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"


def test_bonds_do_not_run_into_letters() -> None:
    """Compared with RDKit's coordinates: a bond to O ends before the atom's place."""
    found = structure("CO")
    line = next(drawn("CO").iter(f"{NAMESPACE}line"))
    assert Chem.MolFromSmiles("CO").GetNumBonds() == len(found.bonds)
    letter = next(drawn("CO").iter(f"{NAMESPACE}text"))
    ends = [(float(one.get(f"x{n}", 0)), float(one.get(f"y{n}", 0)))
            for one in drawn("CO").iter(f"{NAMESPACE}line") for n in (1, 2)]  # fmt: skip
    at = (float(letter.get("x", 0)), float(letter.get("y", 0)))
    assert min(np.hypot(at[0] - x, at[1] - y) for x, y in ends) > 5
    assert line.get("stroke")


@pytest.mark.parametrize("dark", [False, True])
def test_the_picture_is_a_png_of_its_size_with_ink_on_it(dark: bool) -> None:
    content = draw_png(structure("c1ccccc1O"), width=90, height=60, dark=dark, parts=[0.5] * 7)
    image = Image.open(io.BytesIO(content))
    assert image.size == (90, 60)
    assert image.mode == "RGBA"
    assert np.asarray(image)[..., 3].max() > 200
    assert np.asarray(image)[0, 0, 3] == 0


def test_a_space_carries_a_drawing_of_each_molecule(molecules: Molecules) -> None:
    structures = (molecules.chemistry.structure(row) for row in range(len(molecules.labels)))
    bare = molecules.morgan_space()
    space = bare.with_metadata(
        with_pictures(bare.metadata, "structure", draw_thumbnails(structures))
    )
    assert space.is_sparse
    assert picture_columns(space.metadata) == ("structure",)
    drawings = pictures_of(space, range(len(space)))
    assert len(set(drawings)) > 0.9 * len(space)
    assert all(one is not None and is_thumbnail(one) for one in drawings)
