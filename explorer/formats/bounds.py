"""The bounds within which files of strangers are read: no file can fill the memory or the disk."""

from __future__ import annotations

import shutil

from explorer.settings import load_settings

ROWS = 10_000_000  # of a space; each needs a label, a place in a picture and a score
DIMENSIONS = 65_536  # of a vector; the widest embeddings in use have some 12,000
LINE_BYTES = 8 << 20  # of one line of text: 65,536 numbers with room to spare
COLUMNS = 20_000  # of a table; a CSV of more takes minutes to parse
SHEET_CELLS = 10_000_000  # of an Excel sheet, which is read cell by cell
JSON_BYTES = 2 << 30  # of a JSON document, which has to be read as a whole
LABEL_FILE_BYTES = 4 << 30
ARRAYS = 10_000  # in one safetensors file
DATASETS = 1_000_000  # in one HDF5 file, where a dataset a word is usual
CONFIG_BYTES = 1 << 20  # of a configuration of the Embedding Projector, which names some files
READ_HERE_BYTES = 1 << 20  # of JSON or labels: more is parsed in a process of its own

UNPACKED_RATIO = 250  # how many times its packed size a file may have, beyond UNPACKED_FREE
UNPACKED_FREE = 64 << 20  # unpacked bytes below which the ratio does not matter
MEMBERS = 10_000  # files in an archive that is a format of its own: torch stores each tensor
MEMBERS_UNPACKED = 1_000  # files of an archive that are unpacked: the disk takes 3 ms for each

PICTURES = 100_000  # of a set, listed or in a column of a table
PICTURE_BYTES = 32 << 30  # of a set that is listed; each is read when its turn comes

CHILD_BYTES = 2 << 30  # of memory for a reader in a process of its own, and for each byte of
CHILD_BYTES_PER_BYTE = 12  # the file so many more
CHILD_SECONDS = 60.0  # and how long it may take, and for each megabyte so much more
CHILD_SECONDS_PER_MB = 0.5
PICTURE_SECONDS = 0.05  # and for each picture that it finds in a table


def unpacked_bytes() -> int:
    """Return how large a file may become when it is unpacked: it has to fit into the cache."""
    settings = load_settings()
    settings.cache_dir.mkdir(parents=True, exist_ok=True)
    return int(min(settings.cache_gb * 1e9, shutil.disk_usage(settings.cache_dir).free / 2))
