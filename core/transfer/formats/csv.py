"""CSV: lines of a label and 784 pixels, as spreadsheets, data frames and competitions write them.

The heading, the place of the label, the separator, the encoding and the range of the values follow
from the content: `survey` decides them once, `read` uses them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.errors import InvalidInput
from core.transfer.formats import tables
from core.transfer.formats.archive import printable
from core.transfer.formats.format import Assumed, Format, Sample, Survey
from core.transfer.formats.records import INK_BYTES, Records, record_of_ink
from core.transfer.formats.scales import Levels, parse_scale, scale_of
from core.transfer.formats.text import SPACE, bounded_lines, decoded, opened_text
from core.transfer.formats.words import digit_of, whole_number

MAX_LINE_CHARS: Final = 1 << 17
MIN_CELLS: Final = 60
"""In the first line, to be recognised: a table of 8 × 8 pixels is refused with a better reason."""
SEPARATORS: Final = (",", ";", "\t", "|", " ")
MARK: Final = "\ufeff"
N_LEVELS_AT_ONCE: Final = 500
"""Rows with ink whose values are all looked at for the range; later, every 50th row is."""
_SEP_LINE: Final = re.compile(r"\"?sep=.\"?", re.IGNORECASE)
TOO_LONG: Final = "this CSV has lines far longer than a label and 784 pixels: correct it"


def recognises(sample: Sample) -> bool:
    """Whether the first line of text has many cells."""
    text = decoded(sample.head)
    line = next((line for line in text.split("\n") if not _is_preamble(line)), "")
    has_controls = any(ord(letter) < 32 and letter not in SPACE for letter in line)
    return not has_controls and line.count(_separator(line)) >= MIN_CELLS


def _is_preamble(line: str) -> bool:
    """Whether it stands before the table: a blank line, or the one that Excel takes as a hint."""
    return not line.strip(SPACE + ",;|") or _SEP_LINE.fullmatch(line.strip()) is not None


def _separator(line: str) -> str:
    """The first separator that is frequent in a line; a comma may be a decimal mark."""
    counts = {mark: line.count(mark) for mark in SEPARATORS}
    for mark in (";", "\t", "|", ","):
        if counts[mark] >= MIN_CELLS:
            return mark
    return " "


def survey(path: Path, label_column: str | None) -> Survey:
    """Decide heading, label column and range by the whole file."""
    rows = (row for _number, row in _rows(path))
    first, second = next(rows, None), next(rows, None)
    if first is None:
        raise InvalidInput("this CSV has no line with cells: choose another file")
    heading = first if _is_heading(first, second) else None
    body = [row for row in (first, second) if row is not None][heading is not None :]
    n_columns = len(body[0]) if body else len(first)
    if heading is not None and len(heading) == n_columns - 1:
        heading = ["", *heading]  # R names no column of row names
    places = [place for place in tables.places_to_look_at(n_columns, heading) if place < n_columns]
    facts = {place: tables.ColumnFacts() for place in places}
    for row in chain(body, rows):
        if len(row) == n_columns:
            for place, one in facts.items():
                one.add(row[place])
    chosen = tables.choose(n_columns, heading, facts, label_column)
    layout = tables.layout(chosen.assumed, n_columns, heading)
    levels, is_float = _levels(path, heading is not None, layout)
    scale, notices = scale_of(levels, is_float=is_float)
    common = {"heading": heading is not None, "scale": scale.name, "n_columns": n_columns}
    return Survey(
        {**chosen.assumed, **common},
        notices,
        {name: {**other, **common} for name, other in chosen.alternatives.items()},
        chosen.is_open,
    )


def _is_heading(first: list[str], second: list[str] | None) -> bool:
    """Whether the first row names the columns, with words or with a run of numbers."""
    if sum(_is_number(cell) for cell in first) < 0.5 * len(first):
        return True
    numbers = [whole_number(cell) for cell in first if cell.strip()]
    is_run = (
        len(numbers) >= INK_BYTES
        and sum(
            b is not None and a is not None and b == a + 1
            for a, b in zip(numbers, numbers[1:], strict=False)
        )
        >= len(numbers) - 2
    )
    return is_run and second is not None


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _levels(path: Path, has_heading: bool, layout: tables.Layout) -> tuple[Levels, bool]:
    """The range of the pixels, and whether they are written as fractions."""
    levels, n_inked, has_points = Levels(), 0, False
    rows = _rows(path)
    if has_heading:
        next(rows, None)
    width = max(layout.label, *layout.pixels)
    for number, row in rows:
        if (n_inked >= N_LEVELS_AT_ONCE and number % 50) or len(row) <= width:
            continue
        cells = [row[place] for place in layout.pixels]
        try:
            values_P = _values(cells)
        except ValueError:
            continue  # `read` refuses the line, and says which
        levels.add(values_P)
        n_inked += bool(values_P.any())
        has_points = has_points or any("." in cell or "," in cell for cell in cells[:32])
    return levels, has_points


def _values(cells: list[str]) -> NDArray[np.float64]:
    """Cells as numbers. Raises: ValueError, if one is none."""
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        return np.array([float(cell.strip().replace(",", ".")) for cell in cells])


def read(path: Path, assumed: Assumed) -> Records:
    """Yield one record a line. Raises: InvalidInput, at the first malformed line."""
    rows = _rows(path)
    heading = next(rows)[1] if assumed["heading"] else None
    n_columns = assumed["n_columns"]
    if heading is not None and len(heading) == n_columns - 1:
        heading = ["", *heading]
    layout = tables.layout(assumed, n_columns, heading)
    scale = parse_scale(assumed["scale"])
    for number, row in rows:
        where = f"line {number}"
        if len(row) != n_columns:
            raise InvalidInput(
                f"{where} has {len(row)} cells, the first has {n_columns}: correct that line, or "
                "leave it out"
            )
        cells = [row[place] for place in layout.pixels]
        try:
            values_P = _values(cells)
        except ValueError as exc:
            raise InvalidInput(f"{where} {_bad_cell(cells, layout, heading)}") from exc
        ink = scale.inks(values_P, where).tobytes()
        yield record_of_ink(_label(row[layout.label], where), ink, where)


def _label(cell: str, where: str) -> int:
    number = whole_number(cell)
    label = number if number is not None else digit_of(cell)
    if label is None:
        raise InvalidInput(
            f"{where} has the label {printable(cell.strip()[:20])!r}: labels are the digits 0 to "
            "9. Leave other lines out, or say which column is the label"
        )
    return label


def _bad_cell(cells: list[str], layout: tables.Layout, heading: Sequence[str] | None) -> str:
    for place, cell in zip(layout.pixels, cells, strict=True):
        if not _is_number(cell):
            column = heading[place].strip() if heading is not None else ""
            named = printable(column) or str(place + 1)
            return (
                f"has the cell {printable(cell.strip()[:20])!r} in column {named}: pixels are "
                "numbers, such as 0 to 255"
            )
    return "has a cell that is no number"


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each line with any content and its cells, from the heading on."""
    with opened_text(path) as file:
        lines = bounded_lines(file, MAX_LINE_CHARS, TOO_LONG)
        n_before = 0
        for first in lines:
            if not _is_preamble(first.lstrip(MARK)):
                break
            n_before += 1
        else:
            return
        first = first.lstrip(MARK).lstrip("#")  # NumPy writes a heading as a comment
        for number, row in _parsed(chain([first], lines), _separator(first)):
            yield n_before + number, row


def _parsed(lines: Iterator[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    rows = csv.reader(lines, delimiter=separator, skipinitialspace=separator == " ")
    try:
        for row in rows:
            if separator == " " and row and not row[-1]:
                row.pop()
            if any(row) and any(cell.strip() for cell in row):
                yield rows.line_num, row
    except csv.Error as exc:
        raise InvalidInput(
            "this is not a CSV file of labels and pixels: save the table as CSV again"
        ) from exc


FORMAT: Final = Format(
    name="csv",
    description="CSV of a label and 784 pixels a line",
    recognises=recognises,
    survey=survey,
    read=read,
)
