"""What the measures mean, in sentences for a reader who does not know them."""

from __future__ import annotations

import math

from explorer.comparison.compare import Comparison
from explorer.comparison.drift import Drift, P, Region
from explorer.comparison.measures import Figure

# agreement beyond chance, from the highest on; chosen by us, and told beside the number
DEGREES = (
    (0.8, "Nearly everything stayed in place"),
    (0.5, "Most neighborhoods are still there, and many changed"),
    (0.2, "Most neighborhoods changed"),
    (0.05, "Hardly any neighborhood is left"),
)
TITLES = {
    "overlap": "Neighbors kept",
    "cka": "Linear CKA",
    "distances": "Correlation of distances",
    "procrustes": "Residual after Procrustes",
}
MEANINGS = {
    "overlap": "Of an item’s {k} nearest items in one space, the share that is also among its {k} "
    "nearest in the other, averaged over all items. 1: all neighbors are the same.",
    "cka": "Whether the items spread along the same directions, however the spaces are turned or "
    "scaled. 1: they do; near the value by chance: they have nothing in common "
    "(Kornblith et al. 2019).",
    "distances": "Whether items far apart in one space are far apart in the other too: Spearman’s "
    "rank correlation of the cosine distances. 1: the same order; 0: no relation.",
    "procrustes": "One space is turned, mirrored and scaled to lie on the other as well as it can. "
    "What does not fit is left: 0 if it fits exactly, 1 if nothing does.",
}


def verdict(found: Comparison) -> str:
    """Return whether two spaces agree, in one sentence."""
    if found.measured.is_equal:
        return "The two spaces are identical: each shared item has the same vector in both."
    n, kept = len(found), found.overlap
    if math.isnan(kept.value):
        return "Every shared item has a vector of only zeros in one space: nothing can be compared."
    if found.k >= n - 1:
        return (
            f"With {n:,} shared items, all others are neighbors, so none can be lost: choose fewer "
            "neighbors, or compare more items."
        )
    beyond = (kept.value - kept.chance) / (1 - kept.chance)
    if kept.low <= kept.chance:
        degree = "The neighborhoods agree no more than by chance"
    else:
        none = "Nearly no neighborhood is left"
        degree = next((text for least, text in DEGREES if beyond >= least), none)
    return (
        f"{degree}: of an item’s {found.k} nearest, {kept.value * found.k:.1f} are the same in "
        f"both spaces on average; by chance it would be {kept.chance * found.k:.1f}."
    )


def meaning(name: str, found: Comparison) -> str:
    """Return what a figure means."""
    return MEANINGS[name].format(k=found.k)


def value(figure: Figure) -> str:
    """Return a figure with its interval and what chance gives."""
    if math.isnan(figure.value):
        return "cannot be computed: all distances in one space are equal"
    return f"{figure.value:.3f} ({spread(figure)})"


def spread(figure: Figure) -> str:
    """Return a figure's interval and what chance gives."""
    return f"95 % interval {figure.low:.3f} to {figure.high:.3f}; by chance {figure.chance:.3f}"


def drift_verdict(found: Drift) -> str:
    """Return whether a set has drifted, in one sentence."""
    if not found.has_drifted:
        return (
            "Nothing has drifted: chance alone makes differences as large as those between these "
            f"{found.compared[0]:,} and {found.compared[1]:,} items (p = {found.p:.2g})."
        )
    regions = found.drifted
    if not regions:
        return (
            f"The sets differ as a whole (p = {found.p:.2g}), but no single cluster shows it. The "
            "difference is small everywhere."
        )
    named = "; ".join(f"“{one.name}” {kind(one)}" for one in regions[:3])
    more = f"; and {len(regions) - 3} more" if len(regions) > 3 else ""
    return f"The current set has drifted: {named}{more}."


def kind(one: Region) -> str:
    """Return what happened to a cluster."""
    if one.is_new:
        return "is new"
    if one.share_p < P:
        return "has grown" if one.excess > 0 else "has shrunk"
    return "has moved" if one.shift_p < P else "is as it was"


def drift_figures(found: Drift) -> list[tuple[str, str, str]]:
    """Return the figures of the sets as a whole: title, value, meaning."""
    return [
        (
            "A classifier’s AUC",
            f"{found.auc:.3f} (95 % interval {found.auc_low:.3f} to {found.auc_high:.3f}; by "
            "chance 0.500)",
            "A logistic regression looks at one item and guesses which set it is from. 0.5: it can "
            "only guess; 1: it is always right.",
        ),
        (
            "Maximum mean discrepancy",
            f"{found.mmd:.2g}, p = {found.p:.3f}",
            "How far the two clouds lie apart. p: how often two sets drawn by chance from all "
            f"items lie as far apart. Below {P:g} it counts as drift.",
        ),
    ]
