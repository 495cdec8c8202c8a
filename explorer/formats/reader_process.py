"""The process that reads one file and ends: `python -m explorer.formats.reader_process`.

A request comes as JSON on standard input, progress and the answer go out as lines of JSON on
standard output, and what was read is written into a folder as Arrow files. `isolated.py` starts it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer import cache
from explorer.errors import ExplorerError
from explorer.formats import kept
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.known import named_format
from explorer.formats.labels import write_labels, write_own_labels
from explorer.formats.process_limits import limit
from explorer.formats.safetensors import write_header
from explorer.formats.sprite import SPRITE, write_sprite
from explorer.formats.whole_table import write_table
from explorer.settings import load_settings


def look(name: str, file: File, options: Options, out: Path) -> None:
    """Look at the file and keep the sample."""
    kept.save(named_format(name).look(file, options), out)


def read(name: str, file: File, options: Options, out: Path) -> None:
    """Read the file and keep all of it."""
    kept.save(named_format(name).read(file, options), out)


WORK: dict[str, Callable[[str, File, Options, Path], None]] = {  # by the kind that is asked for
    "look": look,
    "read": read,
    "table": write_table,
    "labels": write_labels,
    "own labels": write_own_labels,
    "header": write_header,
    SPRITE: write_sprite,
}


def main() -> None:
    """Read one file as the request on standard input says; answer on standard output."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not be taken for an answer

    def tell(**answer: Any) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    request = json.load(sys.stdin)
    prepare()
    limit(request["memory"], request["disk"])
    beside = tuple(
        File(name, path=Path(path), guessed=guessed) for name, path, guessed in request["beside"]
    )
    file = File(request["name"], path=Path(request["path"]), beside=beside)
    options = Options(
        **request["options"],
        isolated=True,
        report=lambda share, step: tell(share=share, step=step),
        ask_seconds=lambda seconds: tell(seconds=seconds),
    )
    name, out = request["format"], Path(request["out"])
    try:
        with cache.writing():
            WORK[request["kind"]](name, file, options, out)
        tell(done=True)
    except ExplorerError as error:
        columns = getattr(error, "columns", ())
        tell(error=type(error).__name__, message=str(error), columns=columns)
    except MemoryError:
        tell(
            error="ParseError",
            message=f"{file.name} needs more than {request['memory'] / 1e9:.1f} GB of memory to "
            "be read. The file is broken, or too large for this machine.",
        )
    except BaseException as error:  # a library's own (polars' panic too), which no reader foresaw
        tell(
            error="ParseError",
            message=f"{file.name} cannot be read as {name}: "
            f"{type(error).__name__}: {str(error)[:300]}. Is it broken?",
        )
    answers.flush()
    os._exit(0)  # no library's clean-up may undo the answer


def prepare() -> None:
    """Let the engines start their threads while there is memory: polars waits forever for its.

    And let what the settings look at be loaded, which else fails as a broken library.
    """
    import io

    import polars as pl
    import pyarrow.parquet as pq

    content = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(content)
    content.seek(0)
    pq.read_table(content)
    load_settings()


if __name__ == "__main__":
    main()
