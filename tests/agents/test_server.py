"""The tools as an assistant calls them: by the protocol's own client, over a process's pipes."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from gensim.models import KeyedVectors
from mcp import Client, StdioServerParameters, stdio_client
from PIL import Image

from explorer import open_space
from explorer.agents.reach import reach
from explorer.errors import FormatError
from explorer.folders import SAMPLE_FOLDER
from tests.conftest import ROOT


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of vectors, with what must not be reached beside and inside it."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("books.npy", "books.csv"):
        shutil.copyfile(SAMPLE_FOLDER / name, folder / name)
    (tmp_path / "secret.txt").write_text("password 1 2\nother 3 4\n")
    (tmp_path / "shelf-2").mkdir()
    (tmp_path / "shelf-2" / "near.txt").write_text("near 1 2\nother 3 4\n")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "linked").symlink_to(tmp_path)
    np.save(folder / "lone.npy", np.eye(2, dtype=np.float32))
    (folder / "lone.txt").symlink_to(tmp_path / "secret.txt")  # labels from outside
    with (folder / "huge.npy").open("wb") as file:
        file.truncate(3_000_000)
    return folder


@asynccontextmanager
async def assistant(folder: Path, cache: Path) -> AsyncIterator[Client]:
    """Start the server as an assistant does, and connect to it."""
    process = StdioServerParameters(
        command=sys.executable,
        args=["-m", "explorer.cli", "mcp", str(folder), "--most-gb", "0.002"],
        env={"EXPLORER_CACHE_DIR": str(cache), "PATH": os.environ["PATH"]},
        cwd=ROOT,
    )
    async with Client(stdio_client(process)) as client:
        yield client


async def call(client: Client, tool: str, **given: Any) -> Any:
    """Return what a tool answers, as an assistant reads it."""
    found = await client.call_tool(tool, given)
    assert not found.is_error, found.content
    return json.loads(found.content[-1].text)


async def refused(client: Client, tool: str, **given: Any) -> str:
    """Return why a tool does not answer."""
    found = await client.call_tool(tool, given)
    assert found.is_error
    return str(found.content[0].text)


def test_an_assistant_opens_asks_and_draws(shelf: Path, tmp_path: Path) -> None:
    space = open_space(SAMPLE_FOLDER / "books.npy")
    reference = KeyedVectors(space.dim)
    reference.add_vectors(list(space.labels), space.vectors)

    async def talk() -> None:
        async with assistant(shelf, tmp_path / "cache") as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names == {
                "files", "open", "neighbors", "analogy", "filter", "project", "picture"
            }  # fmt: skip
            opened = await call(client, "open", file="books.npy")
            assert (opened["rows"], opened["dimensions"]) == space.vectors.shape
            books = opened["space"]

            near = await call(client, "neighbors", space=books, query="Jane Eyre", k=3)
            expected = reference.most_similar("Jane Eyre", topn=3)
            assert [row["label"] for row in near["rows"]] == [label for label, _ in expected]
            assert near["rows"][0]["score"] == pytest.approx(expected[0][1], abs=1e-4)

            a, b, c = "Dracula", "Frankenstein", "Emma"
            solved = await call(client, "analogy", space=books, a=a, b=b, c=c, k=3)
            expected = reference.most_similar(positive=[b, c], negative=[a], topn=3)
            assert [row["label"] for row in solved["answer"]["rows"]] == [
                one for one, _ in expected
            ]

            long = await call(client, "filter", space=books, condition="label LIKE 'The %'")
            assert long["rows"] == sum(label.startswith("The ") for label in space.labels)

            picture = await client.call_tool(
                "picture",
                {"space": books, "method": "pca", "mark": ["Emma"], "color": opened["color_by"][0]},
            )
            assert not picture.is_error, picture.content
            drawn, told = picture.content
            image = Image.open(io.BytesIO(base64.b64decode(drawn.data)))
            assert (drawn.mime_type, image.format, image.size) == ("image/png", "PNG", (1000, 640))
            measured = await call(client, "project", space=books, method="pca")
            assert json.loads(told.text) == measured
            assert 0 < measured["neighbors_kept"] < measured["of"]

            assert "no open space" in await refused(client, "neighbors", space="x", query="Emma")
            assert "Emmma" in await refused(client, "neighbors", space=books, query="Emmma")
            unread = await refused(client, "filter", space=books, condition="read_csv('x') > 1")
            assert "read_csv" in unread

    anyio.run(talk)


def test_an_assistant_reaches_the_named_folder_alone(shelf: Path, tmp_path: Path) -> None:
    outside = [
        "../secret.txt",
        str(tmp_path / "secret.txt"),
        "../shelf-2/near.txt",
        str(tmp_path / "shelf-2" / "near.txt"),
        "link.txt",
        "linked/secret.txt",
        "/etc/passwd",
        "~/.ssh/id_rsa",
        "no such file.txt",
        "books.npy\0.txt",
        ".",
        "",
    ]

    async def talk() -> None:
        async with assistant(shelf, tmp_path / "cache") as client:
            for name in outside:
                told = await refused(client, "open", file=name)
                assert "not a file in the folders that may be read" in told
                assert "password" not in told
            assert "3.0 MB" in await refused(client, "open", file="huge.npy")
            lone = await call(client, "open", file="lone.npy")
            assert "password" not in json.dumps(lone)
            listed = (await client.call_tool("files", {})).structured_content["result"]
            names = {Path(one["file"]).name for one in listed}
            assert names == {"books.npy", "books.csv", "lone.npy", "huge.npy"}

    anyio.run(talk)
    assert {one.name for one in shelf.iterdir()} == {
        "books.npy", "books.csv", "link.txt", "linked", "lone.npy", "lone.txt", "huge.npy"
    }  # fmt: skip


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="There is no folder"):
        reach([str(tmp_path / "missing")], 1)
