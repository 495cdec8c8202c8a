"""What a page's HTML announces: the scripts that its elements need, as Streamlit names them."""

from __future__ import annotations

import asyncio
import re

import pytest
from starlette.types import Message, Receive, Scope, Send

from explorer.ui.pointcloud.component import FOLDER
from explorer.ui.shell.announcing import IMPORTED, KINDS, MAP, NAMED, SCRIPTS, Announcing, header

LONGEST = 3000  # bytes, of the 4096 that nginx takes by default for all headers of an answer


@pytest.mark.parametrize("kind", sorted({kind for kinds in KINDS.values() for kind in kinds}))
def test_each_kind_of_element_has_one_script(kind: str) -> None:
    assert len(list(SCRIPTS.glob(f"{kind}.*.js"))) == 1


@pytest.mark.parametrize("page", [*KINDS, "lessons"])
def test_what_is_announced_is_there_with_all_that_it_imports(page: str) -> None:
    value = header(page, with_map=True)
    names = re.findall(r"<static/js/([^>]+)>; rel=modulepreload", value)
    first = (SCRIPTS.parents[1] / "index.html").read_text(encoding="utf-8")
    imported = {
        one for name in names for one in IMPORTED.findall((SCRIPTS / name).read_text("utf-8"))
    }
    assert imported <= {*names, *NAMED.findall(first)}
    assert len(value) < LONGEST


def test_the_map_is_announced_only_where_it_is_served() -> None:
    """A browser remembers a script that was not there, and the map would never come."""
    assert all(f"<{one}>" in header("map", with_map=True) for one in MAP)
    assert "pointcloud" not in header("map", with_map=False)
    assert all((FOLDER / "built" / one.rpartition("/")[2]).is_file() for one in MAP)


@pytest.mark.parametrize(
    ("path", "status", "kind", "announced"),
    [
        ("/map", 200, "text/html; charset=utf-8", True),
        ("/map", 304, "", True),
        ("/favicon.png", 304, "", False),
        ("/static/css/index.css", 200, "text/css", False),
    ],
)
def test_html_announces_also_where_the_browser_has_it_already(
    path: str, status: int, kind: str, announced: bool
) -> None:
    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", kind.encode())] if kind else []
        await send({"type": "http.response.start", "status": status, "headers": headers})

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Announcing(served, lambda: True)({"type": "http", "path": path}, receive, send))
    assert (b"link" in dict(sent[0]["headers"])) == announced
