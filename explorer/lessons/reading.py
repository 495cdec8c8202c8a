"""Lesson plans: what a teacher writes in a YAML file, read strictly.

A plan is data. Aliases and tags are refused, sizes are bounded, and every mistake is told with
its line, so that whoever wrote the file can mend all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import yaml

from explorer.errors import PlanError
from explorer.lessons.measures import MEASURES
from explorer.lessons.plan import Measurement, Plan, Question, Step, is_number

LEVELS = ("beginner", "intermediate", "advanced")
MOST_BYTES, DEEPEST = 64 << 10, 8  # of a file; levels of nesting, of which a plan needs five
MOST_STEPS, MOST_CHOICES, MOST_PARAMETERS, MOST_DRAWN = 40, 6, 20, 12
TITLE, SENTENCE, PARAGRAPH = 80, 400, 1200  # characters
PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_. ]{0,39}")
OURS = frozenset(("plan", "plan_step", "take"))  # parameters that say which step is under way
RANGE = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)")

Mistake = tuple[int, str]  # the line, counted from 1, and what is wrong there


def read_plan(
    content: bytes, pages: Collection[str], knows_space: Callable[[str], bool] = bool
) -> Plan:
    """Read a lesson plan.

    Parameters
    ----------
    content
        The file's bytes: YAML in UTF-8, at most 64 kB.
    pages
        The names of the pages that a step may open.
    knows_space
        Tells whether a space of that id can be opened.

    Raises
    ------
    PlanError
        The file is no plan: `mistakes` has each line and what is wrong there.
    """
    root = compose(content)
    reader = Reader(frozenset(pages), knows_space)
    plan = reader.plan(root)
    if reader.mistakes or plan is None:
        raise PlanError(sorted(reader.mistakes))
    return plan


def compose(content: bytes) -> yaml.Node:
    """Return the file's tree of nodes; raises PlanError if it is no plain YAML."""
    if len(content) > MOST_BYTES:
        raise PlanError(
            [(1, f"The file has {len(content):,} bytes; a plan has at most {MOST_BYTES:,}.")]
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PlanError([(line, "The text is not UTF-8. Save the file as UTF-8.")]) from None
    try:
        check_events(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PlanError([(line, f"This is no YAML: {error.problem or error.context}.")]) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        place = getattr(error, "position", 0)
        line = text[:place].count("\n") + 1
        raise PlanError([(line, "A character here is not allowed in YAML.")]) from None
    if root is None:
        raise PlanError([(1, "The file is empty.")])
    return root


def check_events(text: str) -> None:
    """Refuse what a plan has no use for: aliases, tags, deep nesting, a second document."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if getattr(event, "anchor", None):
            raise PlanError([(line, "Anchors (&, *) are not used in plans. Write the text out.")])
        if getattr(event, "tag", None):
            raise PlanError([(line, "Tags (!) are not used in plans. Put the text in quotes.")])
        if depth > DEEPEST:
            raise PlanError([(line, f"Nested deeper than {DEEPEST} levels.")])
        if documents > 1:
            raise PlanError([(line, "A second document begins here. Write one plan a file.")])


class Reader:
    """Reads a tree of nodes and gathers the mistakes."""

    def __init__(self, pages: Collection[str], knows_space: Callable[[str], bool]) -> None:
        self.pages = pages
        self.knows_space = knows_space
        self.mistakes: list[Mistake] = []

    def wrong(self, node: yaml.Node, sentence: str) -> None:
        """Note a mistake with its line."""
        self.mistakes.append((node.start_mark.line + 1, sentence))

    def fields(
        self, node: yaml.Node, known: Mapping[str, Any], required: Collection[str], what: str
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by name; unknown, missing and repeated ones are told."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(
                node, f"{what} is expected to have fields, such as “{next(iter(known))}: …”."
            )
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "a list"
            if name not in known:
                told = ", ".join(known)
                self.wrong(
                    key, f"“{shortened(name)}” is no field of {what.lower()}. Known: {told}."
                )
            elif name in found:
                self.wrong(key, f"“{name}” stands here a second time.")
            else:
                found[name] = value
        for name in required:
            if name not in found:
                self.wrong(node, f"{what} has no “{name}”.")
        return found

    def text(self, node: yaml.Node, name: str, most: int) -> str:
        """Return a text of at most so many characters."""
        if not isinstance(node, yaml.ScalarNode):
            self.wrong(node, f"“{name}” is expected to be a text. Put it in quotes.")
            return ""
        text = " ".join(node.value.split())
        if not text:
            self.wrong(node, f"“{name}” is empty.")
        elif len(text) > most:
            self.wrong(node, f"“{name}” has {len(text):,} characters; at most {most:,} fit.")
        return text

    def texts(self, node: yaml.Node, name: str, most: int) -> tuple[str, ...]:
        """Return a list of at most so many texts, each once."""
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, f"“{name}” is expected to be a list: [first, second].")
            return ()
        if len(node.value) > most:
            self.wrong(node, f"“{name}” has {len(node.value)} entries; at most {most} fit.")
            return ()
        found = tuple(self.text(one, name, SENTENCE) for one in node.value)
        if len(set(found)) < len(found):
            self.wrong(node, f"“{name}” has an entry twice.")
        return found

    def plan(self, root: yaml.Node) -> Plan | None:
        """Read the whole; None where it has mistakes."""
        known = ("title", "minutes", "level", "idea", "steps")
        found = self.fields(root, dict.fromkeys(known), known, "A plan")
        values: dict[str, Any] = {
            name: self.text(found[name], name, most)
            for name, most in (("title", TITLE), ("level", TITLE), ("idea", SENTENCE))
            if name in found
        }
        if values.get("level") and values["level"] not in LEVELS:
            told = ", ".join(LEVELS)
            self.wrong(
                found["level"], f"The level is “{shortened(values['level'])}”. Known: {told}."
            )
        if "minutes" in found:
            values["minutes"] = self.minutes(found["minutes"])
        steps = self.steps(found["steps"]) if "steps" in found else ()
        return None if self.mistakes else Plan(**values, steps=steps)

    def minutes(self, node: yaml.Node) -> int:
        """Read how long a lesson takes."""
        text = self.text(node, "minutes", TITLE)
        if not re.fullmatch(r"[1-9]\d{0,2}", text, re.ASCII) or int(text) > 240:
            self.wrong(node, f"“minutes” is “{shortened(text)}”. Write a number from 1 to 240.")
            return 0
        return int(text)

    def steps(self, node: yaml.Node) -> tuple[Step, ...]:
        """Read the steps."""
        if not isinstance(node, yaml.SequenceNode) or not 1 <= len(node.value) <= MOST_STEPS:
            self.wrong(node, f"“steps” is expected to be a list of 1 to {MOST_STEPS} steps.")
            return ()
        return tuple(map(self.step, node.value))

    def step(self, node: yaml.Node) -> Step:
        """Read a step."""
        found = self.fields(node, STEP_FIELDS, ("title", "page", "text"), "A step")
        values = {
            name: self.text(one, name, STEP_FIELDS[name])
            for name, one in found.items()
            if STEP_FIELDS[name]
        }
        page = values.get("page")
        if page and page not in self.pages:
            told = ", ".join(sorted(self.pages))
            self.wrong(found["page"], f"There is no page “{shortened(page)}”. Known: {told}.")
        address = self.address(found["address"]) if "address" in found else {}
        question = self.question(node, found, values)
        plain = ("title", "page", "text", "look", "teacher")
        return Step(
            **{"title": "", "page": "", "text": ""} | {n: values[n] for n in plain if n in values},
            address=address,
            question=question,
            draw=self.texts(found["draw"], "draw", MOST_DRAWN) if "draw" in found else (),
        )

    def address(self, node: yaml.Node) -> dict[str, str]:
        """Read the parameters of a page's address."""
        if not isinstance(node, yaml.MappingNode) or len(node.value) > MOST_PARAMETERS:
            told = f"“address” is expected to have at most {MOST_PARAMETERS} fields: space: words"
            self.wrong(node, told)
            return {}
        found: dict[str, str] = {}
        for key, value in node.value:
            name = str(key.value)
            if not isinstance(key, yaml.ScalarNode) or not PARAMETER.fullmatch(name):
                self.wrong(key, f"“{shortened(name)}” is no name of a parameter.")
            elif name in OURS or name in found:
                self.wrong(key, f"“{name}” cannot be set here, or not twice.")
            else:
                found[name] = self.text(value, name, PARAGRAPH)
                if name == "space" and found[name] and not self.knows_space(found[name]):
                    self.wrong(
                        value,
                        f"The space “{shortened(found[name])}” is not open on this server. Samples "
                        "are words and books; another has to be opened first.",
                    )
        return found

    def question(
        self, step: yaml.Node, found: dict[str, yaml.Node], values: dict[str, str]
    ) -> Question | None:
        """Read a step's question with its kind and its answer."""
        parts = ("answer", "why", "choices", "number", "measured")
        if "question" not in found:
            for name in (one for one in parts if one in found):
                self.wrong(found[name], f"“{name}” stands here without a “question”.")
            return None
        for name in (one for one in ("answer", "why") if one not in found):
            self.wrong(step, f"A step with a question has no “{name}”.")
        choices, low, high = self.kind(found, values.get("answer", ""))
        measured = self.measurement(found["measured"]) if "measured" in found else None
        return Question(
            values["question"],
            values.get("answer", ""),
            values.get("why", ""),
            choices,
            low,
            high,
            measured,
        )

    def kind(
        self, found: dict[str, yaml.Node], answer: str
    ) -> tuple[tuple[str, ...], float | None, float | None]:
        """Read what can be guessed: choices, or a lowest and a highest number, or neither."""
        if "choices" in found and "number" in found:
            self.wrong(found["number"], "Give “choices” or “number”, not both.")
        elif "choices" in found:
            choices = self.texts(found["choices"], "choices", MOST_CHOICES)
            if len(choices) == 1:
                self.wrong(found["choices"], "One choice is none: give at least two.")
            if choices and answer and answer not in choices:
                self.wrong(found["answer"], "The answer is none of the choices, letter by letter.")
            return choices, None, None
        elif "number" in found:
            text = self.text(found["number"], "number", TITLE)
            match = RANGE.fullmatch(text)
            if match is None or float(match[1]) >= float(match[2]):
                self.wrong(found["number"], "“number” is expected to be like: 0 to 15")
                return (), None, None
            low, high = float(match[1]), float(match[2])
            if answer and not (is_number(answer) and low <= float(answer) <= high):
                self.wrong(found["answer"], f"The answer is no number from {text}.")
            return (), low, high
        return (), None, None

    def measurement(self, node: yaml.Node) -> Measurement | None:
        """Read what measures the answer: {cosine: [king, queen]}."""
        found = self.fields(node, MEASURES, (), "“measured”")
        if len(found) != 1:
            self.wrong(node, "“measured” is expected to be like: {cosine: [king, queen]}")
            return None
        ((name, labels),) = found.items()
        wanted = MEASURES[name].labels
        read = self.texts(labels, name, wanted) if wanted else ()
        if len(read) != wanted:
            self.wrong(labels, f"“{name}” is measured of {wanted} labels: {name}: [first, …].")
            return None
        return Measurement(name, read)


# The fields of a step; of texts, how many characters fit. The others have readers of their own.
STEP_FIELDS: dict[str, int] = {
    "title": TITLE,
    "page": TITLE,
    "address": 0,
    "text": SENTENCE,
    "question": SENTENCE,
    "choices": 0,
    "number": 0,
    "answer": SENTENCE,
    "measured": 0,
    "why": PARAGRAPH,
    "look": SENTENCE,
    "teacher": PARAGRAPH,
    "draw": 0,
}


def shortened(text: str) -> str:
    """Return the beginning of a text, as an error quotes it."""
    return text if len(text) <= 40 else f"{text[:39]}…"
