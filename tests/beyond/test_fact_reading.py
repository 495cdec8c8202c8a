"""Facts from tables, N-Triples and what the Wikidata query page saves."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from explorer.beyond.facts import reading
from explorer.beyond.facts.graph import HEAD, RELATION, TAIL
from explorer.beyond.facts.reading import (
    graph_from_table,
    read_facts_table,
    read_graph,
    shown_name,
    usual_columns,
)
from explorer.errors import ParseError, TrainingError
from explorer.formats.file import as_file

COUNTRIES = Path(__file__).parents[2] / "sample_data" / "countries.csv"
ROWS = [(f"town {n}", "lies in", f"region {n % 2}") for n in range(12)]


def written(folder: Path, name: str, content: str) -> object:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return as_file(path)


def test_the_sample_has_its_facts_and_names_that_are_two_things_are_two() -> None:
    graph = read_graph(as_file(COUNTRIES), "Countries")
    assert len(graph.facts) == 1859
    assert graph.relations == ("capital", "language", "currency", "lies in", "borders")
    cities = set(graph.facts[graph.facts[:, RELATION] == 0, TAIL].tolist())
    countries = set(graph.facts[graph.facts[:, RELATION] == 0, HEAD].tolist())
    assert not cities & countries
    assert {"Luxembourg", "Luxembourg (city)"} <= set(graph.entities)


def test_a_table_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    lines = "\n".join(f"{t};x;{r};{h}" for h, r, t in ROWS)
    file = written(tmp_path, "facts.csv", f"object;note;predicate;subject\n{lines}\n")
    graph = read_graph(file, "facts")
    assert graph.relations == ("lies in",)
    assert "town 3" in graph.entities


def test_columns_of_other_names_are_taken_in_order() -> None:
    assert usual_columns(["who", "does", "what", "when"]) == ("who", "does", "what")
    assert usual_columns(["a", "tail", "b"]) == ("a", "b", "tail")


def test_wikidatas_labels_are_taken_before_its_addresses() -> None:
    names = ["item", "itemLabel", "prop", "propLabel", "value", "valueLabel"]
    assert usual_columns(names) == ("itemLabel", "propLabel", "valueLabel")


def test_wikidatas_json_is_read(tmp_path: Path) -> None:
    def node(value: str) -> dict[str, str]:
        return {"type": "uri", "value": f"http://www.wikidata.org/entity/{value}"}

    rows = [
        {
            "item": node(f"Q{n}"),
            "prop": node("P131"),
            "value": {"type": "literal", "value": "north"},
        }
        for n in range(12)
    ]
    del rows[0]["value"]  # an OPTIONAL without an answer
    saved = {"head": {"vars": ["item", "prop", "value"]}, "results": {"bindings": rows}}
    graph = read_graph(written(tmp_path, "query.json", json.dumps(saved)), "query")
    assert "Q3" in graph.entities
    assert graph.relations == ("P131",)
    assert any("1 row has an empty cell" in note for note in graph.notes)


def test_wikidatas_short_json_is_read(tmp_path: Path) -> None:
    rows = [{"item": h, "prop": r, "value": t} for h, r, t in ROWS]
    graph = read_graph(written(tmp_path, "query.json", json.dumps(rows)), "query")
    assert len(graph.facts) == 12


def test_a_broken_sparql_result_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="bindings"):
        read_facts_table(written(tmp_path, "query.json", '{"results": {"bindings": [1]}}'))


def test_n_triples_are_read(tmp_path: Path) -> None:
    lines = [
        f"<http://x.org/town_{n}> <http://x.org/ns#in> <http://x.org/r{n % 2}> ." for n in range(12)
    ]
    lines += ["# a comment", "", '_:b1 <http://x.org/name> "S\\u00e3o \\"P\\""@pt . # behind']
    graph = read_graph(written(tmp_path, "towns.nt", "\n".join(lines) + "\n"), "towns")
    assert {"town 3", "r1", "_:b1", 'São "P"'} <= set(graph.entities)
    assert graph.relations == ("in", "name")


def test_a_line_that_is_no_triple_is_named(tmp_path: Path) -> None:
    content = "<a:b> <a:c> <a:d> .\n\n<a:b> <a:c>\n"
    with pytest.raises(ParseError, match=r"Line 3 of towns.nt.*<a:b> <a:c>"):
        read_facts_table(written(tmp_path, "towns.nt", content))


def test_two_columns_are_refused_with_what_is_needed(tmp_path: Path) -> None:
    lines = "\n".join(f"{h},{t}" for h, _, t in ROWS)
    with pytest.raises(ParseError, match=r"2 columns.*three: a head, a relation and a tail"):
        read_facts_table(written(tmp_path, "facts.csv", f"head,tail\n{lines}\n"))


def test_rows_with_an_empty_cell_are_left_out_and_told() -> None:
    rows = [*ROWS, ("town 1", "lies in", None), ("  ", "lies in", "region 1")]
    table = pa.table({name: [row[n] for row in rows] for n, name in enumerate("abc")})
    graph = graph_from_table(table, "abc", "towns")
    assert len(graph.facts) == 12
    assert any("2 rows have an empty cell" in note for note in graph.notes)


def test_a_million_rows_are_refused_before_they_are_read_one_by_one() -> None:
    column = pa.array(["x"]).take(pa.array([0] * 1_000_000))
    with pytest.raises(TrainingError, match=r"1,000,000 facts.*Up to 500,000"):
        graph_from_table(pa.table(dict.fromkeys("abc", column)), "abc", "many")


def test_more_triples_than_can_be_learned_end_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_FACTS", 3)
    with pytest.raises(TrainingError, match="More than 3"):
        read_facts_table(written(tmp_path, "many.nt", "<a:b> <a:c> <a:d> .\n" * 5))


def test_the_same_column_twice_is_refused() -> None:
    table = pa.table({"a": ["x"], "b": ["y"], "c": ["z"]})
    with pytest.raises(TrainingError, match="three different columns"):
        graph_from_table(table, ("a", "b", "a"), "towns")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("http://www.wikidata.org/entity/Q142", "Q142"),
        ("<http://dbpedia.org/resource/S%C3%A3o_Paulo>", "São Paulo"),
        ('"12"^^<http://www.w3.org/2001/XMLSchema#integer>', "12"),
        ("http://x.org/", "x.org"),
        ("plain text / with a slash", "plain text / with a slash"),
        ('"back\\\\slash\\n"', "back\\slash"),
    ],
)
def test_addresses_and_literals_become_names_to_read(given: str, shown: str) -> None:
    assert shown_name(given) == shown
