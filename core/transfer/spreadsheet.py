"""Tables that somebody may open in a spreadsheet."""

from __future__ import annotations

from typing import Final

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(cell: str) -> str:
    """The cell as text that no spreadsheet computes: an apostrophe goes before what looks like a
    formula. Numbers that are negative have to be written by whoever knows that they are numbers.
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS_FORMULA) else cell
