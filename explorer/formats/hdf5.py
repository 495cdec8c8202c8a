"""HDF5: datasets of numbers, with their labels. Read in a process of its own: see isolated.py.

An HDF5 file can point to other files on the machine: by external links, external
storage and virtual datasets. None of them is followed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.arrays import REAL_KINDS
from explorer.formats.bounds import DATASETS, UNPACKED_FREE, UNPACKED_RATIO
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.unpack import too_many_times

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEPTH = 32


def is_hdf5(file: File, head: bytes) -> bool:
    """Tell whether the file begins with HDF5's signature."""
    return head.startswith(SIGNATURE)


def look(file: File, options: Options) -> Contents:
    """Look at the datasets, and at some rows of the chosen one."""
    return parse(file, options, look_only=True)


def read(file: File, options: Options) -> Contents:
    """Read the chosen dataset."""
    return parse(file, options, look_only=False)


def parse(file: File, options: Options, look_only: bool) -> Contents:
    """Read a dataset, or some of its rows."""
    import h5py

    try:
        with h5py.File(file.path, "r") as root:
            found: list[Stored] = []
            collect(h5py, root, "", found, set())
            return from_arrays(file, found, options, look_only)
    except (ParseError, MemoryError):
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise ParseError(f"{file.name} is a broken HDF5 file: {error}.") from error


def collect(h5py: Any, group: Any, path: str, found: list[Stored], seen: set[Any]) -> None:
    """Collect the datasets that lie in this file itself."""
    if path.count("/") > DEPTH:
        raise ParseError(f"The groups are nested deeper than {DEPTH}.")
    for name in group:
        link = group.get(name, getlink=True)
        if len(found) >= DATASETS:
            raise ParseError(f"It holds more than {DATASETS:,} datasets.")
        if not isinstance(link, h5py.HardLink):
            continue  # soft links lead to what is found anyway, external ones to other files
        one = group[name]
        identity = h5py.h5o.get_info(one.id).addr
        if identity in seen:  # groups may hold themselves
            continue
        seen.add(identity)
        if isinstance(one, h5py.Group):
            collect(h5py, one, f"{path}{name}/", found, seen)
        elif isinstance(one, h5py.Dataset) and not one.is_virtual and not one.external:
            found.append(stored(h5py, f"{path}{name}", one))


def stored(h5py: Any, name: str, dataset: Any) -> Stored:
    """Return the record of a dataset."""
    is_text = h5py.check_string_dtype(dataset.dtype) is not None
    shape = dataset.shape if dataset.shape is not None else ()
    size = dataset.file.id.get_filesize()

    def read_rows(rows: NDArray[np.intp] | None) -> NDArray[Any]:
        # what was never written, or is packed tightly, takes no room in the file
        if rows is None and dataset.nbytes > max(UNPACKED_FREE, size * UNPACKED_RATIO):
            raise too_many_times(f"The dataset “{name}”", size)
        values = dataset.asstr(errors="replace") if is_text else dataset
        return np.asarray(values[()] if rows is None else values[rows])

    return Stored(
        name,
        tuple(shape),
        "text" if is_text else str(dataset.dtype),
        read_rows,
        is_text=is_text,
        is_real=dataset.dtype.kind in REAL_KINDS,
    )
