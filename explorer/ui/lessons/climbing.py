"""The ladder's sentences on each rung, and the transformer's job that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from explorer import EmbeddingSpace
from explorer.encoding import job
from explorer.encoding.job import EncodeOptions, EncodeResult
from explorer.encoding.texts import prepare
from explorer.errors import JobError
from explorer.jobs.pool import Job
from explorer.lessons.ladder import RUNGS, Materials, Step, climb
from explorer.ui.encode import jobs
from explorer.ui.shell import progress

ENCODED = "sentence embeddings"  # the name of their space


@dataclass(frozen=True, eq=False)
class Texts:
    """The sentences, the words whose vectors are averaged, and what the transformer makes of them.

    `encoded` is None until the transformer has read them.
    """

    sentences: tuple[str, ...]
    words: EmbeddingSpace
    encoded: EmbeddingSpace | None

    def climb(self, lsa_dim: int) -> Iterator[Step]:
        """Yield the sentences on each rung."""
        for rung in RUNGS:
            if rung == "transformer" and self.encoded is not None:
                yield Step(RUNGS[rung], self.encoded)
            else:
                dim = lsa_dim if rung == "lsa" else 0
                yield climbed(rung, self.sentences, self.words.digest, dim, self.words)


def encoded(sentences: tuple[str, ...], place: str) -> EmbeddingSpace | None:
    """Return the encoded sentences; None while the transformer reads, with its progress shown."""
    made = progress.wait_for(
        job.encoding_key(prepare(sentences), EncodeOptions(), ENCODED),
        partial(start_reading, sentences),
        progress.Wait(
            place=place,
            running="The transformer is reading the sentences.",
            stopped="The transformer was stopped. The lower rungs work without it.",
        ),
        pool=jobs.encodings().jobs,
    )
    return None if made is None else finished(sentences, made)


def start_reading(sentences: tuple[str, ...]) -> Job:
    """Have the transformer read the sentences, or join who has it read them."""
    return job.start(jobs.encodings().jobs, prepare(sentences), EncodeOptions(), ENCODED)


@st.cache_resource(show_spinner=False, max_entries=32)
def finished(sentences: tuple[str, ...], _made: EncodeResult) -> EmbeddingSpace:
    """Return the space of encoded sentences, made once for all visitors."""
    return job.finished_space(prepare(sentences), _made, ENCODED)


@st.cache_resource(show_spinner=False, max_entries=128)
def climbed(
    rung: str, texts: tuple[str, ...], words_digest: str, lsa_dim: int, _words: EmbeddingSpace
) -> Step:
    """Return the texts on a rung, computed once for all visitors; on the last, why not yet."""
    return climb(rung, texts, Materials(_words, not_read, lsa_dim))


def not_read(texts: Sequence[str]) -> EmbeddingSpace:
    """Say why the last rung is empty."""
    raise JobError("The transformer has not read the sentences yet.")
