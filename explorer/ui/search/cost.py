"""Step 5: memory, machines and time at another size, by formulas."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures.search import cost_figure
from explorer.neighbors.indexes.cost import FREE, JUMP, READ, WIDTH, Load, costs
from explorer.neighbors.indexes.settings import usual_code_bytes
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.tables import named_table, table_height
from explorer.wording import readable_bytes

NAMES = {
    10**4: "10 thousand",
    10**5: "100 thousand",
    10**6: "1 million",
    10**7: "10 million",
    10**8: "100 million",
    10**9: "1 billion",
    10**10: "10 billion",
}
SIZES = tuple(NAMES)
TYPES = {"float32": 4, "float16": 2, "int8": 1}


def draw(space: EmbeddingSpace) -> None:
    """Ask for the load, and show what each index costs."""
    first, second, third, fourth, fifth = st.columns([1.5, 1, 1, 1, 1.2])
    n = first.select_slider(
        "Vectors", SIZES, value=10**8, format_func=NAMES.__getitem__, key="search_cost_n"
    )
    dim = int(
        second.number_input(
            "Dimensions, d", 1, 100_000, space.dim, key=address.number("search_cost_d", 1, 100_000),
            bind="query-params",
        )
    )  # fmt: skip
    kind = third.selectbox("A number takes", list(TYPES), key="search_cost_type")
    links = int(fourth.number_input("M of HNSW", 4, 64, 16, key="search_cost_m"))
    machine = int(
        fifth.number_input("Memory of a machine, GB", 1, 24_000, 64, key="search_cost_gb")
    )
    load = Load(n, dim, TYPES[kind], links, usual_code_bytes(dim), machine * 10**9)
    answers = costs(load)
    left, right = st.columns([1, 1.5], gap="medium")
    with left:
        show_chart(
            cost_figure(
                SIZES,
                [costs(Load(one, dim, TYPES[kind], links, load.code_bytes)) for one in SIZES],
                n,
                machine * 10**9,
                dark=is_dark(),
            ),
            "Memory of each index from ten thousand to ten billion vectors",
            key="search cost",
        )
    with right:
        named_table(
            pa.table(
                {
                    "index": [one.title for one in answers],
                    "memory": [readable_bytes(round(one.nbytes)) for one in answers],
                    "machines": [one.machines for one in answers],
                    "a query, at least": [readable_seconds(one.seconds) for one in answers],
                    "memory =": [one.memory_formula for one in answers],
                    "time =": [one.time_formula for one in answers],
                }
            ),
            "cost of search by index",
            height=table_height(len(answers)),
            column_config={"machines": st.column_config.NumberColumn(format="localized", width=80)},
        )
        st.caption(
            f"n {n:,} vectors · d {dim:,} numbers · b {TYPES[kind]} bytes a number · "
            f"i {load.id_bytes} bytes a link or id · M {links} · m {load.code_bytes} bytes a "
            f"code · R {READ / 1e9:.0f} GB/s that one core reads in order · J {JUMP * 1e9:.0f} ns "
            f"to reach a vector anywhere. {FREE:.0%} of a machine’s memory is for the index. Times "
            "are lower bounds on one core a machine: memory is read, nothing else. Codes need a "
            "second stage with the vectors, which may lie on disk."
        )
    exact, graph = answers[0], answers[1]
    st.markdown(
        f":material/lightbulb: At {NAMES[n]} vectors, exact search reads "
        f"{readable_bytes(round(exact.nbytes))} for every query. HNSW compares about "
        f"{WIDTH * links:,} vectors instead, and needs {graph.nbytes / exact.nbytes:.2f} times the "
        "memory, **all of it fast**. Codes are what makes the memory small. You choose two of "
        "three: few "
        "misses, little time, little memory."
    )


def readable_seconds(seconds: float) -> str:
    """Return a time as people say it: “3.1 s”, “240 ms”, “12 µs”."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:,.3g} {unit}" if seconds < 1000 * size else f"{seconds:,.0f} s"
    return f"{seconds * 1e6:.3g} µs"
