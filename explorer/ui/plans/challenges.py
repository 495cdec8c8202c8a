"""The challenges of the page Lessons: one round at a time, with a score and no names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.lessons import challenges
from explorer.lessons.challenges import Riddle, Way
from explorer.ui.open.telling import tell
from explorer.ui.shell import address, spaces
from explorer.ui.shell.plain import plain
from explorer.wording import count

STATE = "challenges"  # session state: what was scored, and the ways begun
ROUNDS = 999
POINTS = 10  # of a round; each detour and each hint costs two
COST = 2
WAY, ODD, WORD, AXIS = "Find the way", "Odd one out", "Guess the word", "Guess the axis"


@dataclass
class Played:
    """What a visitor has played: points by round, choices made, and the way so far."""

    points: dict[tuple[str, str, int], int] = field(default_factory=dict)
    chosen: dict[tuple[str, str, int], str] = field(default_factory=dict)
    ways: dict[tuple[str, str, int], list[int]] = field(default_factory=dict)
    hints: dict[tuple[str, str, int], int] = field(default_factory=dict)


@st.cache_resource(show_spinner="Finding everybody’s neighbors, once …", max_entries=8)
def steps_from(digest: str, _space: EmbeddingSpace) -> NDArray[np.int32]:
    """Return the neighbors to step to, computed once for all visitors."""
    return challenges.steps_from(_space)


@st.cache_data(show_spinner=False, max_entries=500)
def made(kind: str, number: int, digest: str, _space: EmbeddingSpace) -> Way | Riddle:
    """Return a round, made once for all visitors; raises QueryError."""
    if kind == AXIS:
        return challenges.hidden_axis(_space, number)
    return MAKE[kind](_space, steps_from(digest, _space), number)


MAKE: dict[str, Callable[[EmbeddingSpace, NDArray[np.int32], int], Way | Riddle]] = {
    WAY: challenges.make_way,
    ODD: challenges.odd_one,
    WORD: challenges.hidden_word,
}
KINDS = (*MAKE, AXIS)


def show(space: EmbeddingSpace) -> None:
    """Draw the choice of a challenge and its round."""
    if not challenges.can_play(space):
        st.caption(f"{plain(space.name)} has too few or too many labels: here are the words.")
        space = spaces.sample_space(spaces.DEFAULT)
    played: Played = st.session_state.setdefault(STATE, Played())
    kinds, rounds, score = st.columns([3, 1.2, 1.2], vertical_alignment="bottom")
    kind = kinds.segmented_control(
        "Challenge",
        KINDS,
        default=WAY,
        required=True,
        key=address.choice("challenge", KINDS),
        bind="query-params",
        label_visibility="collapsed",
    )
    number = rounds.number_input(
        "Round",
        1,
        ROUNDS,
        help="Whoever types the same number plays the same round.",
        key=address.number("round", 1, ROUNDS),
        bind="query-params",
    )
    score.metric("Score", sum(played.points.values()), help="No names: it is yours alone.")
    try:
        made_round = made(kind, number, space.digest, space)
    except ExplorerError as error:
        tell(error)
        return
    key = (space.digest, kind, number)
    if isinstance(made_round, Way):
        show_way(space, made_round, played, key)
    else:
        show_riddle(kind, made_round, played, key)


def show_way(space: EmbeddingSpace, way: Way, played: Played, key: tuple[str, str, int]) -> None:
    """Draw the way so far and the neighbors to step to."""
    gone = played.ways.setdefault(key, [way.start])
    names = [plain(space.label(row)) for row in gone]
    st.markdown(
        f"### From **{names[0]}** to **{plain(space.label(way.goal))}**\n\n"
        f"Step from neighbor to neighbor. The shortest way has {way.shortest} steps."
    )
    st.markdown(" → ".join(names))
    if gone[-1] == way.goal:
        st.success(tell_way(len(gone) - 1, way, played.points.get(key, 0)), icon=":material/flag:")
        next_round(key[2])
        return
    steps = steps_from(space.digest, space)

    def step(row: int) -> None:
        gone.append(row)
        if row == way.goal:
            spent = COST * (len(gone) - 1 - way.shortest + played.hints.get(key, 0))
            played.points.setdefault(key, max(1, POINTS - spent))

    def step_back() -> None:
        del gone[-1]

    with st.container(horizontal=True, gap="small"):
        for row in steps[gone[-1]].tolist():
            label = plain(space.label(row))
            st.button(label, key=f"step {len(gone)} {row}", on_click=step, args=(row,))
    with st.container(horizontal=True, gap="small"):
        if st.button("Hint", icon=":material/lightbulb:", key="way hint"):
            played.hints[key] = played.hints.get(key, 0) + 1
            better = challenges.hint(steps, gone[-1], way.goal)
            left = int(challenges.steps_to(steps, way.goal)[better]) if better != gone[-1] else 0
            there = f"from there it is {count(left, 'step')}" if left else "it is the goal"
            st.toast(
                f"Try “{plain(space.label(better))}”: {there}."
                if better != gone[-1]
                else "There is no way on from here. Step back."
            )
        st.button(
            "Step back",
            icon=":material/undo:",
            key="way back",
            disabled=len(gone) == 1,
            on_click=step_back,
        )
    st.caption(f"Each detour and each hint costs {COST} of {POINTS} points.")


def tell_way(steps: int, way: Way, points: int) -> str:
    """Say how long the way was."""
    other = f"The shortest way has {way.shortest}."
    judged = "That is the shortest way." if steps == way.shortest else other
    return f"You needed {count(steps, 'step')}. {judged} You get {count(points, 'point')}."


QUESTIONS = {
    ODD: "Which of these words does not belong to the others?",
    WORD: "These words are the nearest neighbors of a hidden word. Which word is it?",
    AXIS: "An axis runs from one meaning to another. These words lie farthest out at its two ends. "
    "Which axis is it?",
}


def show_riddle(kind: str, riddle: Riddle, played: Played, key: tuple[str, str, int]) -> None:
    """Draw a question with choices, and after a guess what is right."""
    st.markdown(f"### {QUESTIONS[kind]}")
    if kind == AXIS:
        half = len(riddle.shown) // 2
        low, high = riddle.shown[:half], riddle.shown[half:]
        st.markdown(f"One end: **{listed(low)}**\n\nThe other end: **{listed(high)}**")
    elif riddle.shown:
        st.markdown(f"**{listed(riddle.shown)}**")
    guess = played.chosen.get(key)

    def take(choice: str) -> None:
        played.chosen[key] = choice
        played.points[key] = POINTS if choice == riddle.answer else 0

    with st.container(horizontal=True, gap="small"):
        for choice in riddle.choices:
            st.button(
                plain(choice),
                key=f"riddle {key[1]} {key[2]} {choice}",
                disabled=guess is not None,
                type="primary" if guess is not None and choice == riddle.answer else "secondary",
                on_click=take,
                args=(choice,),
            )
    if guess is None:
        return
    right = guess == riddle.answer
    said = "Right" if right else f"You said “{plain(guess)}”"
    show = st.success if right else st.info
    show(f"{said}. It is **{plain(riddle.answer)}**. {why(kind, riddle)}")
    next_round(key[2])


def why(kind: str, riddle: Riddle) -> str:
    """Say by which numbers an answer is right."""
    if not riddle.scores:
        return "The axis was made from other words. These were only measured on it."
    order = np.argsort(riddle.scores)[:: 1 if kind == ODD else -1]
    first, second = (riddle.scores[place] for place in order[:2])
    whom = "the others" if kind == ODD else "the words shown"
    return (
        f"Its mean cosine similarity to {whom} is {first:.2f}, that of "
        f"“{plain(riddle.choices[order[1]])}” {second:.2f}."
    )


def listed(words: tuple[str, ...]) -> str:
    """Return words as a sentence lists them, safe in Markdown."""
    return ", ".join(map(plain, words))


def next_round(number: int) -> None:
    """Offer the next round."""
    st.button(
        "Next round",
        type="primary",
        icon=":material/arrow_forward:",
        key="next round",
        disabled=number >= ROUNDS,
        on_click=lambda: st.session_state.update({"round": number + 1}),
    )
