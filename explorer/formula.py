"""Formulas of labels, as people type them: 'king - man + woman', 'hot, warm - cold, icy'.

The text is parsed by this small grammar and never evaluated as code. It serves analogies, the
axes of a projection and all else that takes "words minus words":

    sum     =  [sign] product  { sign product }
    product =  mean { "*" number | "/" number }   or   number "*" product
    mean    =  atom { "," atom }
    atom    =  label  |  "quoted label"  |  "(" sum ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.errors import QueryError
from explorer.space import EmbeddingSpace
from explorer.vector import Vector, as_text
from explorer.words import QUOTES, Token, scan

LONGEST = 2_000  # characters
DEEPEST = 30  # parentheses in parentheses
PLUS, MINUS, TIMES, DIVIDED = "+", "-−–", "*×·", "/÷"  # as typed, and as typeset
COMMA = ","
SIGNS = PLUS + MINUS + TIMES + DIVIDED + COMMA + "()"
TYPESET = {"+": " + ", "-": " − ", "*": " × ", "/": " / ", ",": ", "}
NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+")


@dataclass(frozen=True)
class Term:
    """A label and how many times it is added; below zero, subtracted."""

    label: str
    weight: float = 1.0

    def __repr__(self) -> str:
        return f"Term({self.label!r}, {self.weight!r})"


def parse_formula(space: EmbeddingSpace, text: str) -> tuple[Term, ...]:
    """Return the terms of a formula: each label once, in order, with its total weight.

    A label with spaces needs no quotes, and neither does one with signs, such as 'well-known',
    if the space has it. Labels with commas between them stand for their mean.

    Raises
    ------
    QueryError
        The formula cannot be read; the message shows where.
    UnknownLabelError
        A label is not in the space, and its subwords give it no vector.

    Examples
    --------
    >>> space = EmbeddingSpace(["paris", "france", "italy"], [[1, 0], [0, 1], [1, 1]])
    >>> parse_formula(space, "paris - france + 2*italy")
    (Term('paris', 1.0), Term('france', -1.0), Term('italy', 2.0))
    >>> parse_formula(space, "paris - france, italy")
    (Term('paris', 1.0), Term('france', -0.5), Term('italy', -0.5))
    """
    return read_formula(space, text)[0]


def read_formula(space: EmbeddingSpace, text: str) -> tuple[tuple[Term, ...], str]:
    """Return the terms of a formula, and the formula typeset; raises as `parse_formula`."""
    if len(text) > LONGEST:
        raise QueryError(
            f"The formula has {len(text):,} characters; {LONGEST:,} are the most. Shorten it."
        )
    if text.strip() in space:
        return (Term(text.strip()),), text.strip()
    tokens = read_tokens(text, space.__contains__)
    if not tokens:
        raise QueryError("The formula is empty. Example: king - man + woman.")
    weights = Parser(tokens, text).parse()
    for label, weight in weights.items():
        if not space.has_vector(label):
            space.row(label)  # raises, with the nearest spellings
        if not math.isfinite(weight):
            raise QueryError(
                f"In “{text}” the factor of “{label}” is too large. Use a smaller one."
            )
    terms = tuple(Term(label, weight) for label, weight in weights.items() if weight)
    if not terms:
        raise QueryError(f"In “{text}” everything cancels out: no direction is left.")
    return terms, typeset(tokens)


def parse_vector(space: EmbeddingSpace, text: str, *, normalize: bool = False) -> Vector:
    """Return the sum that a formula describes, as a Vector of that name.

    Raises as `parse_formula` does.

    Examples
    --------
    >>> space = EmbeddingSpace(["hot", "warm", "cold"], [[4, 0], [2, 0], [0, 1]])
    >>> found = parse_vector(space, "hot,warm - cold")
    >>> found.name, found.values.tolist()
    ('hot, warm − cold', [3.0, -1.0])
    """
    terms, name = read_formula(space, text)
    total = formula_vector(space, terms, normalize=normalize)
    return Vector(name, total.values, total.labels, is_sum=total.is_sum)


def formula_vector(
    space: EmbeddingSpace, terms: Sequence[Term], *, normalize: bool = False
) -> Vector:
    """Return the sum of the terms as a Vector named by its formula.

    With `normalize`, each label's vector is scaled to length 1 first.
    """
    total: Vector | None = None
    for term in terms:
        vector = space[term.label]
        if normalize:
            vector = vector.unit()
        size = abs(term.weight)
        part = vector if size == 1 else size * vector
        if total is None:
            total = part if term.weight > 0 else -part
        else:
            total = total + part if term.weight > 0 else total - part
    if total is None:
        raise QueryError("There are no terms to add up. Give at least one label.")
    return total


def formula_text(terms: Sequence[Term]) -> str:
    """Return terms as a formula that `parse_formula` parses to the same terms."""
    parts: list[str] = []
    for term in terms:
        sign = "-" if term.weight < 0 else "+" if parts else ""
        factor = "" if abs(term.weight) == 1 else f"{as_text(abs(term.weight))}*"
        parts.append(f"{sign} {factor}{quoted(term.label)}".strip())
    return " ".join(parts)


def quoted(label: str) -> str:
    """Return the label, in quotes if it has more than letters and spaces."""
    if label.replace(" ", "").isalpha() and label == " ".join(label.split()):
        return label
    opening, closing = next(((a, b) for a, b in QUOTES.items() if b not in label), ('"', '"'))
    return f"{opening}{label}{closing}"


def read_tokens(text: str, is_label: Callable[[str], bool]) -> list[Token]:
    """Return the tokens of a formula: their kind is 'label', 'number', or the sign as typed."""
    tokens = []
    for token in scan(text, SIGNS, is_label):
        if token.kind == "unclosed":
            raise QueryError(f"The quote that opens at {token.text} never closes.")
        if token.kind == "word":
            kind = "number" if NUMBER.fullmatch(token.text) else "label"
        elif token.kind == "quoted":
            kind = "label"
        else:
            kind = next(
                (one[0] for one in (PLUS, MINUS, TIMES, DIVIDED) if token.kind in one), token.kind
            )
        tokens.append(Token(kind, token.text))
    return tokens


def typeset(tokens: Sequence[Token]) -> str:
    """Return the tokens typeset as a formula: 'hot, warm − 2 × cold'."""
    return "".join(TYPESET.get(token.kind, token.text) for token in tokens).strip()


class Parser:
    """A recursive-descent parser of tokens; a sum is a dictionary of labels and weights."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.place = 0
        self.depth = 0

    def parse(self) -> dict[str, float]:
        """Return the weights of the whole formula."""
        weights = self.sum()
        if self.place < len(self.tokens):
            raise self.error(f"“{self.tokens[self.place].text}” was not expected here")
        return weights

    def sum(self) -> dict[str, float]:
        """[sign] product { sign product }"""
        total: dict[str, float] = {}
        sign = self.take("+", "-")
        while True:
            factor = -1.0 if sign and sign.kind == "-" else 1.0
            for label, weight in self.product().items():
                total[label] = total.get(label, 0.0) + factor * weight
            sign = self.take("+", "-")
            if sign is None:
                return total

    def product(self) -> dict[str, float]:
        """Labels times numbers, in either order."""
        weights: dict[str, float] | None = None
        factor, operator = 1.0, "*"
        while True:
            number = self.number_factor(is_first=weights is None)
            if number is None:
                if weights is not None or operator == "/":
                    raise self.error(
                        "two labels cannot be multiplied or divided, only a label and a number"
                    )
                weights = self.mean()
            elif operator == "/":
                if number == 0:
                    raise self.error("a vector cannot be divided by 0")
                factor /= number
            else:
                factor *= number
            sign = self.take("*", "/")
            if sign is None:
                break
            operator = sign.kind
        if weights is None:
            raise self.error("a number alone is no vector: multiply it with a label")
        return {label: factor * weight for label, weight in weights.items()}

    def number_factor(self, *, is_first: bool) -> float | None:
        """A number that is a factor, or None; '1984' on its own is a label."""
        token = self.peek()
        if token is None or token.kind != "number":
            return None
        follows = self.tokens[self.place + 1].kind if self.place + 1 < len(self.tokens) else ""
        if is_first and follows not in ("*", "/") and not self.after_factor():
            return None
        self.place += 1
        value = float(token.text)
        if not value < float("inf"):
            raise self.error("a factor is too large")
        return value

    def after_factor(self) -> bool:
        """Whether the previous token is a multiplication or division sign."""
        return self.place > 0 and self.tokens[self.place - 1].kind in ("*", "/")

    def mean(self) -> dict[str, float]:
        """Labels with commas between them: their mean."""
        members = [self.atom()]
        while self.take(","):
            members.append(self.atom())
        weights: dict[str, float] = {}
        for member in members:
            for label, weight in member.items():
                weights[label] = weights.get(label, 0.0) + weight / len(members)
        return weights

    def atom(self) -> dict[str, float]:
        """A label, or a sum in parentheses."""
        if self.take("("):
            self.depth += 1
            if self.depth > DEEPEST:
                raise self.error(f"more than {DEEPEST} parentheses stand in each other")
            inner = self.sum()
            if self.take(")") is None:
                raise self.error("a parenthesis is never closed")
            self.depth -= 1
            return inner
        token = self.take("label", "number")
        if token is None:
            found = self.peek()
            where = f"before “{found.text}”" if found else "at the end"
            raise self.error(f"a label is missing {where}")
        return {token.text: 1.0}

    def peek(self) -> Token | None:
        """The next token, or None at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, *kinds: str) -> Token | None:
        """The next token, if it is of one of these kinds."""
        token = self.peek()
        if token is None or token.kind not in kinds:
            return None
        self.place += 1
        return token

    def error(self, reason: str) -> QueryError:
        """An error that shows the formula."""
        return QueryError(
            f"“{self.text}” cannot be read: {reason}. "
            'Example: king - man + 2*woman; labels with signs stand in quotes: "rock-n-roll".'
        )
