"""What embedding services and vector stores answer, as JSON: where the records stand in it.

A new service is an entry in RECORDS. What is found are records with a list of numbers each;
nested objects in them are taken apart by `nested.flat`.
"""

from __future__ import annotations

from typing import Any

RECORDS: tuple[tuple[str, ...], ...] = (  # paths to lists of records, or to {id: record}
    ("data", "Get", "*"),  # Weaviate: GraphQL, under the name of the class
    ("data",),  # OpenAI, Voyage, Jina, Mistral; Milvus; {"data": [{"embedding": [...]}]}
    ("response", "body", "data"),  # one line of OpenAI's batch output
    ("result", "points"),  # Qdrant: scroll, query
    ("result",),  # Qdrant: search, retrieve
    ("points",),  # Qdrant: upsert
    ("vectors",),  # Pinecone: fetch gives {id: record}, upsert takes a list
    ("matches",),  # Pinecone: query
    ("objects",),  # Weaviate: REST
    ("hits", "hits"),  # Elasticsearch, OpenSearch
    ("predictions",),  # Vertex AI
    ("embeddings",),  # Gemini: [{"values": [...]}]
    ("value",),  # Azure AI Search
    ("documents",),  # MongoDB's Data API
)
# Columns that name the vectors' rows, in what answers with columns: Cohere, Chroma, TEI.
LABELS = ("labels", "words", "texts", "documents", "ids", "tokens", "sentences", "input", "inputs")
VECTORS = ("vectors", "embeddings", "embedding")
NUMBER_TYPES = ("float", "float32", "values", "int8", "uint8")  # Cohere: {"float": [[...]]}


def records_in(given: Any) -> list[dict[str, Any]] | None:
    """Return the records in a service's answer, or None."""
    if not isinstance(given, dict):
        return None
    for path in RECORDS:
        found = at(given, path)
        if isinstance(found, dict) and found and all(isinstance(v, dict) for v in found.values()):
            found = [{"id": key, **value} for key, value in found.items()]
        if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
            return [without_kind(one) for one in found]
    return None


def without_kind(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the name of its kind, which OpenAI repeats in each."""
    if record.get("object") != "embedding":
        return record
    return {key: value for key, value in record.items() if key != "object"}


def at(given: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path of keys, where `*` is the only key there; None if nothing."""
    for key in path:
        if not isinstance(given, dict):
            return None
        given = next(iter(given.values()), None) if key == "*" else given.get(key)
    return given


def columns_in(given: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Return columns of one length, one of them of vectors: Cohere's and Chroma's answers."""
    for name in VECTORS:
        vectors = given.get(name)
        if isinstance(vectors, dict):
            vectors = next((vectors[key] for key in NUMBER_TYPES if key in vectors), None)
        if not isinstance(vectors, list) or not vectors or not isinstance(vectors[0], list):
            continue
        if vectors[0] and isinstance(vectors[0][0], list):  # Chroma: query, a list a question
            vectors, given = vectors[0], {key: first(value) for key, value in given.items()}
        columns = {
            key: value
            for key, value in given.items()
            if key != name and isinstance(value, list) and len(value) == len(vectors)
        }
        label = next((key for key in LABELS if key in columns), None)
        if label is not None:  # the first column of text is taken for the label
            columns = {label: columns.pop(label), **columns}
        return {**columns, name: vectors}
    return None


def first(value: Any) -> Any:
    """Return the first of several answers."""
    return value[0] if isinstance(value, list) and value else value
