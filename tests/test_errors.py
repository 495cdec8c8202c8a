"""The tree of errors."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from explorer import errors
from explorer.errors import ExplorerError, UnknownLabelError

ERRORS = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if one.__module__ == errors.__name__
]


def test_the_drawn_tree_names_every_error() -> None:
    drawn = re.findall(r"(\w+(?:Error|Cancelled))\b", (errors.__doc__ or "").split("\n\n")[1])
    assert set(drawn) - {"KeyError"} == {one.__name__ for one in ERRORS}


@pytest.mark.parametrize("error", ERRORS)
def test_each_error_is_an_explorer_error(error: type[Exception]) -> None:
    assert issubclass(error, ExplorerError)


def test_an_unknown_label_comes_whole_from_another_process() -> None:
    error = UnknownLabelError("quean", "five words", ("queen",))
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert copy.suggestions == ("queen",)
