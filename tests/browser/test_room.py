"""A room in the browser: a teacher at a projector's size, three pupils on phones."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Server, Visitor, wait_until_healthy

pytestmark = pytest.mark.browser

CODE = ".room-door .code"
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
Phone = Callable[[], Page]


@pytest.fixture
def phone(visitor: Visitor) -> Phone:
    """Open the page of one more phone; each has a browser of its own."""
    return lambda: visitor(viewport={"width": 390, "height": 844})


def start_room(teacher: Page, server: Server) -> str:
    """Start a room with the first lesson, and return its code."""
    teacher.goto(f"{server.url}/room")
    teacher.get_by_role("button", name="Start a room").click()
    code = teacher.locator(CODE).inner_text()
    assert "teacher=" not in teacher.url
    return code


def test_a_class_walks_through_two_steps(page: Page, phone: Phone, server: Server) -> None:
    code = start_room(page, server)
    pupils = [phone() for _ in range(3)]
    pupils[0].goto(f"{server.url}/room")
    pupils[0].get_by_label("Code").fill(code.lower())
    pupils[0].get_by_role("button", name="Join").click()
    for one in pupils[1:]:
        one.goto(f"{server.url}/room?room={code}")
    for one, choice in zip(pupils, ("none", "all but one", "all but one"), strict=True):
        expect(one.get_by_role("heading", name="A number for each word")).to_be_visible()
        one.get_by_role("button", name=choice, exact=True).click()
        expect(one.get_by_text("Your answer:")).to_be_visible()
        assert one.evaluate("() => document.documentElement.scrollWidth") <= 390
    expect(page.locator(".room-bars .count")).to_have_text(["1", "0", "2"])
    pupils[0].reload()  # the same phone, not a fourth
    expect(pupils[0].get_by_text("Your answer:")).to_be_visible()
    expect(page.get_by_text("3 joined")).to_be_visible()
    page.get_by_role("button", name="Show the answer to all").click()
    for one in pupils:
        expect(one.get_by_text("Eight words take 80,000 numbers")).to_be_visible()
        expect(one.locator(".room-bars .count")).to_have_text(["1", "0", "2"])

    page.get_by_role("button", name="Your link").click()
    link = page.locator("code", has_text="teacher=").inner_text()
    page.keyboard.press("Escape")
    second = phone()  # the teacher's phone leads the room as well
    second.goto(server.url + link[link.index("/room") :])
    second.get_by_role("button", name="Next").click()
    expect(page.get_by_text(re.compile("Step 2 of 7"))).to_be_visible()
    page.get_by_text("Look around", exact=True).click()
    away = pupils[0]
    away.get_by_role("link", name="Look around").click()
    expect(away.get_by_text("You are in room")).to_be_visible()
    page.get_by_text("Follow me", exact=True).click()
    for one in pupils:  # the one who was away is called back
        one.get_by_role("button", name="king and queen", exact=True).click()
    expect(page.locator(".room-bars .count")).to_have_text(["3", "0", "0"])

    page.get_by_role("button", name="End the room").click()
    page.get_by_role("button", name="End it and erase all").click()
    for one in (page, second, *pupils):
        expect(one.get_by_text("all answers are erased")).to_be_visible()
    away.wait_for_function("() => !Object.keys(localStorage).some(one => one.includes('room '))")


def test_a_server_that_is_killed_in_the_middle_goes_on_where_it_was(
    page: Page, phone: Phone, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(f"http://localhost:{port}")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "EXPLORER_CACHE_DIR": str(tmp_path), "EXPLORER_WORKERS": "0"}
    log = tmp_path / "server.log"

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        wait_until_healthy(server.url, app, log)
        return app

    app = start()
    try:
        code = start_room(page, server)
        pupil = phone()
        pupil.goto(f"{server.url}/room?room={code}")
        pupil.get_by_role("button", name="about half", exact=True).click()
        expect(page.locator(".room-bars .count")).to_have_text(["0", "1", "0"])
        app.kill()
        app.wait()
        app = start()
        # both browsers come back by themselves; the teacher is still the teacher
        for one in (page, pupil):
            expect(one.locator(CONNECTED)).to_be_visible()
        expect(page.locator(".room-bars .count")).to_have_text(["0", "1", "0"])
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text(re.compile("Step 2 of 7"))).to_be_visible()
        expect(pupil.get_by_role("heading", name="Which is nearer?")).to_be_visible()
        pupil.get_by_role("button", name="king and banana", exact=True).click()
        expect(page.locator(".room-bars .count")).to_have_text(["0", "1", "0"])
        page.get_by_role("button", name="Back", exact=True).click()
        expect(pupil.get_by_text("Your answer: about half")).to_be_visible()
    finally:
        app.kill()
        app.wait()
