"""Recognizing a file by its content first and its suffix second, and the main one of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.errors import UnknownFormatError
from explorer.formats import parquet, pickles, projector, table, text_layout
from explorer.formats.encodings import utf8_head
from explorer.formats.file import File, as_file
from explorer.formats.foreign import refuse_foreign
from explorer.formats.known import FORMATS, Format, named_format
from explorer.formats.unpack import is_to_read, pictures_alone
from explorer.pictures.decode import is_picture_name

NAMED = 12  # of several files that may be meant
COMPANION_SUFFIXES = (".tsv", ".csv", ".txt", ".json", ".bytes")


def recognize(file: File) -> Format:
    """Return the first format whose content fits; the suffix decides between several."""
    head = file.head()
    refuse_foreign(file.name, head)
    head = utf8_head(head)
    fitting = [one for one in FORMATS if one.sniff(file, head)]
    for one in fitting:
        if file.suffix in one.suffixes:
            return one
    if fitting:
        return fitting[0]
    if file.suffix in table.SUFFIXES and b"\0" not in head:
        return named_format("CSV or TSV table")  # its reader tells what is wrong
    known = ", ".join(one.name for one in FORMATS)
    raise UnknownFormatError(
        f"{file.name} is not a vector file that can be read here: {first_sight(head)}. "
        f"Known formats: {known}."
    )


def choose_main(files: Sequence[File]) -> File:
    """Return the file with the vectors, of several given together, with the others beside it."""
    pictures = [one for one in files if is_picture_name(one.name)]
    files = [one for one in files if not is_to_read(one.name)] or files
    if pictures and len(pictures) == len(files):
        raise pictures_alone("What was given", len(pictures))
    files = [one for one in files if one not in pictures]
    if len(files) == 1:
        return as_file(files[0], pictures)
    return as_file(main_of(files), pictures)


def main_of(files: Sequence[File]) -> File:
    """Return the file with the vectors, of several that are no pictures, with the others beside."""
    wholes = [one for one in files if one.suffix not in COMPANION_SUFFIXES]
    refused = [one for one in wholes if pickles.is_pickle(one, one.head())]
    wholes = refused[:1] or wholes  # gensim saves large arrays beside its pickle: that is refused
    if len(wholes) == 1:
        return as_file(wholes[0], [one for one in files if one is not wholes[0]])
    beside = tuple(files)
    for is_main in (parquet.is_dataset, projector.is_config, projector_pair, is_known):
        # each sees all of them beside it, itself too: without it, the work would be quadratic
        mains = [one for one in files if is_main(replace(one, beside=beside), one.head())]
        if len(mains) == 1:
            return as_file(mains[0], [one for one in files if one is not mains[0]])
    names = ", ".join(one.name for one in files[:NAMED]) + (" …" if len(files) > NAMED else "")
    raise UnknownFormatError(
        f"{len(files):,} files that each may hold vectors: {names}. "
        "Open one at a time, or one array together with the file of its labels."
    )


def projector_pair(file: File, head: bytes) -> bool:
    """Tell whether the file holds nothing but numbers, so that another has the labels."""
    return file.suffix == ".tsv" and projector.is_vectors(file, head)


def is_known(file: File, head: bytes) -> bool:
    """Tell whether some format fits the file."""
    return any(one.sniff(file, head) for one in FORMATS)


def first_sight(head: bytes) -> str:
    """Return what the head of an unrecognized file looks like, in a few words."""
    if b"\0" in head[:4096]:
        return f"it begins with the binary bytes {head[:8].hex(' ')}"
    return text_layout.misfit(utf8_head(head))
