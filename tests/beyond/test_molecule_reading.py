"""Molecules from tables, SMILES files and SDF; what is broken is told by its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from rdkit import Chem

from explorer.beyond.molecules import parser_process, parsing, reading
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.parsing import parse_one, parse_smiles
from explorer.beyond.molecules.reading import (
    MoleculeTable,
    molecules_from_table,
    read_molecule_table,
    read_molecules,
    usual_column,
)
from explorer.errors import ParseError, QueryError, TrainingError
from explorer.formats.file import File, as_file

SAMPLE = Path(__file__).parents[2] / "sample_data" / "molecules.csv"


def chains(n: int = 60) -> list[str]:
    """Return n different molecules: chains, half of them alcohols."""
    return ["C" * (2 + k // 2) + "O" * (k % 2) for k in range(n)]


def table_of(smiles: list[str], values: list[object] | None = None) -> MoleculeTable:
    numbers = values if values is not None else [float(k) for k in range(len(smiles))]
    return MoleculeTable(pa.table({"smiles": smiles, "y": numbers}), "line", 2)


def written(folder: Path, name: str, content: str) -> File:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return as_file(path)


def test_the_sample_has_its_molecules_each_once() -> None:
    molecules = read_molecules(as_file(SAMPLE), "Molecules")
    assert len(molecules) == 1274
    assert molecules.notes == ()
    assert len(set(molecules.chemistry.smiles)) == 1274
    assert molecules.given.sum() == 253
    assert molecules.values[molecules.row_of["benzene"]] == -1.64


def test_an_unreadable_line_is_left_out_and_named(tmp_path: Path) -> None:
    lines = [f"{smiles},{n}" for n, smiles in enumerate(chains())]
    lines[3] = "C1CC,5"
    file = written(tmp_path, "own.csv", "smiles,solubility\n" + "\n".join(lines) + "\n")
    molecules = read_molecules(file, "own")
    assert len(molecules) == 59
    assert "1 line was left out: line 5 (“C1CC”)" in molecules.notes[0]
    assert "do not fit together" in molecules.notes[0]


def test_a_salt_is_told_and_its_largest_part_taken() -> None:
    molecules = molecules_from_table(
        table_of([*chains(), "[Na+].CC(=O)[O-]"]), "smiles", "y", "own"
    )
    assert molecules.chemistry.smiles[-1] == "CC(=O)[O-]"
    assert "1 line is a salt or a mixture (line 62)" in molecules.notes[0]


def test_missing_numbers_and_repeated_molecules_are_told() -> None:
    smiles = [*chains(), "OCC", "c1ccccc1"]
    values = [*range(60), 1, None]
    molecules = molecules_from_table(table_of(smiles, values), "smiles", "y", "own")
    assert len(molecules) == 60
    assert any("line 63" in note and "no number in “y”" in note for note in molecules.notes)
    assert any("line 62" in note and "repeats an earlier" in note for note in molecules.notes)


def test_numbers_written_as_text_are_read() -> None:
    values = [f" {n}.5 " for n in range(60)]
    values[2] = "<3"
    molecules = molecules_from_table(table_of(chains(), values), "smiles", "y", "own")
    assert molecules.values[0] == 0.5
    assert any("line 4" in note for note in molecules.notes)


def test_a_column_without_a_number_is_refused() -> None:
    with pytest.raises(TrainingError, match="“y” holds no numbers"):
        molecules_from_table(table_of(chains(), ["high"] * 60), "smiles", "y", "own")


def test_a_column_without_a_molecule_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"No molecule can be read.*line 2.*and 55 more"):
        molecules_from_table(table_of(["hello world"] * 60), "smiles", "y", "own")


def test_too_few_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match=r"49 molecules can be used. At least 50"):
        molecules_from_table(table_of(chains(49)), "smiles", "y", "own")
    column = pa.array(["C"]).take(pa.array([0] * 10_001))
    many = MoleculeTable(pa.table({"smiles": column, "y": column}), "line", 2)
    with pytest.raises(TrainingError, match=r"10,001 molecules. Up to 10,000"):
        molecules_from_table(many, "smiles", "y", "own")


def test_a_property_that_does_not_differ_is_refused() -> None:
    with pytest.raises(TrainingError, match="“y” is 1 for every molecule"):
        molecules_from_table(table_of(chains(), [1.0] * 60), "smiles", "y", "own")


def test_a_smiles_file_is_read_with_its_names(tmp_path: Path) -> None:
    content = "\n".join(f"{smiles}\tname{n}\t{n}" for n, smiles in enumerate(chains())) + "\n"
    found = read_molecule_table(written(tmp_path, "own.smi", content))
    assert found.table.column_names == ["smiles", "second", "third"]
    assert usual_column(found.table, "property", besides=["smiles"]) == "third"
    assert found.called(0) == "line 1"


def test_one_column_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="Two are needed"):
        read_molecule_table(written(tmp_path, "own.smi", "\n".join(chains()) + "\n"))


def sdf_of(smiles: list[str]) -> str:
    records = []
    for n, one in enumerate(smiles):
        block = Chem.MolToMolBlock(Chem.MolFromSmiles(one))
        records.append(f"mol {n}\n{block.partition(chr(10))[2]}>  <SOL>  (1)\n{n / 2}\n\n$$$$\n")
    return "".join(records)


def test_an_sdf_file_is_read_and_a_broken_record_told(tmp_path: Path) -> None:
    records = sdf_of(chains()).split("$$$$\n")
    records[7] = records[7].replace("V2000", "VXXXX")
    content = "$$$$\n".join(records)
    molecules = read_molecules(written(tmp_path, "own.sdf", content), "own")
    assert molecules.labels[0] == "mol 0"
    assert molecules.property == "SOL"
    assert len(molecules) == 59
    assert "record 8" in molecules.notes[0]


def test_more_records_than_can_be_learned_end_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "MOST_MOLECULES", 5)
    with pytest.raises(TrainingError, match="More than 5"):
        read_molecule_table(written(tmp_path, "own.sdf", sdf_of(chains(9))))


def test_more_lines_than_can_be_learned_end_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_MOLECULES", 5)
    with pytest.raises(TrainingError, match="More than 5"):
        read_molecule_table(written(tmp_path, "own.smi", "C 1\n" * 9))


def test_labels_are_told_apart_and_unnamed_ones_are_called_by_their_smiles() -> None:
    table = table_of(chains())
    names = pa.array(["a", "A", "a", *[None] * 57])
    named = MoleculeTable(table.table.append_column("name", names), "line", 2)
    molecules = molecules_from_table(named, "smiles", "y", "own", named="name")
    assert molecules.labels[:4] == ("a", "A (2)", "a (3)", "CCCO")


def test_a_molecule_over_which_rdkit_crashes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "PROGRAM", "tests.beyond.crashing_parser")
    with pytest.raises(ParseError, match=r"Line 4 \(“CCC”\) could not be read: RDKit crashed"):
        parse_smiles(["C", "CC", "CCC"], called=lambda place: f"line {place + 2}")


def test_a_molecule_that_takes_too_long_ends_its_process() -> None:
    program = (
        "from explorer.beyond.molecules import parser_process\n"
        "parser_process.ONE_SECONDS = 0.1\n"
        "parser_process.watchdog()\n"
        "while True: pass\n"
    )
    import subprocess
    import sys

    if not hasattr(parser_process.signal, "setitimer"):
        pytest.skip("this system has no such clock")
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode < 0


def test_one_molecule_is_parsed_and_a_bad_one_answered() -> None:
    assert parse_one("OCC").smiles == ("CCO",)
    with pytest.raises(QueryError, match=r"“C1CC” is no SMILES that RDKit can read"):
        parse_one("C1CC")


def test_what_was_parsed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first = parse_smiles(["CCO", "bad", "CCN"])
    monkeypatch.setattr(parsing, "ask", None)
    again = parse_smiles(["CCO", "bad", "CCN"])
    np.testing.assert_array_equal(first.rows, again.rows)
    assert again.chemistry is not None
    assert again.chemistry.smiles == ("CCO", "CCN")
    assert again.unreadable == first.unreadable


def test_the_parts_of_some_molecules_are_those_of_all(molecules: Molecules) -> None:
    some = molecules.chemistry.take(np.array([5, 2]))
    for place, row in enumerate((5, 2)):
        for found, expected in zip(
            some.structure(place), molecules.chemistry.structure(row), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
    expected = molecules.chemistry.morgan[[5, 2]].toarray()
    np.testing.assert_array_equal(some.morgan.toarray(), expected)
