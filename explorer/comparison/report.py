"""A comparison as one HTML file, which loads nothing: for a pipeline's artifacts."""

from __future__ import annotations

from html import escape

import numpy as np

from explorer.comparison.compare import Comparison
from explorer.comparison.drift import Drift
from explorer.comparison.matching import left_out
from explorer.comparison.sentences import (
    TITLES,
    drift_figures,
    drift_verdict,
    kind,
    meaning,
    value,
    verdict,
)
from explorer.space import EmbeddingSpace

MOST_LEFT_OUT = 1000  # items without a partner
LISTED = 50  # items that moved most
NEIGHBORS = 10  # of each item, in each list
LONGEST = 160  # letters of a label
BARS = 21

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --text: #1b242c; --quiet: #52606d; --border: #d5dce2; --ground: #fcfdfd;
  --went: #a33b00; --came: #00664a; --bar: #0068a3; }}
@media (prefers-color-scheme: dark) {{ :root {{ --text: #e4e9ed; --quiet: #9aa5b1;
  --border: #303a42; --ground: #0f1418; --went: #f0b35a; --came: #6fd3ae; --bar: #7cc4ee; }} }}
body {{ margin: 2rem auto; padding: 0 1rem; max-width: 68rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--ground); overflow-wrap: anywhere; }}
h1 {{ font-size: 1.6rem; line-height: 1.3; }} h2 {{ font-size: 1.2rem; margin-top: 2rem; }}
.verdict {{ font-size: 1.15rem; border-left: 4px solid var(--bar); padding-left: 1rem; }}
.quiet {{ color: var(--quiet); }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0;
  border-bottom: 1px solid var(--border); }}
th:first-child {{ min-width: 9rem; }} tr:first-child th {{ overflow-wrap: normal; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.went {{ color: var(--went); text-decoration: line-through; }}
.came {{ color: var(--came); font-weight: 600; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def comparison_page(found: Comparison) -> str:
    """Return the report of two spaces of the same items; all labels are escaped."""
    one, other = shown(found.space.name), shown(found.other.name)
    figures = "".join(
        f"<tr><th>{TITLES[name]}</th><td>{escape(value(figure))}</td>"
        f"<td class=quiet>{escape(meaning(name, found))}</td></tr>"
        for name, figure in found.figures().items()
    )
    notes = "".join(f"<li>{shown(note, None)}</li>" for note in found.notes())
    moved = "".join(moved_row(found, int(place)) for place in found.order[:LISTED])
    listed = min(LISTED, len(found))
    body = f"""<p class=verdict>{escape(verdict(found))}</p>
<p class=quiet>{len(found):,} shared items, matched by “{shown(found.matching.on)}”:
{len(found.space):,} × {found.space.dim:,} in {one}, {len(found.other):,} × {found.other.dim:,} in
{other}.</p>
<ul class=quiet>{notes}</ul>
{without_partner(found)}
<h2>Do they agree?</h2>
<table>{figures}</table>
<h2>How many neighbors each item kept</h2>
{bars(found)}
<h2>Who moved?</h2>
<p class=quiet>The {listed:,} items that kept the fewest neighbors; of equals, the farthest after
alignment first. <span class=went>Went</span>: a neighbor in {one} alone.
<span class=came>Came</span>: in {other} alone.</p>
<table><tr><th>Item</th><th>Kept&nbsp;of&nbsp;{found.k}</th><th>Neighbors in {one}</th>
<th>Neighbors in {other}</th></tr>
{moved}</table>"""
    return PAGE.format(title=f"{one} and {other}", body=body)


def without_partner(found: Comparison) -> str:
    """Return the items that were left out, and why; nothing where all were compared."""
    table = left_out(found.matching, found.space, found.other)
    if not len(table):
        return ""
    rows = "".join(
        f"<tr><th>{shown(one['item'])}</th><td>{shown(one['space'])}</td>"
        f"<td class=number>{one['row']:,}</td><td>{one['why']}</td></tr>\n"
        for one in table.slice(0, MOST_LEFT_OUT).to_pylist()
    )
    told = f"{len(table):,} items were left out"
    if len(table) > MOST_LEFT_OUT:
        told += f"; the first {MOST_LEFT_OUT:,} are listed"
    return (
        f"<details><summary>{told}</summary><table><tr><th>Item</th><th>Space</th><th>Row</th>"
        f"<th>Why</th></tr>\n{rows}</table></details>"
    )


def shown(text: str, longest: int | None = LONGEST) -> str:
    """Return a text as HTML that shows it, cut where it is long."""
    cut = text if longest is None or len(text) <= longest else text[: longest - 1] + "…"
    return escape(cut)


def moved_row(found: Comparison, place: int) -> str:
    """Return one item's line with both lists of neighbors."""
    kept = found.kept[place]
    lists = neighbor_lists(found, place)
    cells = "".join(
        "<td>"
        + ", ".join(
            f"<span class={mark}>{shown(label)}</span>" if changed else shown(label)
            for label, changed in one[:NEIGHBORS]
        )
        + (" …" if len(one) > NEIGHBORS else "")
        + "</td>"
        for one, mark in zip(lists, ("went", "came"), strict=True)
    )
    label = shown(found.space.label(int(found.matching.rows[place])))
    told = "—" if np.isnan(kept) else f"{kept * found.k:.0f}"
    return f"<tr><th>{label}</th><td>{told}</td>{cells}</tr>\n"


def neighbor_lists(found: Comparison, place: int) -> tuple[list[tuple[str, bool]], ...]:
    """Return an item's k neighbors in both spaces: label, and whether the other list lacks it."""
    lists = [
        one[place, : found.k] for one in (found.measured.neighbors, found.measured.other_neighbors)
    ]
    return tuple(
        [
            (found.space.label(int(found.matching.rows[near])), bool(near not in other))
            for near in one
        ]
        for one, other in (lists, lists[::-1])
    )


def bars(found: Comparison) -> str:
    """Return a bar chart as SVG, and its numbers as text for whoever does not see it."""
    known = found.kept[np.isfinite(found.kept)]
    edges = np.linspace(0, 1, min(BARS, found.k + 1) + 1)
    counts = np.histogram(known, edges)[0]
    width, most = 640 / len(counts), max(1, counts.max(initial=0))
    drawn = "".join(
        f'<rect x="{place * width + 1:.1f}" y="{120 - 110 * n / most:.1f}" '
        f'width="{width - 2:.1f}" height="{110 * n / most:.1f}"><title>{n:,} items</title></rect>'
        for place, n in enumerate(counts.tolist())
    )
    none, whole = int((known == 0).sum()), int((known == 1).sum())
    return (
        f'<svg viewBox="0 0 640 140" style="max-width: 40rem; fill: var(--bar)" role="img" '
        f'aria-label="Items by the share of neighbors they kept">{drawn}'
        '<text x="0" y="138" style="fill: var(--quiet)">none</text>'
        '<text x="640" y="138" text-anchor="end" style="fill: var(--quiet)">all</text></svg>'
        f"<p class=quiet>{none:,} items kept none of their neighbors, {whole:,} kept all.</p>"
    )


def drift_page(found: Drift, reference: EmbeddingSpace, current: EmbeddingSpace) -> str:
    """Return the report of a current set beside a reference set; all labels are escaped."""
    figures = "".join(
        f"<tr><th>{title}</th><td>{escape(told)}</td><td class=quiet>{escape(means)}</td></tr>"
        for title, told, means in drift_figures(found)
    )
    regions = "".join(
        f"<tr><th>{shown(one.name)}</th><td class=number>{one.reference:,}</td>"
        f"<td class=number>{one.current:,}</td><td>{escape(kind(one))}</td>"
        f"<td>{', '.join(shown(current.label(row)) for row in one.examples)}</td></tr>\n"
        for one in found.regions
    )
    body = f"""<p class=verdict>{shown(drift_verdict(found), None)}</p>
<h2>The sets as a whole</h2>
<table>{figures}</table>
<h2>Clusters over both, those with more of the current set first</h2>
<table><tr><th>Cluster</th><th>Reference</th><th>Current</th><th></th>
<th>Examples from the current set</th></tr>
{regions}</table>"""
    title = f"{shown(current.name)} after {shown(reference.name)}"
    return PAGE.format(title=title, body=body)
