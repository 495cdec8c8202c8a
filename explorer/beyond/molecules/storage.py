"""Molecules in the cache: so that an address can name them, and a job gets them as a file."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from explorer import cache
from explorer.beyond.molecules.molecules import Chemistry, Molecules
from explorer.beyond.molecules.parsing import chemistry_of
from explorer.jobs.files import KeptFile

MOLECULES = cache.Kind("molecules", 1)
PARTS = tuple(field.name for field in fields(Chemistry))


class MoleculesFile(KeptFile):
    """Molecules among a job's arguments: the folder of their entry in the cache."""

    holds = "molecules"

    @classmethod
    def of(cls, molecules: Molecules) -> MoleculesFile:
        """Return the file of molecules, written into the cache if it is not there."""
        if cache.find(MOLECULES, molecules.digest) is None:
            about = [molecules.name, molecules.property, molecules.labels, molecules.notes]
            arrays = {part: np.asarray(getattr(molecules.chemistry, part)) for part in PARTS}
            own = {"values": molecules.values, "given": molecules.given}
            cache.save_arrays(MOLECULES, molecules.digest, {**arrays, **own}, about)
        return cls(str(cache.place(MOLECULES, molecules.digest)))

    @staticmethod
    def opened(digest: str) -> Molecules | None:
        """Return what is kept under a digest, or None."""
        return open_molecules(digest)


def open_molecules(digest: str) -> Molecules | None:
    """Return the molecules kept under a digest, which may be a stranger's text; or None."""
    found = cache.load_arrays(MOLECULES, digest)
    if found is None:
        return None
    arrays, (name, measured, labels, notes) = found
    chemistry = chemistry_of({part: arrays[part] for part in PARTS})
    return Molecules(
        name, measured, tuple(labels), chemistry, arrays["values"], arrays["given"], tuple(notes)
    )
