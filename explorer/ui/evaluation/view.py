"""The Evaluation page: a set of questions, asked in the background, and the results."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, cache
from explorer.analogies.arithmetic import ANALOGY_METHODS
from explorer.analogies.benchmark_sets import ANALOGY_SETS, SIMILARITY_SETS, Standard, standard_file
from explorer.analogies.evaluation import (
    RESTRICT_VOCAB,
    AnalogyPlan,
    AnalogyReport,
    plan_analogies,
    start_evaluation,
)
from explorer.analogies.word_similarity import SimilarityReport, evaluate_similarity
from explorer.errors import ExplorerError
from explorer.figures.evaluation import similarity_figure
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, progress, signin
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height

STANDARDS: dict[str, Standard] = {**ANALOGY_SETS, **SIMILARITY_SETS}
OWN_ANALOGIES, OWN_PAIRS = "Own analogies", "Own pairs"
TITLES = {
    **{standard.title: name for name, standard in STANDARDS.items()},
    OWN_ANALOGIES: "",
    OWN_PAIRS: "",
}
METHOD_TITLES = {method.title: name for name, method in ANALOGY_METHODS.items()}
OWN_FORMATS = {
    OWN_ANALOGIES: "Four words a line: man king woman queen. A line “: family” begins a section.",
    OWN_PAIRS: "Two words and a number a line, with tabs between them: cup, mug, 8.5.",
}
MOST_BYTES = 20 << 20  # the Google analogies have 0.6 MB
ASKED = "evaluation asked"  # session state: key of the evaluation that was started here
MOST_WRONG = 2_000  # lines; more are slow to send and to scroll


@dataclass(frozen=True, eq=False)
class Test:
    """A set of questions, and how to ask them."""

    title: str
    content: bytes
    is_analogies: bool
    method: str
    case_insensitive: bool

    @property
    def digest(self) -> str:
        """A digest of the questions, for the job's key."""
        return hashlib.blake2b(self.content, digest_size=16).hexdigest()


def ask_test() -> Test | None:
    """Draw the choice of questions and of how to ask them."""
    what, style = st.columns([5, 1])
    title = what.segmented_control(
        "Questions",
        list(TITLES),
        default=next(iter(TITLES)),
        required=True,
        key=address.choice("questions", list(TITLES)),
        bind="query-params",
        label_visibility="collapsed",
    )
    title = title or next(iter(TITLES))
    is_analogies = TITLES[title] in ANALOGY_SETS or title == OWN_ANALOGIES
    with style.popover("How", icon=":material/tune:", width="stretch"):
        method = "3cosadd"
        if is_analogies:
            titles = list(METHOD_TITLES)
            key = address.choice("arithmetic", titles)
            chosen = st.radio("Method", titles, key=key, bind="query-params")
            method = METHOD_TITLES[chosen or next(iter(METHOD_TITLES))]
        ignore_case = st.toggle("Ignore case", value=True, key="case", bind="query-params")
        st.caption(
            f"Questions and answers use only the first {RESTRICT_VOCAB:,} rows, as in gensim."
        )
    if title not in OWN_FORMATS:
        standard = STANDARDS[TITLES[title]]
        st.caption(
            f"{standard.source}; the file comes with gensim. "
            + (
                "“A is to B as C is to ?”, with the input words left out of the answers."
                if is_analogies
                else "People judged how close two words are in meaning. Does the space agree?"
            )
        )
        try:
            content = standard_file(standard).read_bytes()
        except (ExplorerError, OSError) as error:
            st.error(plain(str(error)), icon=":material/error:")
            return None
        return Test(title, content, is_analogies, method, ignore_case)
    upload = signin.upload(OWN_FORMATS[title], type=["txt", "tsv", "csv"], key=f"own {title}")
    if upload is None:
        return None
    if upload.size > MOST_BYTES:
        st.error(
            f"The file has {upload.size:,} bytes; at most {MOST_BYTES:,} can be read. Use a "
            "shorter file."
        )
        return None
    return Test(upload.name, upload.getvalue(), is_analogies, method, ignore_case)


@st.cache_resource(show_spinner=False, max_entries=8)
def planned(
    digest: str, questions: str, case_insensitive: bool, _space: EmbeddingSpace, _content: bytes
) -> AnalogyPlan:
    """Read the questions once for all visitors."""
    return plan_analogies(_space, _content, case_insensitive=case_insensitive)


def show_analogies(space: EmbeddingSpace, test: Test) -> None:
    """Ask the analogies on request, and show the progress and the results."""
    try:
        plan = planned(space.digest, test.digest, test.case_insensitive, space, test.content)
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    total = sum(len(asked) + len(skipped) for _, asked, skipped in plan.sections)
    if not len(plan.questions):
        st.warning(
            f"{plain(space.name)} has the words of none of the {total:,} questions. Are they in "
            "the same language?",
            icon=":material/search_off:",
        )
        return
    key = cache.content_key(
        kind="analogies",
        space=space.digest,
        questions=test.digest,
        method=test.method,
        case_insensitive=test.case_insensitive,
    )
    job = progress.jobs().find(key)
    start = partial(start_evaluation, progress.jobs(), key, space, plan, test.method)
    is_known = job is not None and job.state.state not in ("failed", "cancelled")
    if not is_known and st.session_state.get(ASKED) != key:
        if missing := total - len(plan.questions):
            st.caption(
                f"{missing:,} questions use words that this space lacks; they are not asked."
            )
        if st.button(
            f"Ask {len(plan.questions):,} of {total:,} questions",
            type="primary",
            icon=":material/play_arrow:",
        ):
            st.session_state[ASKED] = key
            progress.come_back(key)
            start()  # a new attempt: `wait_for` would only show the failure of an earlier one
            st.rerun()
        return
    wait = progress.Wait(place="evaluation", stopped="The evaluation was stopped.")
    predicted = progress.wait_for(key, start, wait)
    if predicted is not None:
        show_report(space, plan.report(space, predicted, test.method))


def show_report(space: EmbeddingSpace, report: AnalogyReport) -> None:
    """Show the totals, each section, the wrong answers and the missing words."""
    total = report.total
    everything = len(total.asked) + len(total.skipped)
    columns = st.columns(3)
    columns[0].metric("Right, of those asked", f"{report.accuracy:.1%}")
    columns[1].metric("Right, of all questions", f"{total.correct / everything:.1%}")
    columns[2].metric("Right, input words allowed", f"{report.with_inputs:.1%}")
    st.caption(
        f"{ANALOGY_METHODS[report.method].title}. Asked: {len(total.asked):,} of {everything:,} "
        "questions, those whose words the space has. The first number is the one that papers give. "
        "It leaves the three words of the question out of the answers. The last number allows "
        "them, and then the best answer is usually one of them."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("#### By section")
        named_table(
            report.to_arrow(),
            space.name,
            "analogies by section",
            height=table_height(min(len(report.sections), 14)),
            column_config={
                "section": "Section",
                "correct": st.column_config.NumberColumn("Right", format="localized"),
                "asked": st.column_config.NumberColumn("Asked", format="localized"),
                "accuracy": st.column_config.ProgressColumn(
                    "Share right", format="percent", min_value=0, max_value=1
                ),
                "out of vocabulary": st.column_config.NumberColumn(
                    "Not asked", format="localized", help="A word is not in this space"
                ),
            },
        )
    with right:
        st.markdown("#### Wrong answers")
        names = ["all", *(one.name for one in report.sections if one.wrong)]
        section = st.selectbox("Section", names, key="wrong section", label_visibility="collapsed")
        wrong = report.wrong_to_arrow(None if section in (None, "all") else section)
        named_table(
            wrong.slice(0, MOST_WRONG).drop_columns(["section"]),
            space.name,
            "wrong analogies",
            saved=wrong,
            height=380,
            column_config={"a": "A", "b": "is to B", "c": "as C"},
        )
        if len(wrong) > MOST_WRONG:
            st.caption(f"The first {MOST_WRONG:,} of {len(wrong):,}.")
    if report.missing:
        with st.expander(f"{len(report.missing):,} words that are not in this space"):
            st.markdown(plain(", ".join(report.missing[:500])))
    tell_unreadable(report.unreadable)


def show_similarity(space: EmbeddingSpace, test: Test) -> None:
    """Show how the space's similarities correlate with people's judgements."""
    try:
        report = evaluate_similarity(space, test.content, case_insensitive=test.case_insensitive)
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    columns = st.columns(4)
    columns[0].metric(
        "Spearman",
        f"{report.spearman:.3f}",
        help="Rank correlation: do people and the space put the pairs in the same order? p = "
        f"{report.spearman_p:.1g}",
    )
    columns[1].metric(
        "Pearson",
        f"{report.pearson:.3f}",
        help=f"Correlation of the numbers; p = {report.pearson_p:.1g}",
    )
    columns[2].metric("Pairs", f"{len(report.pairs):,}")
    columns[3].metric(
        "Left out", f"{len(report.skipped):,}", help="A word of the pair is not in this space"
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            similarity_figure(report, dark=is_dark()),
            f"{len(report.pairs)} pairs: people's judgement and cosine similarity",
            key="similarity",
        )
    with right:
        st.markdown("#### Where they disagree most")
        named_table(farthest_apart(report), space.name, "word pairs", height=400)
    if report.skipped:
        with st.expander(f"{len(report.skipped):,} pairs that were left out"):
            st.markdown(plain(", ".join(" – ".join(pair) for pair in report.skipped)))
    tell_unreadable(report.unreadable)


def farthest_apart(report: SimilarityReport) -> pa.Table:
    """Return the pairs, sorted by difference of rank, the largest first."""
    table = report.to_arrow()
    order = np.argsort(-table["apart"].to_numpy(), kind="stable")
    return table.take(pa.array(order))


def tell_unreadable(lines: int) -> None:
    """Say how many unreadable lines were left out."""
    if lines:
        st.caption(f":material/warning: {lines:,} lines could not be read and were left out.")
