"""Which columns of a table are the label and the 784 pixels: for CSV and Parquet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.base.errors import InvalidInput
from core.transfer.formats.archive import printable
from core.transfer.formats.format import Survey
from core.transfer.formats.records import INK_BYTES
from core.transfer.formats.words import digit_of, listed, whole_number

FIRST: Final = "first"
LAST: Final = "last"
LABEL_NAMES: Final = (
    "label", "labels", "class", "target", "digit", "y", "number", "classlabel", "digitlabel",
    "labelid", "classid", "category", "truth", "groundtruth", "groundtruthlabel", "answer",
    "ylabel", "ytrain", "ytest", "标签", "类别", "数字",
)  # fmt: skip
"""Names of label columns, in lower case without spaces and marks, the more usual ones first."""
MAX_EXTRAS: Final = 16
MAX_DISTINCT: Final = 50
_NUMBERS: Final = re.compile(r"\d+")
_MARKS: Final = re.compile(r"[\W_\d]+")


@dataclass(slots=True)
class ColumnFacts:
    """What the cells of one column have in common."""

    n: int = 0
    n_empty: int = 0
    values: set[str] = field(default_factory=set)
    """The first 50 different cells."""
    is_sequence: bool = True
    """Whether each cell is the number after the one before."""
    _last: int | None = None

    def add(self, cell: str) -> None:
        """Count one cell in."""
        cell = cell.strip()
        self.n += 1
        self.n_empty += not cell
        if cell not in self.values and len(self.values) < MAX_DISTINCT:
            self.values.add(cell)
        if self.is_sequence:
            number = int(cell) if cell.isdecimal() and len(cell) < 10 else whole_number(cell)
            follows = number is not None and (self._last is None or number == self._last + 1)
            self.is_sequence, self._last = follows, number

    @property
    def is_empty(self) -> bool:
        """Whether no cell has anything."""
        return self.n == self.n_empty

    @property
    def is_index(self) -> bool:
        """Whether it counts the rows."""
        return self.is_sequence and self.n > 2

    @property
    def is_digits(self) -> bool:
        """Whether each cell is one of the digits 0 to 9, or 10."""
        return bool(self.values) and all(_is_label(cell) for cell in self.values)

    @property
    def n_distinct(self) -> int:
        """The number of different cells, up to 50."""
        return len(self.values)

    @property
    def is_blank(self) -> bool:
        """Whether each cell is 0, as those of a corner pixel."""
        return all(whole_number(cell) == 0 for cell in self.values)


def _is_label(cell: str) -> bool:
    return digit_of(cell) is not None or whole_number(cell) == 10


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the label and of the pixels, by place."""

    label: int
    pixels: tuple[int, ...]
    """784 places, row by row of the picture."""


def normal_name(name: str) -> str:
    """A column's name without case, spaces and marks."""
    return _MARKS.sub("", name.strip().lower())


def choose(
    n_columns: int,
    heading: Sequence[str] | None,
    facts: Mapping[int, ColumnFacts],
    wanted: str | None,
) -> Survey:
    """Decide which column is the label. `assumed` has `label_column` and what `layout` needs.

    Args:
        heading: the names of all columns, if the table has them.
        facts: of all columns that may not be pixels: see `places_to_look_at`.
        wanted: `first`, `last` or the name of the label column, if a person said so.
    Raises: InvalidInput, if no column can be the label, or there are no 784 pixels.
    """
    if n_columns == INK_BYTES and wanted is None:
        raise InvalidInput(
            "the table has 784 columns: these are pixels, and a label for each line is missing. "
            "Add a column named label"
        )
    if heading is None:
        return _without_names(n_columns, facts, wanted)
    return _by_names(heading, facts, wanted)


def places_to_look_at(n_columns: int, heading: Sequence[str] | None) -> list[int]:
    """The columns that may be no pixels: their cells decide which of them is the label."""
    if heading is not None:
        pixels = _pixel_columns(heading)
        extras = [place for place in range(len(heading)) if place not in set(pixels)]
        edges = [pixels[0], pixels[-1]] if len(pixels) > INK_BYTES else []
        return [*extras[:MAX_EXTRAS], *edges]
    k = min(max(n_columns - INK_BYTES, 0), MAX_EXTRAS)
    return sorted({*range(k), *range(n_columns - k, n_columns)})


def layout(assumed: Mapping[str, object], n_columns: int, heading: Sequence[str] | None) -> Layout:
    """The places of label and pixels, from what a survey assumed."""
    label = assumed["label_at"]
    ignored = assumed.get("ignored", ())
    assert isinstance(label, int) and isinstance(ignored, list | tuple)
    pixels = [place for place in range(n_columns) if place != label and place not in set(ignored)]
    if assumed.get("order") == "by number" and heading is not None:
        pixels.sort(key=lambda place: _numbers_in(heading[place]))
    return Layout(label, tuple(pixels))


def _by_names(
    heading: Sequence[str], facts: Mapping[int, ColumnFacts], wanted: str | None
) -> Survey:
    pixels = _pixel_columns(heading)
    if len(pixels) > INK_BYTES + 1 or len(pixels) < INK_BYTES:
        return _without_names(len(heading), facts, wanted, heading)
    extras = [place for place in range(len(heading)) if place not in set(pixels)]
    if len(pixels) == INK_BYTES + 1:  # the label is named like the pixels, such as 784 or x784
        return _without_names(len(heading), facts, wanted, heading, tuple(extras))
    if wanted is not None:
        label = _wanted(wanted, heading, extras)
        return _survey(label, pixels, heading, extras)
    named = sorted(
        (place for place in extras if normal_name(heading[place]) in LABEL_NAMES),
        key=lambda place: LABEL_NAMES.index(normal_name(heading[place])),
    )
    fitting = [place for place in named if facts[place].is_digits]
    if not fitting and named:  # said to be the label, whatever is in it
        fitting = named[:1]
    if not fitting:
        fitting = [place for place in extras if place in facts and _may_be_label(facts[place])]
    if not fitting:
        raise InvalidInput(_no_label(heading, extras))
    label, *others = fitting
    is_open = not named and bool(others)
    return _survey(label, pixels, heading, extras, others=others, is_open=is_open)


def _survey(
    label: int,
    pixels: Sequence[int],
    heading: Sequence[str] | None,
    extras: Sequence[int],
    *,
    others: Sequence[int] = (),
    is_open: bool = False,
) -> Survey:
    def assumed(at: int, pixels: Sequence[int]) -> dict[str, object]:
        n_columns = len(pixels) + 1 + len([place for place in extras if place != at])
        named = heading[at].strip() if heading is not None else ""
        column = printable(named) or (FIRST if at == 0 else LAST)
        if not named and at not in (0, n_columns - 1):
            column = str(at + 1)
        found: dict[str, object] = {"label_column": column, "label_at": at}
        ignored = [place for place in extras if place != at]
        if ignored:
            found["ignored"] = ignored
        if heading is not None and _is_out_of_order(heading, pixels):
            found["order"] = "by number"
        return found

    first = assumed(label, pixels)
    alternatives = {}
    for other in others:
        instead = [label if place == other else place for place in pixels]
        made = assumed(other, sorted(instead))
        alternatives[str(made["label_column"])] = made
    return Survey(first, alternatives=alternatives, is_open=is_open)


def _without_names(
    n_columns: int,
    facts: Mapping[int, ColumnFacts],
    wanted: str | None,
    heading: Sequence[str] | None = None,
    ignored: tuple[int, ...] = (),
) -> Survey:
    """Choose by the cells: labels are digits that vary, corner pixels are 0, an index counts."""
    empty = [place for place, one in facts.items() if one.is_empty and place not in ignored]
    ignored = (*ignored, *empty[: max(0, n_columns - INK_BYTES - 1 - len(ignored))])
    columns = [place for place in range(n_columns) if place not in ignored]
    n_extras = len(columns) - INK_BYTES
    if n_extras < 1 or n_extras > MAX_EXTRAS:
        raise InvalidInput(_other_size(n_columns))
    ways = [
        (label, (*columns[:before], *columns[before + INK_BYTES :]))
        for before in range(n_extras + 1)
        for label in (*columns[:before], *columns[before + INK_BYTES :])
    ]
    if wanted is not None:
        at = _wanted(wanted, heading, columns)
        ways = [way for way in ways if way[0] == at]
        if not ways:
            raise InvalidInput(f"column {at + 1} cannot be the label: it is between the pixels")
    else:
        ways = [way for way in ways if facts[way[0]].is_digits]
    if not ways:
        raise InvalidInput(
            "no column of this table has labels: name one label, with the digits 0 to 9"
        )
    scored = sorted(ways, key=lambda way: -_plausible(way[0], way[1], facts))
    label, extras = scored[0]
    others = [
        way
        for way in scored[1:]
        if way[0] != label and _may_be_label(facts[way[0]]) and len(way[1]) == len(extras)
    ]
    best = _plausible(label, extras, facts)
    is_open = wanted is None and any(
        best - _plausible(way[0], way[1], facts) < CLEAR for way in scored[1:] if way[0] != label
    )
    all_ignored = (*ignored, *extras)
    pixels = [place for place in columns if place not in extras]
    return _survey(
        label,
        pixels,
        heading,
        all_ignored,
        others=[way[0] for way in others] or ([scored[1][0]] if is_open else []),
        is_open=is_open,
    )


CLEAR: Final = 2.0
"""Difference of `_plausible` from which the better way is taken without asking."""


def _plausible(label: int, extras: Sequence[int], facts: Mapping[int, ColumnFacts]) -> float:
    """How well it fits that this column is the label, and that all extras are no pixels."""
    score = 0.0
    for place in extras:
        one = facts[place]
        if place == label:
            score -= 3.0 if one.is_index else 0.0
            score -= 2.0 if any(whole_number(cell) == 10 for cell in one.values) else 0.0
            score += min(one.n_distinct, 10) - 1 if one.n_distinct > 1 else 0
            score += -1.0 if one.is_blank else 1.0
        elif one.is_index or not one.is_digits:
            score += 4.0
        elif one.is_blank:
            score -= 2.0  # looks like a corner of the pictures
    return score


def _may_be_label(one: ColumnFacts) -> bool:
    return one.is_digits and not one.is_blank and not one.is_index


def _wanted(wanted: str, heading: Sequence[str] | None, extras: Sequence[int]) -> int:
    """The place of the column that a person named. Raises: InvalidInput."""
    if heading is not None:
        for place, name in enumerate(heading):
            if name.strip().lower() == wanted.strip().lower():
                return place
    n_columns = len(heading) if heading is not None else max(extras) + 1
    places = {FIRST: 0, LAST: n_columns - 1}
    if wanted.isdecimal() and 1 <= int(wanted) <= n_columns:
        places[wanted] = int(wanted) - 1
    if wanted not in places:
        known = [printable(heading[place]) for place in extras] if heading is not None else []
        raise InvalidInput(
            f"there is no column named {printable(wanted)}: "
            + (f"beside pixels there are {listed(known)}" if known else "say first or last")
        )
    return places[wanted]


def _pixel_columns(heading: Sequence[str]) -> list[int]:
    """The columns whose names differ by their numbers only, such as pixel0, pixel1, …."""
    shapes: dict[str, list[int]] = {}
    for place, name in enumerate(heading):
        if any(letter.isdigit() for letter in name):
            shapes.setdefault(_NUMBERS.sub("#", name.strip().lower()), []).append(place)
    return max(shapes.values(), key=len, default=[])


def _numbers_in(name: str) -> tuple[int, ...]:
    return tuple(int(number[:9]) for number in _NUMBERS.findall(name))


def _is_out_of_order(heading: Sequence[str], pixels: Sequence[int]) -> bool:
    """Whether the pixels are numbered without gaps, but stand in another order, as if sorted."""
    numbers = [_numbers_in(heading[place]) for place in pixels]
    if numbers == sorted(numbers) or len(set(numbers)) < len(numbers):
        return False
    if {len(number) for number in numbers} == {1}:
        return max(numbers)[0] - min(numbers)[0] == len(numbers) - 1
    # Columns such as 1x1, 2x1, …: the first number may as well count columns of the picture.
    texts = [heading[place].strip() for place in pixels]
    return texts == sorted(texts)


def _no_label(heading: Sequence[str], extras: Sequence[int]) -> str:
    found = [printable(heading[place].strip()) or "(no name)" for place in extras]
    others = f" Beside the pixels it has {listed(found)}" if found else ""
    return (
        "the table has no column of labels: name it label, with a digit 0 to 9 in each line, or "
        f"say which it is.{others}"
    )


def _other_size(n_columns: int) -> str:
    side = round(max(n_columns - 1, 0) ** 0.5)
    if side > 3 and 0 <= n_columns - side * side <= 3 and side != 28:
        return (
            f"the table has {n_columns} cells a line, such as for pictures of {side} × {side}: "
            "a label and 784 pixels (28 × 28) are 785. Save the pictures as files in folders 0 to "
            "9, which may have any size"
        )
    return (
        f"the table has {n_columns} cells in its first line: a label and 784 pixels (28 × 28) are "
        "785. Correct it, or save the pictures as files in folders 0 to 9"
    )
