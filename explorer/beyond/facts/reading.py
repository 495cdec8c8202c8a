"""Facts from files: three columns of a table, N-Triples, or what the Wikidata query page saves.

Tables are read by the formats' own readers and within their bounds. A record of the form
{"type": "uri", "value": "…"}, as SPARQL's JSON has it, is its value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from explorer.beyond.facts.graph import MOST_FACTS, Graph, make_graph, too_many
from explorer.errors import ParseError, TrainingError
from explorer.formats.encodings import whole_lines
from explorer.formats.file import File
from explorer.formats.parse_json import load_json
from explorer.formats.whole_table import read_table, unpacked_table
from explorer.wording import count

N_TRIPLES = (".nt", ".ntriples")
PARTS = ("head", "relation", "tail")
USUAL = {  # what columns are called, in lower case, the likeliest first
    "head": ("head", "subject", "from", "source", "item"),
    "relation": ("relation", "predicate", "property", "prop", "edge"),
    "tail": ("tail", "object", "to", "target", "value"),
}
LABEL = "Label"  # Wikidata's label service writes ?itemLabel beside ?item
LONGEST_NAME = 500  # letters; a longer one is a text and no thing

# One triple, as N-Triples 1.1 has it: <iri> or _:blank, <iri>, and any of both or a "literal".
NODE = r"<[^<>\"{}|^`\\\x00-\x20]*>|_:[^\s<>\"]+"
LITERAL = r"\"(?:[^\"\\\n\r]|\\.)*\"(?:@[A-Za-z0-9-]+|\^\^<[^<>\s]*>)?"
TRIPLE = re.compile(rf"\s*({NODE})\s*(<[^<>\s]*>)\s*({NODE}|{LITERAL})\s*\.\s*(?:#.*)?")
ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def read_facts_table(file: File) -> pa.Table:
    """Return a file as a table that holds facts in some three of its columns.

    Raises
    ------
    ParseError
        It has fewer than three columns, or a line of N-Triples is none.
    UnknownFormatError, RefusedError
        As `explorer.open_space`.
    """
    plain = unpacked_table(file)
    if plain.suffix in N_TRIPLES:
        return read_n_triples(plain)
    bindings = sparql_bindings(plain)
    found = read_table(plain) if bindings is None else bindings
    if found.num_columns < 3:
        raise ParseError(
            f"{file.name} has {count(found.num_columns, 'column')}. Facts need three: a head, "
            "a relation and a tail, as in “France, capital, Paris”."
        )
    return found


def sparql_bindings(file: File) -> pa.Table | None:
    """Return the rows of a SPARQL result in JSON, or None where the file is none."""
    if file.suffix != ".json" or b'"bindings"' not in file.head():
        return None
    given = load_json(file)
    try:
        names = [str(name) for name in given["head"]["vars"]]
        rows = given["results"]["bindings"]
        columns = {name: [row.get(name, {}).get("value") for row in rows] for name in names}
        return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    except (KeyError, TypeError, AttributeError, pa.ArrowException):
        raise ParseError(
            f"{file.name} holds “bindings”, but not in the form of a SPARQL result. "
            "Save it on the Wikidata query page as JSON or CSV."
        ) from None


def read_n_triples(file: File) -> pa.Table:
    """Return the triples of an N-Triples file; raises ParseError naming a line that is none."""
    rows: list[tuple[str, str, str]] = []
    number = 0
    for block, _ in whole_lines(file):
        for line in block.decode("utf-8", "replace").split("\n"):
            number += 1
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            found = TRIPLE.fullmatch(line.rstrip("\r"))
            if found is None:
                raise ParseError(
                    f"Line {number:,} of {file.name} is no triple: “{line.strip()[:80]}”. "
                    "Each line needs three parts and a dot: <head> <relation> <tail> ."
                )
            if len(rows) >= MOST_FACTS:
                raise too_many(f"More than {MOST_FACTS:,}")
            rows.append((found[1], found[2], found[3]))
        number -= 1  # a block ends with a line's end, after which the split has one part more
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table({name: pa.array(list(one)) for name, one in zip(PARTS, columns, strict=True)})


def usual_columns(names: Sequence[str]) -> tuple[str, str, str]:
    """Return which columns are most likely head, relation and tail: by name, else in order.

    Where Wikidata gives both ?item and ?itemLabel, the labels are taken.
    """
    labeled = {name for name in names if name + LABEL in names}
    free = (
        [name for name in names if name not in labeled]
        if len(names) - len(labeled) > 2
        else [*names]
    )
    chosen: dict[str, str] = {}
    for part, usual in USUAL.items():
        for wanted in usual:
            fits = [one for one in free if one.removesuffix(LABEL).lower() == wanted]
            if fits and part not in chosen:
                chosen[part] = fits[0]
                free.remove(fits[0])
    for part in PARTS:
        if part not in chosen:
            chosen[part] = free.pop(0)
    return chosen["head"], chosen["relation"], chosen["tail"]


def graph_from_table(found: pa.Table, columns: Sequence[str], name: str, *, seed: int = 0) -> Graph:
    """Return the graph whose facts stand in three columns of a table.

    Rows with an empty cell are left out, and told in the graph's notes.

    Raises
    ------
    TrainingError
        There are too many rows, too few facts, or the three columns are not different ones.
    """
    if len(set(columns)) != 3:
        raise TrainingError(
            f"Head, relation and tail are {', '.join(f'“{one}”' for one in columns)}. "
            "Choose three different columns."
        )
    if found.num_rows > MOST_FACTS:
        raise too_many(f"{found.num_rows:,}")
    parts = [named(found.column(column)) for column in columns]
    triples = [
        (head, relation, tail)
        for head, relation, tail in zip(*parts, strict=True)
        if head and relation and tail
    ]
    empty = found.num_rows - len(triples)
    notes = (
        [f"{count(empty, 'row has', 'rows have')} an empty cell and was left out."]
        if (empty == 1)
        else [f"{empty:,} rows have an empty cell and were left out."]
        if empty
        else []
    )
    return make_graph(triples, name, seed=seed, notes=notes)


def named(column: pa.ChunkedArray) -> list[str]:
    """Return a column's cells as names; an empty one is ""."""
    texts = pc.cast(column, pa.string(), safe=False).to_pylist()
    known: dict[str | None, str] = {}
    for text in texts:
        if text not in known:
            known[text] = shown_name(text or "")
    return [known[text] for text in texts]


def shown_name(text: str) -> str:
    """Return a node of N-Triples or a web address as a name to read, anything else as it is.

    Examples
    --------
    >>> shown_name("<http://dbpedia.org/resource/New_York>"), shown_name('"Paris"@fr')
    ('New York', 'Paris')
    """
    text = text.strip()
    if text.startswith('"') and (end := text.rfind('"')) > 0:
        return ESCAPED.sub(unescaped, text[1:end]).strip()[:LONGEST_NAME]
    address = text.strip("<>")
    if "://" in address and " " not in address:
        last = re.split(r"[/#]", address.rstrip("/#"))[-1]
        return (unquote(last).replace("_", " ") or address)[:LONGEST_NAME]
    return text[:LONGEST_NAME]


def unescaped(found: re.Match[str]) -> str:
    """Return the letter that an escape of N-Triples stands for."""
    sign = found[1]
    if sign[0] in "uU" and len(sign) > 1:
        number = int(sign[1:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return SHORT.get(sign, sign)


def read_graph(file: File, name: str, *, seed: int = 0) -> Graph:
    """Return the facts of a file whose columns have their usual names or order.

    Raises
    ------
    ExplorerError
        As `read_facts_table` and `graph_from_table`.
    """
    found = read_facts_table(file)
    return graph_from_table(found, usual_columns(found.column_names), name, seed=seed)
