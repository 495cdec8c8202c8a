"""Molecules as arrays, compared with RDKit itself."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import Descriptors, rdFingerprintGenerator

from explorer.beyond.molecules import chemistry
from explorer.beyond.molecules.molecules import (
    ATOM_COLUMNS,
    DESCRIPTOR_NAMES,
    ELEMENTS,
    MORGAN_BITS,
    Molecules,
)
from explorer.beyond.molecules.surroundings import surroundings
from explorer.neighbors.exact import nearest_neighbors


def test_the_eight_descriptors_are_rdkits(molecules: Molecules) -> None:
    assert tuple(chemistry.DESCRIPTORS) == DESCRIPTOR_NAMES
    expected = {
        "weight": Descriptors.MolWt,
        "logP": Descriptors.MolLogP,
        "polar surface": Descriptors.TPSA,
        "hydrogen donors": Descriptors.NumHDonors,
        "hydrogen acceptors": Descriptors.NumHAcceptors,
        "rotatable bonds": Descriptors.NumRotatableBonds,
        "aromatic rings": Descriptors.NumAromaticRings,
        "sp3 carbons": Descriptors.FractionCSP3,
    }
    for row, smiles in enumerate(molecules.chemistry.smiles):
        molecule = Chem.MolFromSmiles(smiles)
        found = molecules.chemistry.descriptors[row]
        np.testing.assert_allclose(found, [expected[name](molecule) for name in DESCRIPTOR_NAMES])


def test_morgan_neighbors_are_rdkits_by_cosine(molecules: Molecules) -> None:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=MORGAN_BITS)
    bits = [generator.GetFingerprint(Chem.MolFromSmiles(s)) for s in molecules.chemistry.smiles]
    space = molecules.morgan_space()
    assert space.is_sparse
    expected = np.array(DataStructs.BulkCosineSimilarity(bits[7], bits))
    found = nearest_neighbors(space, space.vector_at(7), k=len(space))
    np.testing.assert_allclose(found.scores, expected[found.indices], atol=1e-6)


def test_atoms_are_those_of_rdkit(molecules: Molecules) -> None:
    for row in (0, 10, 40):
        molecule = Chem.MolFromSmiles(molecules.chemistry.smiles[row])
        atoms, bonds, places = molecules.chemistry.structure(row)
        assert [ELEMENTS[z - 1] for z in atoms[:, 0]] == [
            a.GetSymbol() for a in molecule.GetAtoms()
        ]
        charges = atoms[:, ATOM_COLUMNS.index("charge")]
        assert charges.sum() == Chem.GetFormalCharge(molecule)
        assert len(bonds) == molecule.GetNumBonds()
        assert len(places) == molecule.GetNumAtoms()


def test_of_a_salt_the_largest_part_is_taken() -> None:
    found = chemistry.parse("[Na+].CC(=O)[O-]")
    assert found.smiles == "CC(=O)[O-]"
    assert found.salt == "CC(=O)[O-].[Na+]"


@pytest.mark.parametrize(
    ("smiles", "why"),
    [
        ("C1CC", "do not fit together"),
        ("CC(C)(C)(C)C", "more bonds than it can have"),
        ("c1cccc1", "small letters"),
        ("", "empty"),
        ("[H][H]", "no atom besides hydrogen"),
        ("C" * 151, "151 atoms"),
        ("C" * 1001, "1,001 letters"),
    ],
)
def test_what_cannot_be_used_says_why(smiles: str, why: str) -> None:
    with pytest.raises(chemistry.UnreadableError, match=why):
        chemistry.parse(smiles)


def test_the_same_molecule_has_the_same_arrays_however_it_is_written() -> None:
    first, second = chemistry.parse("OCC"), chemistry.parse("C(O)C")
    np.testing.assert_array_equal(first.atoms, second.atoms)
    np.testing.assert_array_equal(first.bonds, second.bonds)


def test_surroundings_are_told_in_words(molecules: Molecules) -> None:
    row = molecules.row_of["phenol"]
    start, end = molecules.chemistry.atom_starts[row : row + 2]
    around = surroundings(molecules.chemistry)[start:end].tolist()
    assert "OH –c" in around
    assert around.count("cH ~c ~c") == 5


def test_nothing_of_rdkit_that_is_loaded_needs_x11() -> None:
    program = (
        "from explorer.beyond.molecules import chemistry, drawing\n"
        "found = chemistry.parse('c1ccccc1O')\n"
        "drawing.draw_png(drawing.Structure(found.atoms, found.bonds, found.places))\n"
        "import sys\n"
        "assert 'rdkit.Chem.Draw' not in sys.modules\n"
        "try: maps = open('/proc/self/maps').read()\n"
        "except OSError: maps = ''\n"
        "assert not any(name in maps for name in ('libX11', 'libXrender', 'libXext', 'libGL'))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_neither_the_package_nor_the_page_loads_rdkit() -> None:
    program = (
        "import explorer, explorer.beyond.molecules.learned, explorer.beyond.molecules.reading\n"
        "import sys\n"
        "assert 'rdkit' not in sys.modules and 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_sdf_record_is_bounded() -> None:
    lines = ["title", "", "", "  0  0  0     0  0            999 V2000", "M  END"]
    fields = [line for n in range(80) for line in (f">  <f{n}>", "x" * 5_000, "y" * 10, "")]
    (found,) = chemistry.sdf_records([*lines, *fields, "$$$$"])
    assert found["title"] == "title"
    assert len(found) <= chemistry.MOST_FIELDS
    assert max(len(text) for name, text in found.items() if name) <= chemistry.LONGEST_FIELD
