"""Aims beside figures: what was wanted, what came of it, and how far that is from it."""

from __future__ import annotations

Row = tuple[str, ...]

HEADING: Row = ("what", "aim", "reached", "missed by")


def at_least(what: str, aim: float, reached: float, form: str = "{:.1%}") -> Row:
    """A row for a figure that should be as large as the aim; `form` writes all three."""
    missed = form.format(aim - reached) if reached < aim else ""
    return what, f"≥ {form.format(aim)}", form.format(reached), missed


def at_most(what: str, aim: float, reached: float, form: str = "{:.1%}") -> Row:
    """A row for a figure that should be as small as the aim."""
    missed = form.format(reached - aim) if reached > aim else ""
    return what, f"≤ {form.format(aim)}", form.format(reached), missed
