"""CSV: lines of a label and 784 pixels, with or without a header, as MNIST is often shared."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from core.base.errors import InvalidInput
from core.transfer.formats.archive import printable
from core.transfer.formats.format import Format, Sample
from core.transfer.formats.records import INK_BYTES, Records, record_of_ink

MAX_LINE_CHARS: Final = (784 * 4 + 200) * 4
MIN_COMMAS: Final = 100  # in the first line, to be recognised


def recognises(sample: Sample) -> bool:
    """Whether the first line is ASCII with many commas."""
    line = sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
    return line.count(b",") > MIN_COMMAS and line.isascii()


def read(path: Path) -> Records:
    """Yield one record a line. Raises: InvalidInput, at the first malformed line."""
    with path.open(encoding="ascii", errors="replace", newline="") as file:
        for number, line in enumerate(_lines(file), start=1):
            if number == 1 and line and not line[0].strip().isdigit():
                continue  # a header
            where = f"line {number}"
            if len(line) != INK_BYTES + 1:
                raise InvalidInput(f"{where} has {len(line)} cells: a label and 784 pixels are 785")
            label, *pixels = (_byte(cell, where) for cell in line)
            yield record_of_ink(label, bytes(pixels), where)


def _lines(file: TextIO) -> Iterator[list[str]]:
    try:
        yield from csv.reader(_bounded_lines(file))
    except csv.Error as exc:
        raise InvalidInput("this is not a CSV file of labels and pixels") from exc


def _bounded_lines(file: TextIO) -> Iterator[str]:
    """The lines of a file. Raises: InvalidInput, if one is far too long to be held in memory."""
    while line := file.readline(MAX_LINE_CHARS):
        if len(line) >= MAX_LINE_CHARS:
            raise InvalidInput("this CSV has lines far longer than a label and 784 pixels")
        yield line


def _byte(cell: str, where: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255):
        raise InvalidInput(f"{where} has the cell {printable(text[:20])!r}: cells are 0 to 255")
    return int(text)


FORMAT: Final = Format(
    name="csv",
    description="CSV of a label and 784 pixels a line",
    recognises=recognises,
    read=read,
)
