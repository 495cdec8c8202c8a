"""The command `compare`: two files of vectors, their agreement or their drift."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.cli.formats import declare_force, terminal_bar
from explorer.comparison.compare import Comparison, K, compare
from explorer.comparison.drift import Drift, drift
from explorer.comparison.report import comparison_page, drift_page
from explorer.comparison.sentences import (
    TITLES,
    drift_figures,
    drift_verdict,
    kind,
    value,
    verdict,
)
from explorer.errors import QueryError
from explorer.formats import open_space
from explorer.formats.target import check_targets, new_files

LEAST, MOST = 0.5, 0.6  # the default thresholds: docs/compare.md says why
MOVED = 10  # items that are printed


def declare_compare(parser: argparse.ArgumentParser) -> None:
    """Declare what `compare` takes."""
    parser.add_argument("one", help="the old space, or the reference set: any file the app opens")
    parser.add_argument("other", help="the new space, or the current set")
    parser.add_argument("--on", metavar="COLUMN", help="match items by this (default: the label)")
    parser.add_argument("--k", type=int, default=K, help=f"neighbors to compare (default: {K})")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write one HTML file")
    parser.add_argument(
        "--drift", action="store_true", help="the two are different items by the same model"
    )
    parser.add_argument(
        "--least-overlap",
        type=float,
        default=LEAST,
        metavar="SHARE",
        help=f"exit with 1 if items kept fewer neighbors on average (default: {LEAST:g})",
    )
    parser.add_argument(
        "--most-auc",
        type=float,
        default=MOST,
        metavar="AUC",
        help="with --drift: exit with 1 if the sets differ by more than chance, and a classifier "
        f"tells them apart better than this (default: {MOST:g})",
    )
    declare_force(parser)


def run_compare(given: argparse.Namespace) -> int:
    """Compare two files; 1 past the threshold, as a pipeline expects."""
    for name, share in (("--least-overlap", given.least_overlap), ("--most-auc", given.most_auc)):
        if not 0 <= share <= 1:
            raise QueryError(f"{name} is {share:g}. Give a share from 0 to 1.")
    sources = [Path(given.one), Path(given.other)]
    if given.report is not None:  # before the long work
        check_targets([given.report], overwrite=given.force, sources=sources)
    one, other = (open_space(source, report=terminal_bar()) for source in sources)
    if given.drift:
        drifted = drift(one, other, report=terminal_bar())
        print_drift(drifted)
        page = drift_page(drifted, one, other)
        is_past = drifted.has_drifted and drifted.auc > given.most_auc
        limit = f"the AUC {drifted.auc:.3f} is above --most-auc {given.most_auc:g}"
    else:
        found = compare(one, other, given.k, given.on, report=terminal_bar())
        print_comparison(found)
        page = comparison_page(found)
        is_past = not found.agreement >= given.least_overlap
        limit = (
            f"the overlap {found.agreement:.3f} is below --least-overlap {given.least_overlap:g}"
        )
    if given.report is not None:
        with new_files([given.report], overwrite=given.force, sources=sources) as (path,):
            path.write_text(page, encoding="utf-8")
        print(f"The report is in {given.report}.")
    if is_past:
        print(f"Past the threshold: {limit}.")
    return int(is_past)


def print_comparison(found: Comparison) -> None:
    """Print the verdict, the figures and the items that moved most."""
    print(f"{found.space.name} and {found.other.name}: {len(found):,} shared items")
    print(verdict(found))
    for note in found.notes():
        print(f"! {note}")
    for name, figure in found.figures().items():
        print(f"{TITLES[name]:26} {value(figure)}")
    moved = found.order[:MOVED]
    labels = found.space.labels_at(found.matching.rows[moved])
    print(f"The most moved: {', '.join(labels)}")


def print_drift(found: Drift) -> None:
    """Print the verdict, the figures and the clusters that differ."""
    print(drift_verdict(found))
    for title, told, _ in drift_figures(found):
        print(f"{title:26} {told}")
    for one in found.drifted:
        print(f"{one.reference:7,} → {one.current:7,}  {one.name}: {kind(one)}")
