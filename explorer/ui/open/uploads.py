"""Which of several uploaded files belong together: an array with its labels, or each alone."""

from __future__ import annotations

from collections.abc import Sequence

from explorer import inspect_file
from explorer.errors import ExplorerError, LabelCountError, UnknownFormatError
from explorer.formats import projector, text_layout
from explorer.formats.encodings import utf8_head
from explorer.formats.file import File, as_file
from explorer.formats.pickles import is_pickle
from explorer.formats.recognition import choose_main, is_known, recognize

WITH_LABELS_BESIDE = frozenset(
    ("NumPy array", "NumPy archive", "safetensors", "HDF5", "torch tensors", "fvecs", "JSON")
)
LABEL_NUMBERS = 2  # a label may end in a few numbers, and a vector has more


def groups(files: Sequence[File]) -> list[tuple[int, ...]]:
    """Return what can be opened: the places of a file with vectors and of those that belong to it.

    The last group holds the last file.
    """
    found = split(files, list(range(len(files))))
    return sorted(found, key=max)


def split(files: Sequence[File], places: list[int]) -> list[tuple[int, ...]]:
    """Return the groups among the files at some places."""
    if len(places) < 2:
        return [(place,) for place in places]
    given = [files[place] for place in places]
    try:
        main = choose_main(given)
    except UnknownFormatError:
        stems = {one.stem for one in given}
        if len(stems) == 1:
            return [(place,) for place in places]
        parts = [[place for place in places if files[place].stem == stem] for stem in stems]
        return [group for part in parts for group in split(files, part)]
    first = next(place for place in places if same(files[place], main))
    others = [place for place in places if place != first]
    strangers = [place for place in others if not belongs(files[place], files[first])]
    kept = [place for place in others if place not in strangers]
    return [(first, *kept), *split(files, strangers)]


def same(one: File, other: File) -> bool:
    """Tell whether two stand for the same upload, whatever lies beside them."""
    return one.name == other.name and one.content == other.content


def belongs(other: File, main: File) -> bool:
    """Tell whether a file holds what goes with the main one, and is no space of its own."""
    if other.stem == main.stem or is_pickle(main, main.head()):
        return True
    head = utf8_head(other.head())
    if projector.is_config(main, main.head()) or not is_known(other, head):
        return True
    try:
        name = recognize(as_file(main, [other])).name
        if name == "Embedding Projector vectors":
            return True
        if name not in WITH_LABELS_BESIDE:
            return False
        layout = text_layout.find_layout(head)
        if layout is not None and layout.dim > LABEL_NUMBERS:
            return False
        inspect_file(as_file(main, [other]))
    except LabelCountError:
        return False
    except ExplorerError:  # told when it is opened
        return True
    return True
