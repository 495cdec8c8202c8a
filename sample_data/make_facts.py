"""Make countries.csv, the facts of the page “Facts”: capitals, borders, languages, currencies.

    npm pack world-countries@5.1.0
    python sample_data/make_facts.py world-countries-5.1.0.tgz

The source is the npm package `world-countries` 5.1.0 (mledoze/countries), under the Open Database
License (ODbL) 1.0. The table made here is a database derived from it and stays under that license.
"""

from __future__ import annotations

import csv
import json
import sys
import tarfile
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MEMBER = "package/countries.json"
KIND_OF = {  # what a relation's tail is, written behind a name that is two things
    "capital": "city",
    "language": "language",
    "currency": "currency",
    "lies in": "region",
    "borders": "country",
}


def facts_of(countries: list[dict]) -> list[tuple[str, str, str]]:
    """Return triples of head, relation and tail, in the order of the source."""
    name = {one["cca3"]: one["name"]["common"] for one in countries}
    found = []
    for one in countries:
        here = one["name"]["common"]
        found += [(here, "capital", city) for city in one.get("capital", []) if city]
        found += [(here, "borders", name[code]) for code in one["borders"]]
        found += [(here, "language", spoken) for spoken in (one["languages"] or {}).values()]
        found += [(here, "currency", money["name"]) for money in (one["currencies"] or {}).values()]
        if region := one["subregion"] or one["region"]:
            found.append((here, "lies in", region))
    regions = {(one["subregion"], one["region"]) for one in countries if one["subregion"]}
    found += [(part, "lies in", whole) for part, whole in sorted(regions) if part != whole]
    return list(dict.fromkeys(found))


def told_apart(facts: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the facts with names that are two things, as Luxembourg is, made two names."""
    kinds: dict[str, set[str]] = defaultdict(set)
    begins = {head: "region" if relation == "lies in" else "country" for head, relation, _ in facts}
    countries = {head for head, relation, _ in facts if relation != "lies in"}
    for head, relation, tail in facts:
        kinds[head].add("country" if head in countries else begins[head])
        kinds[tail].add(KIND_OF[relation])

    def named(name: str, kind: str) -> str:
        return name if kind == "country" or len(kinds[name]) == 1 else f"{name} ({kind})"

    return [
        (
            named(head, "country" if head in countries else "region"),
            relation,
            named(tail, KIND_OF[relation]),
        )
        for head, relation, tail in facts
    ]


if __name__ == "__main__":
    with tarfile.open(sys.argv[1]) as archive:
        source = archive.extractfile(MEMBER)
        assert source is not None
        facts = told_apart(facts_of(json.load(source)))
    with (FOLDER / "countries.csv").open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(("head", "relation", "tail"))
        lines.writerows(facts)
