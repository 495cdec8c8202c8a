"""Words as people type them: in running text, in lists, and in formulas.

`scan` tokenizes lists here and formulas in `explorer.formula`, with other signs there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# A word of running text: letters and digits, joined inside by apostrophes, hyphens, underscores.
WORD = re.compile(r"[^\W_]+(?:['’\-_][^\W_]+)*")
SEPARATORS = ",;\n\t"  # between the words of a list
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}
QUOTE_AFTER_SPACE = re.compile(rf"\s[{''.join(QUOTES)}]")
SIGNS_IN_LABEL = 16  # at most, without quotes: bounds the tries at each place, so time is linear


@dataclass(frozen=True)
class Token:
    """A token of typed text: kind is 'word', 'quoted', 'unclosed' (a quote) or the sign itself."""

    kind: str
    text: str


def no_label(text: str) -> bool:
    """Know no labels: the default of `scan`."""
    return False


def scan(text: str, signs: str, is_label: Callable[[str], bool] = no_label) -> list[Token]:
    """Return the words and signs of a text, in time linear in its length.

    A word ends before the next sign, unless a known label goes on: then the longest label with
    at most SIGNS_IN_LABEL signs is taken. Text in quotes is one word.

    Examples
    --------
    >>> known = {"well-known"}.__contains__
    >>> [token.text for token in scan('well-known - "rock-n-roll"', "-", known)]
    ['well-known', '-', 'rock-n-roll']
    """
    ends = [place for place, letter in enumerate(text) if letter in signs] + [len(text)]
    tokens: list[Token] = []
    place = next_end = 0
    # after a word a sign is a sign: “king -man” is a difference even if “-man” is a label
    after_word = False
    while place < len(text):
        letter = text[place]
        while ends[next_end] < place:
            next_end += 1
        closing = text.find(QUOTES[letter], place + 1) if letter in QUOTES else -1
        if letter.isspace() and letter not in signs:
            place += 1
        elif closing >= 0:
            tokens.append(Token("quoted", text[place + 1 : closing]))
            place, after_word = closing + 1, True
        elif not after_word and (
            label := longest_label(
                text, place, ends[next_end : next_end + SIGNS_IN_LABEL], signs, is_label
            )
        ):
            tokens.append(Token("word", label))
            place, after_word = place + len(label), True
        elif letter in signs:
            tokens.append(Token(letter, letter))
            place, after_word = place + 1, letter == ")"
        elif letter in QUOTES:
            tokens.append(Token("unclosed", text[place:]))
            place = len(text)
        else:
            quote = QUOTE_AFTER_SPACE.search(text, place, ends[next_end])
            stop = quote.start() if quote else ends[next_end]
            tokens.append(Token("word", " ".join(text[place:stop].split())))
            place, after_word = stop, True
    return tokens


def longest_label(
    text: str, place: int, ends: list[int], signs: str, is_label: Callable[[str], bool]
) -> str | None:
    """Return the longest label from a place to one of the ends, unless it is signs alone."""
    for end in reversed(ends):
        label = text[place:end].rstrip()
        if (
            label
            and is_label(label)
            and not all(letter in signs or letter.isspace() for letter in label)
        ):
            return label
    return None


def split_words(text: str, is_label: Callable[[str], bool] = no_label) -> tuple[str, ...]:
    """Return the words of a list, each once: split at commas and line ends, or else at spaces.

    Text in quotes, and known labels, are not split.

    Examples
    --------
    >>> split_words("king queen  king")
    ('king', 'queen')
    >>> split_words("New York, Paris")
    ('New York', 'Paris')
    >>> split_words('"Paris, Texas" Berlin')
    ('Paris, Texas', 'Berlin')
    """
    if is_label(text.strip()):
        return (text.strip(),)
    tokens = scan(text.strip(), SEPARATORS, is_label)
    is_cut = any(token.kind in SEPARATORS for token in tokens)
    words: list[str] = []
    for token in tokens:
        if token.kind == "quoted" or (is_cut and token.kind == "word"):
            words.append(token.text)
        elif token.kind not in SEPARATORS:
            words += token.text.split()
    return tuple(dict.fromkeys(word for word in words if word))
