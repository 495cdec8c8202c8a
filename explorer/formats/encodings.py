"""Text in any of the usual encodings, given to the readers as UTF-8, in blocks of whole lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from functools import lru_cache

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
ENCODINGS = {  # what a text that is no Unicode may be in; of equally good ones the first
    "cp1252": "Latin-1 (Windows-1252)",
    "gb18030": "GB18030 (Chinese)",
    "cp932": "Shift JIS (Japanese)",
    "big5": "Big5 (Chinese)",
    "cp949": "Windows-949 (Korean)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
}
SAMPLE_BYTES = 32 << 10  # of lines with letters outside ASCII, which decide the encoding
MOST_DISORDER = 0.6  # charset-normalizer's own bound of 0.2 leaves out lists of Russian words


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
    return utf8_text(file)[0]


def utf8_text(file: File) -> tuple[bytes, tuple[str, ...]]:
    """Return the whole text as UTF-8, and the note where it was in another encoding."""
    return to_utf8(b"".join(utf8_blocks(file)))


def as_utf8(content: bytes) -> bytes:
    """Return a text in any encoding as UTF-8, without its byte-order mark."""
    encoding, mark = encoding_of(content[:256])
    if encoding != UTF_8:
        return content[mark:].decode(encoding, "replace").encode()
    return to_utf8(content[mark:])[0]


def to_utf8(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a text that may be no UTF-8 as UTF-8, and the note that tells it.

    Where most lines outside ASCII are no UTF-8, the encoding is guessed; a few broken ones in a
    text of UTF-8 keep a replacement sign where the break is.
    """
    if is_utf8(content):
        return content, ()
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    broken = [line for line in lines if not is_utf8(line)]
    if 2 * len(broken) <= len(lines):
        return content.decode("utf-8", "replace").encode(), (
            f"{len(broken):,} line{'s are' if len(broken) > 1 else ' is'} not valid UTF-8: "
            "what is broken shows as �.",
        )
    encoding = guess_encoding(broken)
    return decoded(content, encoding).encode(), (
        f"The text is not UTF-8. It was read as {ENCODINGS[encoding]}.",
    )


def is_utf8(content: bytes) -> bool:
    """Tell whether the bytes are valid UTF-8."""
    if content.isascii():
        return True
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for start in range(0, len(content), BLOCK_BYTES):  # a text as a whole takes four times it
            decoder.decode(content[start : start + BLOCK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def guess_encoding(texts: Sequence[bytes]) -> str:
    """Return the one of ENCODINGS that texts outside ASCII are most likely in."""
    sample = bytearray()
    for text in texts:
        sample += text[:SAMPLE_BYTES] + b"\n"
        if len(sample) >= SAMPLE_BYTES:
            break
    return likeliest_encoding(bytes(sample))


@lru_cache(maxsize=8)  # recognizing a file, looking at it and reading it ask the same
def likeliest_encoding(sample: bytes) -> str:
    """Return the one of ENCODINGS with little disorder, a clear language, and few symbols."""
    from charset_normalizer import from_bytes

    order = list(ENCODINGS)
    found = from_bytes(
        sample, cp_isolation=order, threshold=MOST_DISORDER, preemptive_behaviour=False
    )
    ranked = [
        (round(match.chaos - match.coherence + symbols(str(match)), 1), order.index(name))
        for match in found
        for name in match.could_be_from_charset
        if name in ENCODINGS
    ]
    return order[min(ranked)[1]] if ranked else order[0]


def symbols(text: str) -> float:
    """Return the share of the characters outside ASCII that are no letters."""
    others = [one for one in text if not one.isascii()]
    return sum(not one.isalpha() for one in others) / max(1, len(others))


def decoded(content: bytes, encoding: str) -> str:
    """Return bytes as text; the few bytes that Windows-1252 leaves out are Latin-1's."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "cp1252":
            return content.decode("latin-1")
        return content.decode(encoding, "replace")


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

    Where most labels outside ASCII are no UTF-8, the encoding is guessed; a few broken ones
    in a file of UTF-8 keep a replacement sign where the break is.
    """
    if not undecoded:
        return ()
    odd = len(undecoded)
    valid = sum(not label.isascii() for label in labels)
    if odd > valid:
        encoding = guess_encoding([raw for _, raw in undecoded])
        if encoding != "cp1252":  # in two bytes a letter, some are valid UTF-8 by chance
            for row, label in enumerate(labels):
                if not label.isascii():
                    labels[row] = decoded(label.encode(), encoding)
        for row, raw in undecoded:
            labels[row] = decoded(raw, encoding)
        return (
            f"The labels are not UTF-8. They were read as {ENCODINGS[encoding]}: "
            f"“{labels[undecoded[0][0]]}”.",
        )
    for row, raw in undecoded:
        labels[row] = raw.decode("utf-8", "replace")
    return (
        f"{odd:,} label{'s are' if odd > 1 else ' is'} not valid UTF-8: "
        f"what is broken shows as �, as in “{labels[undecoded[0][0]]}”.",
    )


def marked(content: bytes) -> bytes:
    """Return a text for polars, which takes one that begins with “x^” for a zlib stream.

    A byte-order mark before it says that it is none.
    """
    return codecs.BOM_UTF8 + content if content.startswith((b"x^", b"x\1")) else content
