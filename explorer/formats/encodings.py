"""Text in any of the usual encodings, given to the readers as UTF-8, in blocks of whole lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from explorer.errors import ParseError
from explorer.formats.bounds import LINE_BYTES
from explorer.formats.file import File

BLOCK_BYTES = 8 << 20
UTF_8 = "utf-8"
MARKS = {  # byte-order marks
    codecs.BOM_UTF8: UTF_8,
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def encoding_of(head: bytes) -> tuple[str, int]:
    """Return the Unicode encoding of a text's head, and how long its byte-order mark is."""
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name, len(mark)
    # UTF-16 without a mark: numbers and most letters show every other byte zero
    first = head[: min(len(head), 256) // 2 * 2]
    if len(first) >= 8:
        for name, zeros, letters in (
            ("utf-16-le", first[1::2], first[0::2]),
            ("utf-16-be", first[0::2], first[1::2]),
        ):
            if zeros.count(0) >= 0.7 * len(zeros) and letters.count(0) < 0.1 * len(letters):
                return name, 0
    return UTF_8, 0


def utf8_head(head: bytes) -> bytes:
    """Return the head of a text as UTF-8, without its byte-order mark."""
    encoding, mark = encoding_of(head)
    if encoding == UTF_8:
        return head[mark:]
    return codecs.getincrementaldecoder(encoding)("replace").decode(head[mark:]).encode()


def utf8_blocks(file: File) -> Iterator[bytes]:
    """Yield the text as UTF-8 in blocks, without its byte-order mark."""
    encoding, mark = encoding_of(file.head(256))
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with file.open() as stream:
        stream.seek(mark)
        while block := stream.read(BLOCK_BYTES):
            yield block if encoding == UTF_8 else decoder.decode(block).encode()


def utf8_content(file: File) -> bytes:
    """Return the whole text as UTF-8, without its byte-order mark."""
    return b"".join(utf8_blocks(file))


def utf8_or_windows(content: bytes) -> bytes:
    """Return a text as UTF-8; what is no Unicode is read as Windows-1252, which Excel writes."""
    encoding, mark = encoding_of(content[:256])
    try:
        return content[mark:].decode(encoding).encode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").encode()


def whole_lines(file: File) -> Iterator[tuple[bytes, bool]]:
    """Yield the text in blocks that end at a line's end, and whether the last line had its end.

    Line ends are LF. Raises ParseError where a line is longer than the bound.
    """
    encoding, mark = encoding_of(file.head(256))
    blocks = utf8_line_blocks(file, mark) if encoding == UTF_8 else decoded_line_blocks(file)
    for block in blocks:
        cut = block.rfind(b"\n") + 1
        if len(block) - cut > LINE_BYTES:
            raise too_long(file)
        if cut == len(block):
            yield unix_lines(block), True
            continue
        if cut:
            yield unix_lines(block[:cut]), True
        yield block[cut:].removesuffix(b"\r") + b"\n", False


def utf8_line_blocks(file: File, start: int) -> Iterator[bytes]:
    """Yield the lines of a text in UTF-8: each block is read once, to the end of a line."""
    with file.open() as stream:
        while start < file.size:
            end = start + BLOCK_BYTES
            stream.seek(end - 1)
            rest = stream.readline(LINE_BYTES + 1)
            if len(rest) > LINE_BYTES:
                raise too_long(file)
            stream.seek(start)
            block = stream.read(BLOCK_BYTES + max(0, len(rest) - 1))
            if not block:  # the file became shorter while it was read
                return
            yield block
            start += len(block)


def decoded_line_blocks(file: File) -> Iterator[bytes]:
    """Yield the lines of a text in another encoding as UTF-8."""
    rest = b""
    for block in utf8_blocks(file):
        cut = block.rfind(b"\n") + 1
        if len(rest) + (cut and block.find(b"\n")) > LINE_BYTES:
            raise too_long(file)
        if cut:
            yield rest + block[:cut]
            rest = block[cut:]
        else:
            rest += block
    if rest:
        yield rest


def too_long(file: File) -> ParseError:
    """Return the error for a line that is longer than the bound."""
    return ParseError(
        f"{file.name} has a line of more than {LINE_BYTES >> 20} MB. "
        "A line holds one label and its numbers: is it a text file?"
    )


def unix_lines(block: bytes) -> bytes:
    """Return the block with LF for each line end of Windows."""
    # to look for one byte is ten times as fast as to look for two
    return block.replace(b"\r\n", b"\n") if b"\r" in block else block


def decode_labels(labels: list[str], undecoded: list[tuple[int, bytes]]) -> tuple[str, ...]:
    """Put into `labels` those that are not UTF-8, and return the note that tells it.

    Where most labels outside ASCII are no UTF-8, the file is taken for Latin-1; a few
    broken ones in a file of UTF-8 keep a replacement sign where the break is.
    """
    if not undecoded:
        return ()
    odd = len(undecoded)
    valid = sum(not label.isascii() for label in labels)
    if odd > valid:
        for row, raw in undecoded:
            labels[row] = raw.decode("latin-1")
        return (
            f"The labels are not UTF-8. They were read as Latin-1: “{labels[undecoded[0][0]]}”.",
        )
    for row, raw in undecoded:
        labels[row] = raw.decode("utf-8", "replace")
    return (
        f"{odd:,} label{'s are' if odd > 1 else ' is'} not valid UTF-8: "
        f"what is broken shows as �, as in “{labels[undecoded[0][0]]}”.",
    )
