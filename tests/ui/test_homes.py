"""“Ask the database” on the Map: the database of a sample answers among all its rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from explorer import EmbeddingSpace
from explorer.stores.known import open_store
from explorer.stores.transfer import save

ROWS, SAMPLE, K = 60, 30, 5


def panel(path: str, size: int, k: int) -> None:
    """Draw the panel for a sample, whose first point is selected."""
    from contextlib import closing

    import streamlit as st

    from explorer.stores.known import as_address, open_store
    from explorer.stores.store import Part
    from explorer.stores.transfer import read
    from explorer.ui.stores import homes

    address = as_address(path)
    if "sample" not in st.session_state:
        with closing(open_store(address)) as store:
            st.session_state["sample"] = read(store, "novels", Part(size=size, seed=1))
            about = store.describe("novels")
        homes.remember(st.session_state["sample"], homes.Home(address, about, "label"))
    homes.ask_database(st.session_state["sample"], 0, k, "cosine")


def test_the_database_of_a_sample_is_asked_among_all_its_rows(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).standard_normal((ROWS, 8)).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = np.argsort(-unit @ unit.T, axis=1)[:, 1 : K + 1]  # without the row itself
    file = tmp_path / "books.duckdb"
    store = open_store(str(file), write=True)
    save(store, "novels", EmbeddingSpace([f"novel {i}" for i in range(ROWS)], vectors))
    store.close()
    given = {"path": str(file), "size": SAMPLE, "k": K}
    screen = AppTest.from_function(panel, default_timeout=60, kwargs=given).run()
    assert [one.label for one in screen.toggle] == [f"Ask the database: all {ROWS} rows"]
    assert not screen.dataframe  # nothing is asked unasked

    screen.toggle[0].set_value(True).run()
    assert not screen.exception
    drawn = screen.session_state["sample"].metadata["id"].to_pylist()
    listed = screen.dataframe[0].value
    assert listed["id"].tolist() == nearest[drawn[0]].tolist()
    marks = ["✓" if one in drawn else "" for one in nearest[drawn[0]]]
    assert listed["in sample"].tolist() == marks
    assert f"{marks.count('✓')} " in screen.markdown[0].value.rpartition(": ")[2]

    undrawn = next(row for row in range(ROWS) if row not in drawn)
    screen.session_state["search"] = f"novel {undrawn}"
    screen.run()
    assert screen.dataframe[1].value["id"].tolist() == nearest[undrawn].tolist()
    screen.session_state["search"] = "novel nobody wrote"
    screen.run()
    assert "No row of the database is called" in screen.markdown[1].value

    file.unlink()  # the database dies
    screen.session_state["search"] = "novel 1"
    screen.run()
    assert not screen.exception
    assert "no file" in screen.warning[0].value
    assert len(screen.session_state["sample"]) == SAMPLE
