"""The command `encode-images` of the command line."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from explorer.cli.encode import Teller, declare_device
from explorer.cli.formats import declare_force
from explorer.encoding.pictures.models import OFFLINE
from explorer.formats.save import check_save, save_space
from explorer.wording import count


def declare_encode_images(parser: argparse.ArgumentParser) -> None:
    """Declare what `encode-images` takes."""
    parser.add_argument("input", help="a folder of pictures, a zip, or one picture")
    parser.add_argument(
        "--model", default=OFFLINE, help="a model's name or folder (default: %(default)s)"
    )
    declare_device(parser)
    parser.add_argument(
        "--output",
        required=True,
        metavar="OUT.parquet",
        help="the file to write; .parquet keeps small pictures in it",
    )
    declare_force(parser)


def encode_images(given: argparse.Namespace) -> int:
    """Encode the pictures of a folder into a file; what was encoded before is read back."""
    from explorer.encoding.pictures.space import encode_images as encode

    check_save(given.output, overwrite=given.force)  # before the long work
    start = time.monotonic()
    teller = Teller()
    space = encode(
        given.input,
        given.model,
        name=Path(given.input).stem,
        device=given.device,
        precision=given.precision,
        report=teller,
    )
    teller.end()
    save_space(space, given.output, overwrite=given.force)
    seconds = time.monotonic() - start
    print(f"{count(len(space), 'picture')} in {given.output}, {seconds:,.0f} s")
    for note in space.notes:
        print(f"  {note}")
    return 0
