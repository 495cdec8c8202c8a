"""Widgets that are bound to the address: one page each, and only values that they can have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.ui.lessons import embedding_layer, ladder, one_hot
from explorer.ui.lessons.bert import steps as bert_steps
from explorer.ui.shell.navigation import PAGES
from tests.pages.conftest import Visit

VIEWS = (  # each page, and what else of it has widgets of its own
    *((page.file, {}) for page in PAGES.values()),
    *(("pages/map.py", {"method": one}) for one in ("UMAP", "t-SNE", "Axes")),
    ("pages/map.py", {"color": "clusters found"}),
    ("pages/axes.py", {"axes": "Two axes"}),
    ("pages/watch_it_learn.py", {"lesson": "Train for real"}),
    *(("pages/one_hot.py", {"one_hot_step": one}) for one in list(one_hot.STEPS)[1:]),
    *(("pages/ladder.py", {"ladder_step": one}) for one in list(ladder.STEPS)[1:]),
    *(("pages/layer.py", {"layer_step": one}) for one in list(embedding_layer.STEPS)[1:]),
    *(("pages/word_to_bert.py", {"bert_step": one}) for one in list(bert_steps.STEPS)[1:]),
)
WIDGET_KEY = re.compile(r"^\$\$ID-[^-]+-(?P<key>.+)$")


def protos(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        yield getattr(child, "proto", None)
        yield from protos(child)


def told(screen: AppTest) -> str:
    return "\n".join(one.value for one in screen.toast)


def test_a_parameter_of_the_address_belongs_to_one_page(visit: Visit) -> None:
    """Streamlit keeps a bound value in the session: on another page it would be that page's."""
    bound: set[str] = set()
    pages = defaultdict(set)
    for file, parameters in VIEWS:
        screen = visit(file, **parameters)
        assert not screen.exception, (file, parameters)
        for proto in protos(screen._tree):
            if name := getattr(proto, "query_param_key", ""):
                bound.add(name)
            if found := WIDGET_KEY.match(getattr(proto, "id", "") or ""):
                pages[found["key"]].add(file)
    assert {name: pages[name] for name in bound if len(pages[name]) > 1} == {}
    assert {"plane_seed", "seed", "ladder_step", "arithmetic"} <= bound


def test_a_seed_of_the_map_is_no_seed_of_one_hot(visit: Visit) -> None:
    screen = visit("pages/map.py", method="UMAP", seed="500")
    screen.switch_page("pages/one_hot.py")
    screen.query_params["one_hot_step"] = "3 Maps"
    screen.run()
    assert not screen.exception
    assert screen.slider(key="plane_seed").value == 1


@pytest.mark.parametrize(
    ("file", "address", "value", "possible"),
    [
        ("one_hot", {"one_hot_step": "3 Maps", "plane_seed": "42"}, "42", "1 to 20"),
        ("map", {"method": "UMAP", "seed": "-3"}, "\\-3", "0 to"),
        ("map", {"method": "UMPA"}, "UMPA", "PCA"),
        ("one_hot", {"one_hot_step": "4 Cost", "vocabulary": "7"}, "7", "10"),
        ("evaluation", {"questions": "none"}, "none", "Google analogies"),
    ],
)
def test_a_value_that_cannot_be_is_left_out_and_told(
    visit: Visit, file: str, address: dict[str, str], value: str, possible: str
) -> None:
    screen = visit(f"pages/{file}.py", **address)
    assert not screen.exception
    assert f"cannot be “{value}” here" in told(screen)
    assert possible in told(screen)


def test_values_as_a_link_holds_them_are_not_complained_of(visit: Visit) -> None:
    screen = visit(
        "pages/map.py", method="UMAP", prepared=["centered"], **{"umap.n_neighbors": "30"}
    )
    assert not told(screen)
    assert not told(visit("pages/one_hot.py", one_hot_step="4 Cost", vocabulary="20,000"))


def test_a_number_beyond_what_is_left_of_its_range_is_left_out(visit: Visit) -> None:
    """With fewer sentences, LSA has fewer dimensions to keep."""
    screen = visit("pages/ladder.py", lsa_dim="10")
    assert screen.slider(key="lsa_dim").value == 10
    screen.text_area(key="sentences").set_value("a b c\nb c d\nc d e\nd e f").run()
    assert not screen.exception
    assert screen.slider(key="lsa_dim").value == 3
    assert "cannot be “10” here" in told(screen)
