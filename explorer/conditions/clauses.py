"""The words of a condition, and the clauses that it joins by AND.

Every way to filter adds or takes away one clause, so that all of them end in one text. What may
stand in a condition is decided here, word by word, before any parser sees it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import reduce

import polars as pl

from explorer.errors import ConditionSyntaxError

# In this order: a comment begins with a sign that is an operator elsewhere.
KINDS = (
    ("comment", r"--[^\n]*|/\*(?:(?!\*/|/\*).)*\*/"),
    ("space", r"\s+"),
    ("text", r"'(?:[^']|'')*'"),
    ("name", r'"(?:[^"]|"")*"'),
    ("number", r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
    ("word", r"[^\W\d]\w*"),
    ("sign", r"<>|<=|>=|!=|==|\|\||[-+*/%<>=(),]"),
)
TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS), re.DOTALL)
LOOSE = frozenset({"OR", "XOR"})  # what binds less than AND


@dataclass(frozen=True)
class Token:
    """A word, a sign, a text or a name in quotes, and where it begins, from 0."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """In capitals where it is a word or a sign; empty for texts, names and numbers."""
        return self.text.upper() if self.kind in ("word", "sign") else ""

    @property
    def column(self) -> str | None:
        """The column that it may name."""
        if self.kind == "name":
            return self.text[1:-1].replace('""', '"')
        return self.text if self.kind == "word" else None

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.text)


def tokens(condition: str) -> list[Token]:
    """Return the tokens of a condition, without spaces and comments.

    Raises
    ------
    ConditionSyntaxError
        A sign has no place in a condition, a quote is not closed, or parentheses do not match.
    """
    found: list[Token] = []
    opened: list[int] = []
    at = 0
    while at < len(condition):
        match = TOKEN.match(condition, at)
        if match is None:
            sign = condition[at]
            why = "a quote is not closed" if sign in "'\"" else f"the sign {sign} is not known"
            raise ConditionSyntaxError(why, at)
        kind = str(match.lastgroup)
        if kind not in ("comment", "space"):
            one = Token(kind, match[0], at)
            # E'…' and the like are texts with rules of their own
            is_glued = bool(found) and found[-1].end == at and found[-1].kind != "sign"
            if is_glued and kind != "sign":
                raise ConditionSyntaxError(f"a space is missing before {one.text[:20]}", at)
            found.append(one)
            if one.text == "(":
                opened.append(at)
            elif one.text == ")" and not opened:
                raise ConditionSyntaxError("a parenthesis is closed that was not opened", at)
            elif one.text == ")":
                opened.pop()
        at = match.end()
    if opened:
        raise ConditionSyntaxError("a parenthesis is not closed", opened[-1])
    return found


def clauses(condition: str) -> list[str]:
    """Return the clauses that a condition joins by AND at its top.

    `joined` of them is true for the same rows. A condition with OR at its top is one clause, and
    so is what Polars reads in another way than it is divided here.

    Raises
    ------
    ConditionSyntaxError
        As for `tokens`.

    Examples
    --------
    >>> clauses("price BETWEEN 1 AND 5 AND (kind = 'a' OR kind = 'b AND c')")
    ['price BETWEEN 1 AND 5', "(kind = 'a' OR kind = 'b AND c')"]
    """
    found = tokens(condition)
    if not found:
        return []
    depths = nesting(found)
    whole = condition[found[0].at : found[-1].end]
    if depths[0] and all(depths[:-1]) and found[-1].text == ")":  # parentheses around all
        inner = clauses(condition[found[0].end : found[-1].at])
        return inner if len(inner) > 1 else [whole]
    divisions = divided(found)
    if len(divisions) == 1 or not all(divisions):
        return [whole]
    parts = [condition[part[0].at : part[-1].end] for part in divisions]
    if not is_read_alike(whole, parts):
        return [whole]
    return [clause for part in parts for clause in clauses(part)]


def alternatives(clause: str) -> list[str]:
    """Return what a clause joins by OR at its top, in parentheses or not.

    Examples
    --------
    >>> alternatives("(a = 1 OR b LIKE '% OR %')")
    ['a = 1', "b LIKE '% OR %'"]
    """
    found = tokens(clause)
    depths = nesting(found)
    if len(found) > 1 and depths[0] and all(depths[:-1]) and found[-1].text == ")":
        return alternatives(clause[found[0].end : found[-1].at])
    ors = [place for place, one in enumerate(found) if one.word == "OR" and not depths[place]]
    cuts = itertools.pairwise([-1, *ors, len(found)])
    return [clause[found[start + 1].at : found[end - 1].end] for start, end in cuts]


def nesting(found: list[Token]) -> list[int]:
    """Return how many parentheses and CASEs are open after each token."""
    depth = 0
    depths = []
    for one in found:
        depth += (one.word in ("(", "CASE")) - (one.word in (")", "END"))
        depths.append(depth)
    return depths


def top_ands(found: list[Token], depths: list[int]) -> list[int]:
    """Return the places of the ANDs that join clauses; none beside an OR."""
    cuts = []
    between = 0  # whose AND is still to come
    for place, (one, depth) in enumerate(zip(found, depths, strict=True)):
        if depth:
            continue
        if one.word in LOOSE:
            return []
        if one.word == "BETWEEN":
            between += 1
        elif one.word == "AND" and between:
            between -= 1
        elif one.word == "AND" and place:
            cuts.append(place)
    return cuts


def divided(found: list[Token]) -> list[list[Token]]:
    """Return the tokens of each clause, before the AND between them is verified."""
    cuts = [-1, *top_ands(found, nesting(found)), len(found)]
    return [found[start + 1 : end] for start, end in itertools.pairwise(cuts)]


def is_read_alike(whole: str, parts: list[str]) -> bool:
    """Return whether Polars reads a condition as the AND of its parts."""
    try:
        anded = reduce(pl.Expr.and_, [pl.sql_expr(part) for part in parts])
        return bool(pl.sql_expr(whole).meta == anded)
    except pl.exceptions.PolarsError:
        return False


def joined(parts: list[str]) -> str:
    """Return the condition that all clauses hold; what binds less than AND gets parentheses.

    Examples
    --------
    >>> joined(["price > 5", "kind = 'a' OR kind = 'b'"])
    "price > 5 AND (kind = 'a' OR kind = 'b')"
    """
    return " AND ".join(tight(part) for part in parts) if len(parts) > 1 else "".join(parts)


def tight(clause: str) -> str:
    """Return a clause as it can stand beside AND, without comments at its ends."""
    found = tokens(clause)
    inside = clause[found[0].at : found[-1].end] if found else ""
    # a comment to the end of its line would take the next clause with it
    depths = nesting(found)
    is_loose = any(
        one.word in LOOSE and not depth for one, depth in zip(found, depths, strict=True)
    )
    return f"({inside})" if is_loose else inside


@dataclass(frozen=True)
class Chosen:
    """Categories of a column, as literals: those kept, or those left out; `null` is one of them."""

    literals: tuple[str, ...] = ()
    null: bool = False
    out: bool = False

    def clause(self, name: str) -> str:
        """Return the condition that the column of this quoted name is so; empty for no choice."""
        listed = f"{name} {'NOT ' * self.out}IN ({', '.join(self.literals)})"
        missing = f"{name} IS {'NOT ' * self.out}NULL"
        if not self.literals:
            return missing * self.null
        # NOT IN is not true of a missing value, so it leaves those out too
        return f"{listed} OR {name} IS NULL" if self.null != self.out else listed

    def toggled(self, value: str | None, *, out: bool) -> Chosen:
        """Return the choice after a click on a category."""
        is_listed = self.null if value is None else value in self.literals
        if out != self.out and (self.literals or self.null):
            if not is_listed and not out:
                return Chosen().toggled(value, out=out)
            return self.without(value) if is_listed else self
        if is_listed:
            return self.without(value)
        if value is None:
            return Chosen(self.literals, True, out)
        return Chosen((*self.literals, value), self.null, out)

    def without(self, value: str | None) -> Chosen:
        """Return the choice without one of its categories."""
        if value is None:
            return Chosen(self.literals, False, self.out)
        return Chosen(tuple(one for one in self.literals if one != value), self.null, self.out)


def choice_of(clause: str, column: str) -> Chosen | None:
    """Return which categories of a column a clause chooses; None if it says something else."""
    found = tokens(clause)
    while len(found) > 2 and found[0].text == "(" and found[-1].text == ")":
        found = found[1:-1]
    words = ["COLUMN" if one.column == column else one.word or one.kind for one in found]
    missing = ["COLUMN", "IS", "NULL"]
    if words in (missing, ["COLUMN", "IS", "NOT", "NULL"]):
        return Chosen((), True, out=len(words) == 4)
    has_missing = words[-4:] == ["OR", *missing]
    if has_missing:
        found, words = found[:-4], words[:-4]
    out = words[1:2] == ["NOT"]
    if words[: 3 + out] != ["COLUMN", *["NOT"] * out, "IN", "("] or words[-1:] != [")"]:
        return None
    listed, commas = found[3 + out : -1 : 2], words[4 + out : -1 : 2]
    signs = {"TRUE", "FALSE"}
    if any(one.kind not in ("text", "number") and one.word not in signs for one in listed):
        return None
    if any(one != "," for one in commas):
        return None
    return Chosen(tuple(one.text for one in listed), has_missing != out, out)


def chosen(
    condition: str, column: str, value: str | None, *, out: bool = False, nulls: bool = True
) -> str:
    """Return a condition after a click on a category: it is kept, or left out, or as before.

    Parameters
    ----------
    condition
        What was there; a clause of it about this column's categories is edited.
    column, value
        The column, and the category as a literal; None for rows without a value.
    out
        Leave the category out instead of keeping it.
    nulls
        Whether some rows have no value: else nothing has to be said about them.
    """
    name = '"' + column.replace('"', '""') + '"'
    parts = clauses(condition)
    found = [(place, choice_of(part, column)) for place, part in enumerate(parts)]
    place, before = next(
        ((place, one) for place, one in found if one), (len(parts), Chosen(out=out))
    )
    after = before.toggled(value, out=out)
    if not nulls:  # then NOT IN says no more than it lists
        after = Chosen(after.literals, bool(after.literals) and after.out, after.out)
    clause = after.clause(name)
    return joined([*parts[:place], *([clause] if clause else []), *parts[place + 1 :]])
