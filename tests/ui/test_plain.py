from __future__ import annotations

import re

import pytest

from explorer.ui.shell.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "**bold**",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "$x^2$",
        ":red[x]",
        "# heading",
        "a_b_c",
        "`code`",
    ],
)
def test_every_sign_with_a_meaning_is_escaped(text: str) -> None:
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", plain(text))
    assert not re.search(r"[!-/:-@\[-`{-~]", unescaped)


@pytest.mark.parametrize("text", ["https://example.org", "www.example.org", "a@b.org", ":smile:"])
def test_addresses_and_icons_are_broken_by_a_sign_without_width(text: str) -> None:
    assert "\u2060" in plain(text)


def test_lines_become_one() -> None:
    assert plain("a\n\n# b") == r"a \# b"
