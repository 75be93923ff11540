"""Totals that change with the rows they count, so that no page counts a million rows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.storage.tables import Counter

_NEW = insert(Counter)
# Built once, since SQLAlchemy takes longer to build it than SQLite to execute it.
_ADD = _NEW.on_conflict_do_update(["name"], set_={"n": Counter.n + _NEW.excluded.n})


def count(session: Session, changes: Mapping[str, int]) -> None:
    """Add each change to the counter of that name; create counters that do not exist."""
    rows = [{"name": name, "n": n} for name, n in changes.items() if n]
    if rows:
        session.execute(_ADD, rows)


def totals(session: Session, prefix: str) -> dict[str, int]:
    """Return the counters whose name starts with `prefix`, keyed by the rest of the name."""
    rows = session.execute(
        select(Counter.name, Counter.n).where(
            Counter.name >= prefix, Counter.name < prefix + "\U0010ffff"
        )
    )
    return {name.removeprefix(prefix): n for name, n in rows}
