"""“Ask it”: choose what you like, see where your point lands, what is near, and why."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from explorer.beyond.tastes.learned import Learned, You
from explorer.beyond.tastes.tastes import Tastes
from explorer.errors import QueryError
from explorer.figures.tastes import Guest, taste_map
from explorer.projection import Projection
from explorer.projection import job as drawing
from explorer.projection.job import Picture
from explorer.projection.out_of_sample import place
from explorer.projection.sampling import draw
from explorer.space import EmbeddingSpace
from explorer.ui.beyond.tastes import points
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.ui.shell.word_fields import word_field

LIKES = "likes"  # session state, and a parameter of the address
ADD, ADDED = "like", "like added"  # session state: the field, and whether it is to be emptied
OFFERED_WHOLE = 1_000  # items: of more, a list would be too long to send
MOST_LIKES = 20
MOST_DRAWN = 5_000
LACKING = 3  # items of a dish that are named besides yours
EXAMPLES = {  # those whose items a table has are offered
    "Pasta evening": ["basil", "tomato", "garlic", "olive oil", "parmesan"],
    "Noodle shop": ["soy sauce", "ginger", "spring onion", "sesame oil", "wheat noodles"],
    "Lime and coconut": ["coconut milk", "lime", "lemongrass", "chili", "fish sauce"],
    "Curry house": ["cumin", "turmeric", "ginger", "yogurt", "garam masala"],
    "Taco stand": ["corn tortilla", "avocado", "lime", "cilantro", "black beans"],
    "Sweet tooth": ["chocolate", "butter", "sugar", "vanilla", "egg"],
    "Space": ["Star Wars (1977)", "Alien (1979)", "Blade Runner (1982)", "Aliens (1986)"],
    "For children": ["Toy Story (1995)", "Lion King, The (1994)", "Babe (1995)"],
    "In love": [
        "Sleepless in Seattle (1993)", "When Harry Met Sally... (1989)", "Ghost (1990)",
    ],
}  # fmt: skip


def show(learned: Learned) -> None:
    """Ask what is liked; draw where that is, and tell what it leads to."""
    liked = ask_likes(learned)
    nouns = learned.tastes.nouns
    if not liked:
        st.info(f"Choose some {nouns.items} that you like, and your point appears.")
        return
    try:
        you = learned.you(liked)
    except QueryError as error:
        tell(error)
        return
    if learned.tastes.about_users is not None:
        picture, table = st.columns([1, 1], gap="medium")
        with picture:
            draw_you(learned, you)
        with table:
            near_users(learned.tastes, you)
        offered(learned, you)
        return
    picture, table = st.columns([1, 1.3], gap="medium")
    with picture:
        draw_you(learned, you)
    with table:
        offered(learned, you)


def ask_likes(learned: Learned) -> list[str]:
    """Draw the choice of items, with examples; return what is chosen."""
    tastes = learned.tastes
    settle_likes(tastes)
    fitting = [name for name, items in EXAMPLES.items() if known(tastes, items) == items]
    if fitting:
        st.pills(
            "Examples", fitting, key="tastes example", on_change=take_example,
            label_visibility="collapsed",
        )  # fmt: skip
    whole = len(tastes.items) <= OFFERED_WHOLE
    field, chosen = (
        (st.container(), st.container())
        if whole
        else st.columns([1, 2], vertical_alignment="bottom")
    )
    if not whole:
        add_one(field, learned)
    options = tastes.items if whole else st.session_state[LIKES]
    return chosen.multiselect(
        f"The {tastes.nouns.items} that you like",
        sorted(options, key=str.casefold),
        key=LIKES,
        bind="query-params",
        max_selections=MOST_LIKES,
        select_all=False,  # else Enter takes all that fit what is typed
        placeholder=f"Type or choose {tastes.nouns.items}",
        label_visibility="collapsed",
    )


def settle_likes(tastes: Tastes) -> None:
    """Give the field what this table has: what the address or the session says, else an example."""
    if st.session_state.get("likes asked of") == tastes.digest and LIKES in st.session_state:
        return
    st.session_state["likes asked of"] = tastes.digest
    said = st.session_state.get(LIKES) or st.query_params.get_all(LIKES)
    first = next((items for items in EXAMPLES.values() if known(tastes, items) == items), [])
    st.session_state[LIKES] = known(tastes, said)[:MOST_LIKES] or first


def known(tastes: Tastes, items: Sequence[str]) -> list[str]:
    """Return those items that a table has, each once."""
    return [one for one in dict.fromkeys(items) if one in tastes.item_id]


def take_example() -> None:
    """Put an example into the field."""
    chosen = st.session_state["tastes example"]
    if chosen in EXAMPLES:
        st.session_state[LIKES] = list(EXAMPLES[chosen])


def add_one(place: st.delta_generator.DeltaGenerator, learned: Learned) -> None:
    """Draw a field for one more item, with completions; what is found is added to the likes."""
    if st.session_state.pop(ADDED, False):
        st.session_state[ADD] = ""
    nouns = learned.tastes.nouns
    found = word_field(
        place, f"Add a {nouns.item}", learned.item_space(), key=ADD, unseen=False,
        placeholder="Begin to type",
    )  # fmt: skip
    if found and found not in st.session_state[LIKES]:
        st.session_state[LIKES] = [*st.session_state[LIKES], found][-MOST_LIKES:]
        st.session_state[ADDED] = True
        st.rerun()


def draw_you(learned: Learned, you: You) -> None:
    """Draw the map with your point; the map is computed first, which is shown."""
    space = draw(points.drawn_space(learned), MOST_DRAWN, "random")
    wanted = Picture("umap")
    jobs = progress.jobs()
    projection: Projection | None = drawing.drawn(jobs, space, wanted) or progress.wait_for(
        wanted.key(space),
        lambda: drawing.start(jobs, space, wanted),
        progress.Wait(place="taste map", running="The map is drawn.", narrow=True),
    )
    if projection is None:
        return
    placed = place(space, projection, you.vector)
    near = placed.neighbors[0][:5]
    show_chart(
        taste_map(
            projection.coordinates,
            space.labels,
            points.groups_of(space),
            Guest(placed.coordinates[0], near),
            height=375,
            dark=is_dark(),
        ),
        f"You stand near {', '.join(space.labels_at(near))}",
        key="tastes you",
    )
    st.caption(
        "You stand among your nearest; the map (UMAP) was not moved for you. "
        f"{float(placed.neighbor_recall[0]):.0%} of your {placed.neighbors.shape[1]} nearest in "
        f"all {space.dim} dimensions are drawn nearest to you, too." + sampled(learned, space)
    )


def sampled(learned: Learned, space: EmbeddingSpace) -> str:
    """Say of how many points the map is a sample, where it is one."""
    whole = len(points.drawn_space(learned))
    return "" if whole == len(space) else f" A sample: {len(space):,} of {whole:,} points."


def near_users(tastes: Tastes, you: You) -> None:
    """List the nearest dishes, with what of yours is in them and what they lack."""
    nouns = tastes.nouns
    st.markdown(f"**What you would cook**: the {nouns.users} nearest to you")
    rows = []
    for row, cosine in zip(you.nearest.tolist(), you.cosines, strict=True):
        items = [tastes.items[item] for item in tastes.of_user(row)]
        yours = [one for one in you.liked if one in items]
        others = [one for one in items if one not in yours]
        others.sort(key=lambda one: tastes.item_counts[tastes.item_id[one]])
        more = " …" if len(others) > LACKING else ""
        rows.append(
            {
                nouns.user: tastes.users[row],
                "from": about(tastes, row),
                "yours": f"{len(yours)} of {len(items)}",
                "cosine": cosine,
                "also": ", ".join(others[:LACKING]) + more,
            }
        )
    named_table(
        pa.Table.from_pylist(rows),
        f"{nouns.users} nearest to you",
        height=38 + 35 * len(rows),
        column_config={
            "yours": st.column_config.TextColumn(
                width=58, help=f"How many of its {nouns.items} are yours."
            ),
            "from": st.column_config.TextColumn(width=72),
            "cosine": st.column_config.NumberColumn(format="%.2f", width=58),
            "also": st.column_config.TextColumn(help="Its rarest other parts."),
        },
    )
    st.caption(
        "Nearest by cosine in all dimensions. One with little of yours can still be near: its "
        "other parts go with what you like. “Also” names the rarest of them."
    )


def about(tastes: Tastes, row: int) -> str:
    """Return where a dish comes from."""
    table = tastes.about_users
    assert table is not None
    return str(table.column(0)[row].as_py())


def offered(learned: Learned, you: You) -> None:
    """List what goes with the likes and why, popularity beside it."""
    nouns = learned.tastes.nouns
    own = [place for place, one in enumerate(you.offered) if one not in you.popular] or [0]
    name, share = you.reason(own[0])
    st.markdown(
        f"**What goes with it**, for you: *{plain(you.offered[own[0]])}*, {share:.0%} of it "
        f"because of *{plain(name)}*. Popularity offers everybody *{plain(you.popular[0])}*."
    )
    named_table(
        you.to_arrow(),
        f"{nouns.items} for you",
        height=38 + 35 * len(you.offered),
        column_config={
            "its share": st.column_config.ProgressColumn(
                format="%d%%", min_value=0, max_value=100, width=90
            ),
        },
    )
    st.caption(
        f"Because of: the {nouns.item} of yours that adds most to the score, and its share of the "
        f"score. For everybody: what most {nouns.users} have, without what you named."
    )
