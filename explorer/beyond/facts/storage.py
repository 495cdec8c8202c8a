"""Graphs in the cache: so that an address can name one, and a job gets it as a file."""

from __future__ import annotations

import numpy as np

from explorer import cache
from explorer.beyond.facts.graph import Graph
from explorer.jobs.files import KeptFile

GRAPHS = cache.Kind("graphs", 1)
PARTS = ("train", "valid", "test")


class GraphFile(KeptFile):
    """A graph among a job's arguments: the folder of its entry in the cache."""

    holds = "facts"

    @classmethod
    def of(cls, graph: Graph) -> GraphFile:
        """Return the file of a graph, written into the cache if it is not there."""
        if cache.find(GRAPHS, graph.digest) is None:
            about = [graph.name, graph.entities, graph.relations, graph.notes]
            arrays = {part: getattr(graph, part) for part in PARTS}
            cache.save_arrays(GRAPHS, graph.digest, arrays, about)
        return cls(str(cache.place(GRAPHS, graph.digest)))

    @staticmethod
    def opened(digest: str) -> Graph | None:
        """Return what is kept under a digest, or None."""
        return open_graph(digest)


def open_graph(digest: str) -> Graph | None:
    """Return the graph that is kept under a digest, which may be a stranger's text; or None."""
    found = cache.load_arrays(GRAPHS, digest)
    if found is None:
        return None
    arrays, (name, entities, relations, notes) = found
    train, valid, test = (np.asarray(arrays[part], dtype=np.int64) for part in PARTS)
    return Graph(name, tuple(entities), tuple(relations), train, valid, test, tuple(notes))
