"""Texts that a condition compares with dates: `day > '2024-01-31'`, with a zone or without."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

import polars as pl
from polars.datatypes.classes import NumericType

from explorer.conditions.clauses import Token
from explorer.errors import ConditionSyntaxError

COMPARED = frozenset({"=", "==", "<>", "!=", "<", "<=", ">", ">="})
KINDS: tuple[tuple[type[pl.DataType], str], ...] = (
    (pl.Date, "dates"),
    (pl.Datetime, "dates with times"),
    (pl.Time, "times of day"),
    (pl.Duration, "lengths of time"),
    (pl.Boolean, "true or false"),
    (pl.Null, "no value at all"),
    (pl.String, "texts"),
    (pl.Categorical, "texts"),
    (NumericType, "numbers"),
)
VALUES = ("text", "number")  # 2024 is a year
MONTHLY = re.compile(r"\d{4}(-\d{2})?")  # a year or a month stands for its first day
Moments = dict[str, pl.Expr]


def with_moments(found: Sequence[Token], dtypes: Mapping[str, pl.DataType]) -> tuple[str, Moments]:
    """Return a condition whose texts beside dates are names, and the moments of these names.

    A text without a zone is in the column's own; a date is its first moment.

    Raises
    ------
    ConditionSyntaxError
        A text beside a date is none, or has a zone where the column has none.
    """
    texts = [one.text for one in found]
    moments: Moments = {}

    def replace(place: int, name: str) -> None:
        key = f"moment {len(moments)} of {name}"
        moments[key] = moment(found[place], name, dtypes[name])
        texts[place] = '"' + key.replace('"', '""') + '"'

    for place, one in enumerate(found):
        name = one.column
        if name is None or name not in dtypes or not dtypes[name].is_temporal():
            continue
        after = [token.word or token.kind for token in found[place + 1 : place + 5]]
        before = [token.word or token.kind for token in found[max(place - 2, 0) : place]]
        negated = after[:1] == ["NOT"]
        start = place + 1 + negated
        if len(after) > 1 and after[0] in COMPARED and after[1] in VALUES:
            replace(place + 2, name)
        elif before and len(before) == 2 and before[1] in COMPARED and before[0] in VALUES:
            replace(place - 2, name)
        elif after[negated : negated + 1] == ["BETWEEN"]:
            for bound in (start + 1, start + 3):
                if bound < len(found) and found[bound].kind in VALUES:
                    replace(bound, name)
        elif after[negated : negated + 2] == ["IN", "("]:
            end = next(at for at in range(start, len(found)) if found[at].text == ")")
            listed = [at for at in range(start + 2, end) if found[at].kind in VALUES]
            if len(listed) * 2 - 1 != end - start - 2:
                continue
            for at in listed:  # Polars wants values in a list, and these are names: so ORs
                replace(at, name)
            ored = " OR ".join(f"{one.text} = {texts[at]}" for at in listed)
            texts[place : end + 1] = [""] * (end + 1 - place)
            texts[place] = f"(NOT ({ored}))" if negated else f"({ored})"
    return " ".join(filter(None, texts)), moments


def moment(token: Token, name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a text as a value that a column of dates can be compared with."""
    text = token.text.strip("'").strip()
    try:
        if isinstance(dtype, pl.Time):
            return pl.lit(time.fromisoformat(text))
        if isinstance(dtype, pl.Duration):
            raise ValueError("lengths of time have no one way to be written")
        if MONTHLY.fullmatch(text):
            text += "-01" if "-" in text else "-01-01"
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ConditionSyntaxError(
            f"“{name}” holds {kind_of(dtype)}, and “{text}” is none. Write it as '2024-01-31' or "
            "'2024-01-31 18:30'",
            token.at,
        ) from None
    zone, unit = (
        (dtype.time_zone, dtype.time_unit) if isinstance(dtype, pl.Datetime) else (None, "us")
    )
    if zone is None and value.tzinfo is not None:
        raise ConditionSyntaxError(
            f"“{name}” has no time zone, so “{text}” cannot be compared with it. Leave its zone "
            "out",
            token.at,
        )
    if zone is None:
        is_day = isinstance(dtype, pl.Date) and value.time() == time()
        return pl.lit(date(value.year, value.month, value.day) if is_day else value)
    if value.tzinfo is None:
        local = pl.lit(value).cast(pl.Datetime(unit))
        return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    utc = pl.lit(value.astimezone(UTC).replace(tzinfo=None)).cast(pl.Datetime(unit))
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)


def kind_of(dtype: pl.DataType) -> str:
    """Return what a column holds, in words."""
    return next((words for kind, words in KINDS if isinstance(dtype, kind)), str(dtype))
