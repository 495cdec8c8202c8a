"""The steps of “Facts”: watch it train, ask it, see how good it is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.beyond.course import Course
from explorer.beyond.facts import job
from explorer.beyond.facts.graph import RELATION, Graph, cannot_be_held_out
from explorer.beyond.facts.learned import Learned, by_relation
from explorer.beyond.facts.lesson import arrows, single_facts
from explorer.beyond.facts.models import MODELS
from explorer.beyond.facts.ranking import Ranking, most_frequent, rank
from explorer.beyond.facts.training import LOOKED_AT, Recipe, course_key
from explorer.errors import QueryError
from explorer.figures.analogies import pairs_figure
from explorer.figures.course import course_figure
from explorer.figures.facts import question_figure
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.facts import lesson
from explorer.ui.beyond.facts.data import Wanted, tell_graph
from explorer.ui.lessons.lesson import choose_step, offer_map
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.ui.shell.word_fields import word_field

TAILS, HEADS = "Which tail?", "Which head?"
DRAWN_ARROWS = 12  # in the picture of a training: more would hide each other
MOSTLY = 0.8  # of a relation's facts
BASELINE = "most frequent"
EXAMPLES = {  # of the countries
    "France · capital · ?": ("France", "capital", TAILS),
    "? · borders · France": ("France", "borders", HEADS),
    "Peru · language · ?": ("Peru", "language", TAILS),
    "? · currency · Euro": ("Euro", "currency", HEADS),
}
MARKS_TOLD = (
    "**Trained**: it learned from this fact. **Held out**: a true fact that it never saw. "
    "**Wrong**: no fact of this table."
)


def show(wanted: Wanted) -> None:
    """Draw the steps, and the one that is open."""
    step = choose_step(pattern.STEPS, key="facts_step")
    if step == pattern.LESSON:
        lesson.show(wanted.graph, is_sample=wanted.is_sample)
        return
    training = training_of(wanted.graph, wanted.recipe)
    draw = partial(watch, wanted) if step == pattern.WATCH else None
    course = pattern.train(training, draw)
    if course is None or (course.epoch == 0 and step != pattern.WATCH):
        return
    learned = learned_from(wanted.graph, wanted.recipe, course)
    if step == pattern.ASK:
        ask(learned, is_sample=wanted.is_sample)
    elif step == pattern.JUDGE:
        judge(learned)
    else:
        tell_graph(wanted)
        offer_map(learned.space(), "Open the entities on the Map", key="facts map")


def training_of(graph: Graph, recipe: Recipe) -> pattern.Training:
    """Return what has to be done to learn a graph."""
    return pattern.Training(
        course_key(graph, recipe),
        partial(job.start, progress.jobs(), graph, recipe),
        MODELS[recipe.model].title,
    )


def learned_from(graph: Graph, recipe: Recipe, course: Course) -> Learned:
    """Return what was learned, with its rankings computed once for all visitors."""
    return learned_once(course_key(graph, recipe), course.epoch, graph, recipe, course)


@st.cache_resource(show_spinner=False, max_entries=16)
def learned_once(key: str, epoch: int, _graph: Graph, _recipe: Recipe, _course: Course) -> Learned:
    """Return what was learned up to an epoch."""
    return Learned(_graph, _recipe, _course)


@st.cache_resource(show_spinner=False, max_entries=8)
def usual_on_valid(digest: str, _graph: Graph) -> Ranking:
    """Return what the baseline reaches on the facts by which progress is judged."""
    return rank(_graph, _graph.valid[:LOOKED_AT], most_frequent(_graph))


def watch(wanted: Wanted, course: Course) -> None:
    """Draw a relation's arrows as they stand, and how good the model is by now."""
    graph, recipe = wanted.graph, wanted.recipe
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        draw_arrows(graph, course)
    with right:
        st.markdown(f"**{MODELS[recipe.model].title}.** {MODELS[recipe.model].idea}")
        usual = usual_on_valid(graph.digest, graph)
        epochs = [look.epoch for look in course.looks]
        hits = [look.figures["Hits@10"] for look in course.looks]
        if len(graph.valid):
            show_chart(
                course_figure(
                    epochs,
                    hits,
                    {BASELINE: usual.hits(), "chance": usual.chance()},
                    course.epochs,
                    title="Hits@10",
                    dark=is_dark(),
                ),
                f"Hits@10 on held-out facts after each epoch: {hits[-1]:.3f} after the last",
                {"epoch": epochs, "Hits@10": hits, "loss": [look.loss for look in course.looks]},
                key="facts course",
            )
            st.caption(
                "Hits@10: how often the right answer to a fact that it never saw is among its "
                "first ten."
            )


def draw_arrows(graph: Graph, course: Course) -> None:
    """Draw the arrows of the relation with the most heads that have a tail of their own."""
    counts = [len(single_facts(graph, relation)) for relation in graph.relations]
    relation = graph.relations[counts.index(max(counts))]
    try:
        facts = single_facts(graph, relation)[:: max(1, max(counts) // DRAWN_ARROWS)]
        family = arrows(graph, facts[:DRAWN_ARROWS], course.state["entities"])
        figure = pairs_figure(family, dark=is_dark(), height=430)
    except QueryError as error:
        tell(error)
        return
    show_chart(
        figure,
        f"The arrows of “{relation}” after epoch {course.epoch}",
        family.to_arrow(),
        key="facts arrows",
    )
    st.caption(
        f"“{plain(relation)}” after epoch {course.epoch:,}: {len(family.pairs)} of its arrows, "
        f"mean cosine {family.parallelism:.2f} to each other."
    )


def ask(learned: Learned, *, is_sample: bool) -> None:
    """Ask for the tail or the head of a fact; draw the way, and list the ten best."""
    graph = learned.graph
    settle_question(graph, is_sample=is_sample)
    if is_sample:
        st.pills(
            "Examples", list(EXAMPLES), key="facts example", on_change=take_example,
            label_visibility="collapsed",
        )  # fmt: skip
    side, given, kind = st.columns([1, 1.3, 1], vertical_alignment="top")
    asked = side.segmented_control(
        "Asked for",
        [TAILS, HEADS],
        required=True,
        # an example may have set it: Streamlit warns of two values
        default=None if "fact_side" in st.session_state else TAILS,
        key=address.choice("fact_side", [TAILS, HEADS]),
        bind="query-params",
    )
    tails = asked == TAILS
    space = learned.space()
    known = word_field(given, "Head" if tails else "Tail", space, key="fact_of", unseen=False)
    relation = kind.selectbox(
        "Relation",
        graph.relations,
        key=address.choice("fact_relation", graph.relations),
        bind="query-params",
    )
    if known is None:
        return
    try:
        answer = learned.ask(known, relation, tails=tails)
    except QueryError as error:
        tell(error)
        return
    picture, table = st.columns([1.35, 1], gap="medium")
    with picture:
        show_chart(
            question_figure(answer.picture, answer.marks, dark=is_dark()),
            f"{answer.question}: the step leads from {known} to a place near {answer.answers[0]}",
            key="facts question",
        )
        st.caption(way_told(learned))
    with table:
        st.markdown(f"**{plain(answer.question)}**")
        named_table(
            answer.to_arrow(),
            answer.question,
            height=38 + 35 * len(answer.answers),
            column_config={
                "place": st.column_config.NumberColumn(width=50),
                "score": st.column_config.NumberColumn(format="%.2f", width=70),
            },
        )
        st.caption(MARKS_TOLD)


def way_told(learned: Learned) -> str:
    """Say what the picture shows, in the words of the model."""
    if learned.model.is_distance:
        return (
            "The open circle is where the model looks for the answer: the nearest points win. "
            "The picture is the plane of the step and the best answer; points off it look nearer "
            "than they are."
        )
    return (
        "The open circle is where the relation leads. This model scores by dot product: an answer "
        "wins by lying far out in that direction, and need not lie beside the circle."
    )


def settle_question(graph: Graph, *, is_sample: bool) -> None:
    """Give the fields a question that the graph can answer, where they have none."""
    head, relation, _ = graph.facts[0]
    usual = (
        ("France", "capital") if is_sample else (graph.entities[head], graph.relations[relation])
    )
    if st.session_state.get("facts asked of") != graph.digest:
        st.session_state["facts asked of"] = graph.digest
        for name, value, known in (
            ("fact_of", usual[0], graph.entity_id),
            ("fact_relation", usual[1], graph.relations),
        ):
            if st.query_params.get(name, st.session_state.get(name)) not in known:
                st.session_state[name] = value


def take_example() -> None:
    """Put an example into the fields."""
    chosen = st.session_state["facts example"]
    if chosen in EXAMPLES:
        fields = ("fact_of", "fact_relation", "fact_side")
        st.session_state.update(zip(fields, EXAMPLES[chosen], strict=True))


def judge(learned: Learned) -> None:
    """Show the figures on held-out facts, beside the baseline and chance."""
    graph, title = learned.graph, learned.model.title
    model, usual = learned.predicted, learned.baseline
    if not len(graph.test):
        st.info("No fact is held out, so nothing can be said of how well it predicts.")
        return
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        pattern.beside_chance(
            (
                pattern.Figure("Hits@10", model.hits(), usual.hits(), model.chance()),
                pattern.Figure("Hits@1", model.hits(1), usual.hits(1), model.chance(1)),
                pattern.Figure("MRR", model.mrr, usual.mrr, model.chance_mrr()),
                *(
                    pattern.Figure(
                        name, model.hits(side=side), usual.hits(side=side), model.chance()
                    )
                    for side, name in enumerate(("Hits@10, tails", "Hits@10, heads"))
                ),
            ),
            title,
            BASELINE,
        )
        st.caption(
            f"{len(graph.test):,} facts that it never saw, each asked in both directions. The "
            "right answer is ranked among all entities, without the other right ones. Hits@10: "
            "how often it is among the first ten. MRR: the mean of 1 / place. Most frequent: no "
            "model, always the most frequent answers to this relation."
        )
    with right:
        named_table(by_relation(learned), "facts, Hits@10 by relation", column_config=THREE_PLACES)
        tell_memorized(graph)
        st.caption(
            "This table is Hits@10. Memorized: asked of facts that it learned from. "
            "Predicted: asked of those it never saw. "
            f"Of all that {title} learned from, Hits@10 is {learned.memorized.hits():.3f}."
        )


THREE_PLACES = {
    name: st.column_config.NumberColumn(format="%.3f")
    for name in ("memorized", "predicted", "most frequent")
}


def tell_memorized(graph: Graph) -> None:
    """Say of which relations most facts can be memorized and never predicted."""
    alone = cannot_be_held_out(graph)
    for kind, name in enumerate(graph.relations):
        of_kind = graph.facts[:, RELATION] == kind
        n, total = int((alone & of_kind).sum()), int(of_kind.sum())
        if n > MOSTLY * total:
            st.markdown(
                f":material/lightbulb: **Memorized, never predicted**: {n:,} of the {total:,} "
                f"facts of “{plain(name)}” have a name that occurs in no other fact. Whoever has "
                "not read such a fact cannot know it, so none of them is held out."
            )
