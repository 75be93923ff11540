"""Which drawings an export has: those that match the gallery's filters, in order of arrival."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, exists, func, select, text
from sqlalchemy.orm import Session, defer
from sqlalchemy.sql.elements import ColumnElement

from core.drawings.gallery import Filters
from core.storage import facets
from core.storage.tables import Drawing, LabelEvent, ModelVersion, RunDrawing

BATCH: Final = 1000  # drawings; about 3 MB with their strokes


def batches(
    session: Session, filters: Filters, *, with_strokes: bool = True
) -> Iterator[Sequence[Drawing]]:
    """Yield the drawings that match, oldest first, a thousand at a time.

    All batches are read in the session's transaction: drawings deleted meanwhile are still in it,
    drawings stored meanwhile are not. Each batch continues by number, so the table is read once.
    """
    found = select(Drawing).where(_matches(filters)).order_by(Drawing.number).limit(BATCH)
    if not with_strokes:
        found = found.options(defer(Drawing.strokes), defer(Drawing.picture))
    last = 0
    while drawings := session.scalars(found.where(Drawing.number > last)).all():
        yield drawings
        last = drawings[-1].number
        session.expunge_all()


def n_selected(session: Session, filters: Filters) -> int:
    """The exact number of drawings that match."""
    count = select(func.count()).select_from(Drawing).where(_matches(filters))
    return session.scalars(count).one()


def _matches(filters: Filters) -> ColumnElement[bool]:
    """The filters as a condition; deleted drawings match only if a filter asks for them."""
    by_axis = {name: getattr(filters, name) for name in facets.AXES}
    given = {name: value for name, value in by_axis.items() if value is not None}
    wanted = facets.chosen(given, filters.disagrees).nonzero()[0].tolist()
    # The plus keeps SQLite from using the index by facet, whose rows it would have to sort.
    by_facet = text("+drawings.facet IN (SELECT value FROM json_each(:wanted))").bindparams(
        wanted=json.dumps(wanted)
    )
    conditions: list[Any] = [by_facet, Drawing.ink != b""]
    if filters.contributor is not None:
        conditions.append(Drawing.contributor_id == filters.contributor)
    if filters.since is not None:
        conditions.append(Drawing.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(Drawing.created_at < filters.until)
    if filters.version is not None:
        conditions.append(_learned_by(filters.version))
    return and_(*conditions)


def _learned_by(version: int) -> ColumnElement[bool]:
    learned: Select[int] = select(RunDrawing.run_id).where(
        RunDrawing.drawing_number == Drawing.number,
        RunDrawing.run_id == ModelVersion.run_id,
        ModelVersion.version == version,
    )
    return exists(learned.correlate(Drawing))


def histories(session: Session, numbers: Collection[int]) -> dict[int, list[LabelEvent]]:
    """All labels that each drawing ever had, oldest first."""
    by_number: dict[int, list[LabelEvent]] = defaultdict(list)
    rows = select(LabelEvent).where(LabelEvent.drawing_number.in_(numbers)).order_by(LabelEvent.id)
    for event in session.scalars(rows):
        by_number[event.drawing_number].append(event)
    return by_number


def to_json(filters: Filters) -> dict[str, Any]:
    """The filters that are set, as JSON for the row of an export."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(filters).items()
        if value is not None
    }


def from_json(kept: Mapping[str, Any]) -> Filters:
    """Parse the result of `to_json`."""
    given = dict(kept)
    for name in ("since", "until"):
        if name in given:
            given[name] = datetime.fromisoformat(given[name])
    return Filters(**given)
