"""How good the network is on molecules that it never saw, beside baselines; is its interval?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer.beyond.molecules.baselines import BASELINES
from explorer.beyond.molecules.learned import COVERAGE, Learned
from explorer.beyond.molecules.splits import SPLITS
from explorer.figures.molecules import agreement_figure
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

NETWORK = "network (this page)"
READS = {  # what each one knows of a molecule
    "mean": "nothing",
    "logP": "one number: oil or water?",
    "Morgan, forest": "which of 2,048 pieces it has",
    "descriptors, forest": "eight chosen numbers",
    NETWORK: "atoms and bonds",
}


def show(learned: Learned, *, is_sample: bool) -> None:
    """Show the errors on held-out molecules, and how often the interval holds."""
    split, molecules = learned.split, learned.molecules
    left, right = st.columns([1.2, 1], gap="medium")
    errors = {name: learned.error(learned.baseline(name)) for name in BASELINES}
    errors[NETWORK] = learned.error(learned.predicted)
    with left:
        columns = {
            "never seen": list(errors),
            "RMSE": list(errors.values()),
        }
        if is_sample:
            columns["off by factor"] = [
                10 ** float(np.median(misses(learned, name))) for name in errors
            ]
        columns["what it reads"] = [READS[name] for name in errors]
        named_table(
            pa.table(columns),
            molecules.property,
            "errors beside baselines",
            column_config={
                "RMSE": st.column_config.NumberColumn(format="%.2f", width=60),
                "off by factor": st.column_config.NumberColumn(format="%.1f", width=95),
            },
        )
        st.caption(
            f"{len(split.test):,} molecules that were never seen. "
            f"{SPLITS[learned.recipe.split].idea} RMSE: the typical error in "
            f"{plain(molecules.property)}; the mean is what one says without looking."
            + (" Off by factor: half of the predictions are closer." if is_sample else "")
        )
        if len(split.test) < FEW:
            st.markdown(
                f"**Only {len(split.test):,} molecules to judge by**: too few to say which model "
                "is better."
            )
        else:
            st.markdown(verdict(errors))
        st.caption(
            "One run with one seed. Another seed (Settings) gives the network a somewhat different "
            "error: models that differ by as little are equally good."
        )
    with right:
        show_chart(
            agreement_figure(
                molecules.values[split.test],
                learned.predicted[split.test],
                [molecules.labels[row] for row in split.test],
                learned.reach,
                title=molecules.property,
                dark=is_dark(),
            ),
            "Predicted over measured values of the molecules held out",
            pa.table(
                {
                    "molecule": [molecules.labels[row] for row in split.test],
                    "measured": molecules.values[split.test],
                    "predicted": learned.predicted[split.test],
                }
            ),
            key="molecules agreement",
        )
        st.caption(
            f"The band is the interval, ± {learned.reach:.2f}: {COVERAGE:.0%} of the "
            f"{len(split.valid):,} molecules to choose by lie in it. Of those held out, "
            f"**{learned.coverage:.0%}** do; crosses do not."
            + (
                " New ring systems are not like those it was made with, so it may fail there."
                if learned.recipe.split == "scaffold"
                else ""
            )
        )


def misses(learned: Learned, name: str) -> NDArray[np.float64]:
    """Return the absolute errors of the network or a baseline on the molecules held out."""
    predicted = learned.predicted if name == NETWORK else learned.baseline(name)
    rows = learned.split.test
    return np.abs(predicted[rows] - learned.molecules.values[rows])


FEW = 30  # molecules to judge by; fewer say little
CLOSE = 0.05  # share of an error; nearer ones are called equal


def verdict(errors: dict[str, float]) -> str:
    """Say who is better here, and that it need not be so elsewhere."""
    ours = errors[NETWORK]
    best = min((name for name in errors if name != NETWORK), key=errors.__getitem__)
    told = f"{ours:.2f} against {errors[best]:.2f}"
    if abs(ours - errors[best]) < CLOSE * errors[best]:
        return (
            f"**As good as the best baseline** ({best}): {told}. Learning from atoms and bonds "
            "alone, it found what somebody had to know before."
        )
    if ours < errors[best]:
        return f"**Learning wins here**: {told} of the best baseline ({best})."
    return (
        f"**Learning does not win here**: {told} of the best baseline ({best}). With few or unlike "
        "molecules, what chemists know in advance is hard to beat."
    )
