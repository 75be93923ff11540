"""Text files as people have them: UTF-8 or UTF-16, with or without a byte order mark."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from core.base.errors import InvalidInput

SPACE: Final = " \t\r\n"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its first bytes: UTF-16, if most of every second byte is zero."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    n_pairs = len(head) // 2
    n_zeros = [head[start : 2 * n_pairs : 2].count(0) for start in (0, 1)]
    if n_pairs >= 2 and max(n_zeros) > 0.5 * n_pairs and min(n_zeros) < 0.1 * n_pairs:
        return "utf-16-le" if n_zeros[1] > n_zeros[0] else "utf-16-be"
    return "utf-8"


def decoded(head: bytes) -> str:
    """The beginning of a text, without mark and leading space."""
    return head.decode(encoding_of(head), errors="replace").lstrip("\ufeff" + SPACE)


def opened_text(path: Path, errors: str = "replace") -> TextIO:
    """Open a text file in its own encoding, line ends as they are."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(4096))
    return path.open(encoding=encoding, errors=errors, newline="")


def bounded_lines(file: TextIO, max_chars: int, message: str) -> Iterator[str]:
    """The lines of a file. Raises: InvalidInput, if one is too long to be held in memory."""
    while line := file.readline(max_chars):
        if len(line) >= max_chars:
            raise InvalidInput(message)
        yield line
