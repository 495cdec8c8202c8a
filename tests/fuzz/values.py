"""Values for addresses: hostile ones, texts in the app's own little languages, and mutations."""

from __future__ import annotations

import random

HEX = "0123456789abcdef" * 2
HOSTILE = (
    "", " ", "0", "-1", "1", "0.5", "1e999", "-1e999", "NaN", "nan", "inf", "-inf", "Infinity",
    "9" * 30, "9" * 5000, "-" + "9" * 400, "1e-320", "0x10", "1_000", " 5 ", "5.0000001", "--5",
    "1e5", "+3", "٣", "１２", "²", "true", "false", "None", "null", "undefined", "[]", "{}",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</style><h1>x", "&lt;b&gt;",
    "**b**", ":material/home:", ":red[x]", ":material/nothing_like_it:", "$\\frac{$", "`",
    "```\nx", "[a](javascript:alert(1))", "![x](http://127.0.0.1/x)", "a" * 10_000,
    "king " * 3000, "(" * 5000, "-" * 5000, "king, " * 3000, "king + " * 2000 + "king",
    "\\" * 999, "\0", "a\0b", "\ufeff", "\u202eabc", "\u2028", "\x85", "\r\n", "\t", "\x1b[31m",
    "\uffff", "e\u0301" * 50, "🜁", "👩‍👩‍👧", "𝕜𝕚𝕟𝕘", "ﷺ" * 200, "ß", "İ", "٠", "%00", "%", "%zz",
    "&a=b", "#", "?", "../../etc/passwd", "/etc/passwd", "C:\\x", "file:///etc/passwd",
    "words/../x", "..", "~", "~nobody9/model", "mine.txt~0123456789ab", HEX, HEX * 2, "x-v1",
    "'; DROP TABLE entries; --", "${7*7}", "{{7*7}}", "__class__", "constructor", "__proto__",
    "words", "books", "PCA", "UMAP", "t-SNE", "Axes",
)  # fmt: skip
PATTERNS = (
    "king − man + woman", "king - man", "((king", "king))", "1e308 king", "1e308*king*1e308",
    "0 king", "king / 0", "− king", "king −", "king, queen; man", "hot, warm − cold, icy",
    "“king”", "'king", '"king" "queen"', "king man", "nan", "no such word", "king − king",
    "king*-0", "a − b, c − d", "label = 'king'", "label LIKE '%a%'", "number > 3",
    "number > 1e400", "number BETWEEN NaN AND 3", "year > 1900 AND year < 1e9",
    "label IN ('king', 'queen')", "huge = 4611686018427387904", "day > '2000-01-01'",
    "day = 'yesterday'", "day > 99999999999999999999", "kind IS NULL", "NOT (NOT (yes))", "yes",
    "kind = ''", "1 = 1", "1 = 0", "label = 1", "number = 'x'", "broken > 0", "trust > 0.5",
    "cluster = 'a'", "cluster = 1", "SELECT * FROM x", "label = 'a' OR", "(" * 200 + "yes",
    "label REGEXP '('", "length(label) > 3", "repeat(label, 99999999) = ''", "NOT " * 500 + "yes",
    " AND ".join(["number > 3"] * 300), '"lasso 1"', '"nothing" = 1', "`label` = 1",
    "number / 0 > 1", "huge * huge > 0", "number % 0 = 0", "CASE WHEN yes THEN 1 ELSE 0 END = 1",
    "label > number", "(a+)+$", "[", "(?=a)", "\\", "a{1000000}", "(?P<x>", ".*", "^$",
    "\\p{Greek}", "king #0", "king #99999999999999999999", "#0", " #0", "king #-1", "same #19",
    "same #20", "\0 #0",
)  # fmt: skip
UNBOUND = {  # parameters that no widget is bound to
    "space": ("words", "books", "forty~000000000000"),
    "selected": ("king", "queen", "same #3", "Dracula", "nan", "0", "forty"),
    "filter": ("number > 3", "label LIKE '%a%'", "trust > 0.5", "kind = '<i>'", "cluster = 'a'"),
    "workspace": (HEX, "mine"),
    "plan": ("3-arithmetic", "7-whose-meaning", "arithmetic"),
    "plan_step": ("1", "2", "99"),
    "take": ("3-arithmetic", "9-the-hidden-word"),
    "finished": ("3-arithmetic",),
    "projector": ("on", "off"),
    "run": (HEX,),
    "learned": (HEX,),
    "called": ("my text", "<b>"),
    "other_space": ("words", "books"),
    "item": ("king", "same #3"),
    "finding": ("duplicates", "outliers", "doubtful"),
    "neighbors_among": ("true", "false"),
    "label_by": ("kind", "number", "label"),
    "likes": ("Dracula", "1", "king"),
    "graph": (HEX,),
    "molecules_of": (HEX,),
    "table": (HEX,),
}


def mutated_text(text: str, pick: random.Random) -> str:
    """Return a text with one to three small changes."""
    for _ in range(pick.choice((1, 1, 2, 3))):
        at = pick.randrange(len(text) + 1)
        match pick.randrange(7):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + pick.choice(HOSTILE)[:50] + text[at:]
            case 2:
                text = text[:at] + chr(pick.choice((0, 9, 10, 34, 39, 60, 160, 0x3A9, 0x1F600)))
            case 3:
                text = text.swapcase()
            case 4:
                text = text * pick.choice((2, 20))
            case 5:
                text = f"-{text}"
            case 6:
                text = text[:at] + str(pick.randrange(10**9)) + text[at:]
    return text[:20_000]
