"""Beside the map: keep what was chosen as a set or by a tag, and the list of sets and tags."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.conditions import quoted
from explorer.errors import ExplorerError, WorkspaceError
from explorer.projection.sampling import whole_space
from explorer.ui.filter import state
from explorer.ui.filter.columns import columns_of
from explorer.ui.pointcloud import Selection
from explorer.ui.sets import kept
from explorer.ui.sets.at_hand import Points, ask_which, at_hand, in_sets
from explorer.ui.sets.take_home import take_home
from explorer.ui.shell import address, owner
from explorer.ui.shell.plain import plain
from explorer.wording import count
from explorer.workspace import store
from explorer.workspace.annotations import (
    KINDS,
    LONGEST_NAME,
    SETS,
    TAGS,
    Annotations,
    Operation,
    RowSet,
    column_of,
)

NAME, RENAMING = "sets name", "sets renaming"  # session state
MOST_TOGGLED = 12  # tags, as buttons of one click
MOST_LISTED = 20  # sets and tags; beyond, a field looks for others
ICONS = {SETS: ":material/bookmark:", TAGS: ":material/sell:"}


def show(
    space: EmbeddingSpace, projection: Projection, selection: Selection, hits: NDArray[np.intp]
) -> None:
    """Draw the three buttons: keep the points at hand, sets and tags, take home."""
    found = kept.kept(space)
    points = at_hand(space, selection, hits)
    with st.container(gap="xsmall"):  # what comes and goes in it closes no popover
        if kept.ERROR in st.session_state:
            st.error(plain(st.session_state.pop(kept.ERROR)), icon=":material/error:")
        offer_former(space)
    row = st.container(horizontal=True, horizontal_alignment="distribute", gap="xsmall")
    with row.popover(
        "Keep",
        key="keep popover",
        icon=":material/bookmark_add:",
        type="tertiary",
        help="Save the selected, found or filtered points as a set, or tag them",
    ):
        ask_keeping(space, points, found.annotations)
    number = f" {len(found.annotations)}" if len(found.annotations) else ""
    with row.popover(
        f"Sets{number}",
        key="sets popover",
        icon=":material/bookmarks:",
        type="tertiary",
        help="Your sets and tags: filter by them, rename, remove, undo",
    ):
        show_sets(space, found)
    with row.popover(
        "Take home",
        key="take popover",
        icon=":material/download:",
        type="tertiary",
        help="These points as a file, the same in Python, and the whole workspace",
    ):
        whole = whole_space(space)
        every = Points(f"all {len(whole):,} points", f"all {len(whole)}", np.arange(len(whole)))
        take_home(space, projection, [*points, *in_sets(found.annotations), every], found)


def ask_keeping(space: EmbeddingSpace, points: list[Points], now: Annotations) -> None:
    """Ask how to keep the points at hand: as a set, by a new tag, or by tags that are there."""
    if not points:
        st.markdown("**Nothing is chosen yet.**")
        st.caption(
            "Draw a lasso around points (hold Shift and drag), click one, search, or filter. "
            "Then save them as a set, or tag them."
        )
        return
    chosen = points[0]
    if len(points) == 1:
        st.markdown(f"**Keep {plain(chosen.title)}**")
    else:
        chosen = ask_which("Keep", points)
    st.text_input(
        "Name of the set or tag",
        key=NAME,
        placeholder=now.free_name("set", whole_space(space).table().column_names),
        max_chars=LONGEST_NAME,
    )
    st.button(
        "Save as a set",
        icon=ICONS[SETS],
        type="primary",
        width="stretch",
        on_click=save,
        args=(space, chosen),
    )
    st.button(
        "Tag with it",
        icon=ICONS[TAGS],
        width="stretch",
        help="Several tags have commas between them. A point may have many.",
        on_click=tag,
        args=(space, chosen),
    )
    toggle_tags(space, chosen, now)


def toggle_tags(space: EmbeddingSpace, chosen: Points, now: Annotations) -> None:
    """Draw the tags that are there; a click puts one on all these points, or takes it off."""
    if not now.tags:
        return
    offered = list(now.tags)[-MOST_TOGGLED:]
    members = RowSet.of(now.n, chosen.rows).mask
    on = [name for name in offered if not (members & ~now.tags[name].mask).any()]
    key = f"tags of {hash((members.tobytes(), tuple(offered), tuple(on)))}"

    def switch() -> None:
        wanted = set(st.session_state[key])
        for name in offered:
            if (name in wanted) != (name in on):
                mark(space, chosen, name, on=name in wanted)

    st.pills(
        "Tags of all these points",
        offered,
        default=on,
        selection_mode="multi",
        format_func=plain,
        key=key,
        on_change=switch,
    )


def save(space: EmbeddingSpace, points: Points) -> None:
    """Save points as a set under the name that was typed, or under a number."""
    typed = str(st.session_state.get(NAME) or "").strip()
    now = kept.kept_annotations(space)
    taken = [name for name in columns_of(space).column_names if name not in now.sets]
    name = typed or now.free_name("set", taken)
    if typed and " ".join(typed.split()) in now.sets:
        told = f"There is a set “{typed}” already. Choose another name, or remove that set."
        kept_error(told)
        return
    try:
        used = kept.keep(space, name, points.rows, taken)
    except ExplorerError as error:
        kept_error(str(error))
        return
    done(f"Saved {points.title} as “{used}”. It is in the list under Sets.")


def tag(space: EmbeddingSpace, points: Points) -> None:
    """Put the tags that were typed, with commas between, on points."""
    typed = [one.strip() for one in str(st.session_state.get(NAME) or "").split(",")]
    names = [one for one in typed if one]
    if not names:
        kept_error("Give the tag a name: a word or a few. Several tags have commas between them.")
    for name in names:
        mark(space, points, name, on=True)


def mark(space: EmbeddingSpace, points: Points, name: str, *, on: bool) -> None:
    """Put a tag on points, or take it off."""
    off = f"take the tag “{name}” off {points.title}"
    what = f"tag {points.title} as “{name}”" if on else off
    if change(
        space,
        what,
        lambda now: (now.tagged if on else now.untagged)(name, points.rows),
    ):
        done(f"Tagged {points.title}: “{name}”." if on else f"Took “{name}” off {points.title}.")


def change(space: EmbeddingSpace, what: str, operation: Operation) -> bool:
    """Change sets or tags and return whether that worked; what is wrong is told on the screen."""
    try:
        kept.change(space, what, operation)
    except ExplorerError as error:
        kept_error(str(error))
        return False
    return True


def done(told: str) -> None:
    """Tell that something was kept, and empty the field of its name."""
    st.session_state[NAME] = ""
    st.toast(f"{plain(told)} Undo is there, too.", icon=":material/check:")


def kept_error(told: str) -> None:
    """Let the screen tell what went wrong."""
    st.session_state[kept.ERROR] = told


def show_sets(space: EmbeddingSpace, found: store.Kept) -> None:
    """List sets and tags with their counts: a click filters; rename, remove, undo, redo."""
    every = [(kind, name) for kind in KINDS for name in found.annotations.of(kind)]
    if not every:
        st.markdown("**No sets and no tags yet.**")
        st.caption("“Keep” saves points under a name. Here you filter by them, then.")
    listed = every
    if len(every) > MOST_LISTED:
        part = st.text_input("Find a set or tag", key="sets find").casefold()
        listed = [one for one in every if part in one[1].casefold()]
    elif every:
        st.caption("Click a name to see these points alone. Color by them above the map.")
    with st.container(gap=None):
        for kind, name in listed[:MOST_LISTED]:
            show_line(space, found.annotations, kind, name)
    if len(listed) > MOST_LISTED:
        st.caption(f"… and {len(listed) - MOST_LISTED:,} more: type a part of the name.")
    undo, redo = st.columns(2)
    for column, label, icon, told, step in (
        (undo, "Undo", ":material/undo:", found.undo, store.undo),
        (redo, "Redo", ":material/redo:", found.redo, store.redo),
    ):
        column.button(
            label,
            icon=icon,
            width="stretch",
            disabled=not told,
            help=plain(f"{label}: {told}") if told else None,
            on_click=go,
            args=(space, found.version, step),
        )
    st.caption(how_long())


def show_line(space: EmbeddingSpace, now: Annotations, kind: str, name: str) -> None:
    """Draw a set or a tag: its name and count, which filter by it; rename and remove."""
    word, size = KINDS[kind], now.of(kind)[name].size
    if st.session_state.get(RENAMING) == (kind, name):
        st.text_input(
            f"New name of the {word} “{plain(name)}”",
            value=name,
            key=f"rename to {kind} {name}",
            max_chars=LONGEST_NAME,
            on_change=rename,
            args=(space, kind, name),
        )
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.button(
            f"{plain(name)} · {size:,}",
            icon=ICONS[kind],
            key=f"filter by {kind} {name}",
            type="tertiary",
            help=f"Show {count(size, 'point')} of this {word} alone",
            on_click=state.narrow,
            args=(quoted(column_of(kind, name)),),
        )
        st.space("stretch")
        st.button(
            "Rename",
            icon=":material/edit:",
            key=f"only-icon rename {kind} {name}",
            type="tertiary",
            help=f"Rename this {word}",
            on_click=st.session_state.update,
            args=({RENAMING: (kind, name)},),
        )
        st.button(
            "Remove",
            icon=":material/delete:",
            key=f"only-icon remove {kind} {name}",
            type="tertiary",
            help=f"Remove this {word}; the points stay",
            on_click=remove,
            args=(space, kind, name),
        )


def remove(space: EmbeddingSpace, kind: str, name: str) -> None:
    """Remove a set or a tag."""
    change(space, f"remove the {KINDS[kind]} “{name}”", lambda now: now.without(kind, name))


def rename(space: EmbeddingSpace, kind: str, name: str) -> None:
    """Rename a set or a tag, in the filter too."""
    st.session_state.pop(RENAMING, None)
    new = str(st.session_state.get(f"rename to {kind} {name}") or "")
    taken = [one for one in columns_of(space).column_names if one not in kept.columns(space)]
    before = set(kept.kept_annotations(space).of(kind))
    what = f"rename the {KINDS[kind]} “{name}”"
    if not change(space, what, lambda now: now.renamed(kind, name, new, taken)):
        return
    for used in set(kept.kept_annotations(space).of(kind)) - before:
        old, now = quoted(column_of(kind, name)), quoted(column_of(kind, used))
        if old in state.condition():
            state.apply(state.condition().replace(old, now))


def go(space: EmbeddingSpace, seen: int, step: object) -> None:
    """Undo or redo a step, unless another tab was faster."""
    workspace = address.workspace()
    try:
        if workspace is None or not callable(step):
            raise WorkspaceError("There is nothing to undo.")
        step(workspace, whole_space(space), seen)
    except ExplorerError as error:
        kept_error(str(error))


def offer_former(space: EmbeddingSpace) -> None:
    """On one's own machine, offer the sets that were kept of this space before."""
    if address.workspace() is not None or owner.answers_others():
        return
    try:
        former = next(iter(store.workspaces_of(whole_space(space))), None)
        found = store.load(former, whole_space(space)).annotations if former else ()
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if former and len(found):
        st.button(
            f"Use the {count(len(found), 'set or tag', 'sets and tags')} kept of this space",
            icon=":material/history:",
            help="You, or somebody else on this machine, saved them when it was open before.",
            on_click=address.keep_workspace,
            args=(former,),
        )


def how_long() -> str:
    """Return how long sets are kept here, and who can reach them."""
    if not owner.answers_others():
        return "Kept on this machine; the address of this page leads to them."
    return (
        f"Kept on this server, for at least {store.KEPT_DAYS} days after their last use. Whoever "
        "has the link of this page can see and change them. Take home a workspace to keep a copy."
    )
