"""Taking a lesson in the browser: what is covered, what uncovers it, and the way on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

BAR = ".st-key-lesson-bar"


def covered(page: Page) -> list[bool]:
    """Return of each part of the page below the bar whether it is out of reach and blurred."""
    found: list[bool] = page.evaluate(
        """bar => {
            let first = document.querySelector(bar);
            while (!first.nextElementSibling) first = first.parentElement;
            const parts = [];
            for (let one = first.nextElementSibling; one; one = one.nextElementSibling)
                if (one.getBoundingClientRect().height > 20)
                    parts.push(one.inert && getComputedStyle(one).filter.includes("blur"));
            return parts;
        }""",
        BAR,
    )
    return found


def test_a_lesson_is_guessed_uncovered_and_gone_through(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/lessons")
    page.get_by_text("Why embeddings?").first.click()
    expect(page.locator(BAR)).to_contain_text("step 1 of 7")
    expect(page.locator(".stPlotlyChart").first).to_be_attached()
    page.wait_for_function("() => document.querySelector('.stPlotlyChart').closest('[inert]')")
    assert covered(page)
    assert all(covered(page))
    page.get_by_text("all but one", exact=True).click()
    expect(page.locator(BAR)).to_contain_text("You guessed all but one")
    page.wait_for_function("() => !document.querySelector('.stPlotlyChart').closest('[inert]')")
    assert not any(covered(page))
    page.get_by_role("button", name="Next").click()
    expect(page.locator(BAR)).to_contain_text("step 2 of 7")
    expect(page).to_have_url(re.compile("one_hot_step=2.*plan_step=2"))
    page.locator(BAR).get_by_role("button", name="Back").click()
    expect(page.locator(BAR)).to_contain_text("You guessed all but one")
    expect(page.get_by_text("80,000 are 0")).to_be_visible()


def test_a_teachers_link_opens_the_step_for_others(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/lessons?take=4-trust-a-map&plan_step=1")
    expect(page.locator(BAR)).to_contain_text("The simplest map")
    expect(page).to_have_url(re.compile(r"/map\?.*plan_step=1"))
    page.locator(BAR).get_by_role("spinbutton").fill("4")
    page.get_by_role("button", name="Guess").click()
    expect(page.locator(BAR)).to_contain_text("You guessed 4")
    page.locator(".st-key-only-icon-lesson-leave button:visible").first.click()
    expect(page.locator(BAR)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("plan"))
