"""Protection of tables that people open in a spreadsheet against formula injection."""

from __future__ import annotations

from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(cell: str) -> str:
    """Put an apostrophe before text that a spreadsheet would evaluate as a formula.

    It also quotes negative numbers: a caller that writes numbers must not pass them through it.
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell
