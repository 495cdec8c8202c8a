"""Sign-in in a browser, against a provider with real signed tokens."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running_server
from tests.oidc_provider import CLIENT, SECRET, running_provider

pytestmark = pytest.mark.browser
ACCOUNTS = {
    name: {"email": f"{name}@{host}", "email_verified": True, "groups": groups}
    for name, host, groups in (
        ("anna", "school.example", ["teachers"]),
        ("ben", "school.example", ["class 9"]),
        ("eve", "elsewhere.example", ["teachers"]),
    )
}


def test_who_signs_in_sees_the_link_that_they_followed_and_what_their_role_allows(
    page: Page, tmp_path: Path
) -> None:
    with running_provider(ACCOUNTS) as provider:
        settings = {
            "redirect_uri": "http://localhost:{port}/oauth2callback",
            "cookie_secret": secrets.token_hex(),
            "client_id": CLIENT,
            "client_secret": SECRET,
            "server_metadata_url": provider.metadata_url,
        }
        file = tmp_path / "home" / ".streamlit" / "secrets.toml"
        file.parent.mkdir(parents=True)
        lines = [f'{name} = "{value}"' for name, value in settings.items()]
        file.write_text("\n".join(["[auth]", *lines]), encoding="utf-8")
        with running_server(
            tmp_path,
            HOME=str(tmp_path / "home"),
            EXPLORER_WORKERS="0",
            EXPLORER_SIGN_IN="@school.example",
            EXPLORER_MAY_OPEN="groups:teachers",
        ) as server:
            followed = f"{server.url}/analogies?space=books"
            sign_in = page.get_by_role("button", name="Sign in", exact=True)
            sign_out = page.get_by_role("button", name="Sign out")

            page.goto(followed.replace("localhost", "127.0.0.1"))
            expect(page.get_by_text("you came by another address")).to_be_visible()

            page.goto(followed)
            expect(page.get_by_text("This server asks who you are")).to_be_visible()
            expect(page.get_by_test_id("stSidebar")).to_have_count(0)
            sign_in.click()
            page.get_by_role("link", name="eve").click()
            expect(page.get_by_text("is not on this server’s list")).to_be_visible()
            sign_out.click()

            expect(page.get_by_text("This server asks who you are")).to_be_visible()
            page.goto(followed)
            sign_in.click()
            page.get_by_role("link", name="ben").click()
            page.wait_for_url("**/analogies?**space=books**")
            expect(page.get_by_text("338").first).to_be_visible()
            page.goto(f"{server.url}/open")
            expect(page.get_by_text("may not open files")).to_be_visible()
            expect(page.get_by_test_id("stFileUploader")).to_have_count(0)
            sign_out.click()

            expect(page.get_by_text("This server asks who you are")).to_be_visible()
            page.goto(f"{server.url}/open")
            sign_in.click()
            page.get_by_role("link", name="anna").click()
            page.wait_for_url("**/open**")
            expect(page.get_by_test_id("stFileUploader")).to_be_visible()
