"""fastText's binary models, through gensim: word vectors, and n-grams for unseen words.

Read in a process of its own: see isolated.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.errors import ParseError
from explorer.formats.contents import Contents, Options, check_dim, sampled
from explorer.formats.file import File
from explorer.formats.subwords import Subwords

SIGNATURE = (793712314).to_bytes(4, "little")


def is_fasttext(file: File, head: bytes) -> bool:
    """Tell whether the file begins with fastText's magic number."""
    return head.startswith(SIGNATURE)


def look(file: File, options: Options) -> Contents:
    """Look at a model: it has to be read as a whole."""
    return sampled(read(file, options))


def read(file: File, options: Options) -> Contents:
    """Read a model's word vectors, and its n-grams if it was trained with them."""
    from gensim.models.fasttext import load_facebook_vectors

    dim = int.from_bytes(file.head(12)[8:12], "little")
    check_dim(file.name, dim)
    try:
        keyed: Any = load_facebook_vectors(str(file.path))
    except MemoryError:
        raise
    except Exception as error:  # gensim has no error of its own for broken files
        raise ParseError(
            f"{file.name} is a broken fastText model, or a quantized one (.ftz), which gensim "
            f"cannot read: {error}"
        ) from error
    subwords = None
    if keyed.bucket and keyed.max_n and keyed.vectors_ngrams.ndim == 2 and keyed.compatible_hash:
        subwords = Subwords(keyed.vectors_ngrams, keyed.min_n, keyed.max_n)
    notes: tuple[str, ...] = ()
    if subwords is not None:
        notes = ("Words that are not in it get vectors from their character n-grams.",)
    return Contents(
        list(keyed.index_to_key),
        np.asarray(keyed.vectors, np.float32),
        dtype="float32",
        labels_from="the model's vocabulary",
        notes=notes,
        subwords=subwords,
    )
