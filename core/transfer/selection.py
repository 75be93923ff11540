"""Which drawings an export has: the filters of the gallery, walked in order of arrival."""

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

Selection = Filters
BATCH: Final = 1000  # drawings; some 3 MB with their strokes


def batches(
    session: Session, selection: Selection, *, with_strokes: bool = True
) -> Iterator[Sequence[Drawing]]:
    """The selected drawings, oldest first, a thousand at a time.

    All within the session's one consistent view: what is deleted meanwhile is still in it, what
    arrives is not. Each batch goes on by number, so the whole is one pass over the table.
    """
    found = select(Drawing).where(fits(selection)).order_by(Drawing.number).limit(BATCH)
    if not with_strokes:
        found = found.options(defer(Drawing.strokes), defer(Drawing.picture))
    last = 0
    while drawings := session.scalars(found.where(Drawing.number > last)).all():
        yield drawings
        last = drawings[-1].number
        session.expunge_all()


def n_selected(session: Session, selection: Selection) -> int:
    """How many drawings fit, exactly."""
    return session.scalars(select(func.count()).select_from(Drawing).where(fits(selection))).one()


def fits(selection: Selection) -> ColumnElement[bool]:
    """The filters as a condition; deleted drawings only fit if a filter asks for them."""
    by_axis = {name: getattr(selection, name) for name in facets.AXES}
    given = {name: value for name, value in by_axis.items() if value is not None}
    wanted = facets.chosen(given, selection.disagrees).nonzero()[0].tolist()
    # The plus keeps SQLite from using the index by facet, which would have to be sorted.
    by_facet = text("+drawings.facet IN (SELECT value FROM json_each(:wanted))").bindparams(
        wanted=json.dumps(wanted)
    )
    conditions: list[Any] = [by_facet, Drawing.ink != b""]
    if selection.contributor is not None:
        conditions.append(Drawing.contributor_id == selection.contributor)
    if selection.since is not None:
        conditions.append(Drawing.created_at >= selection.since)
    if selection.until is not None:
        conditions.append(Drawing.created_at < selection.until)
    if selection.version is not None:
        conditions.append(_learned_by(selection.version))
    return and_(*conditions)


def _learned_by(version: int) -> ColumnElement[bool]:
    learned: Select[int] = select(RunDrawing.run_id).where(
        RunDrawing.drawing_number == Drawing.number,
        RunDrawing.run_id == ModelVersion.run_id,
        ModelVersion.version == version,
    )
    return exists(learned.correlate(Drawing))


def histories(session: Session, numbers: Collection[int]) -> dict[int, list[LabelEvent]]:
    """The labels that each drawing was ever given, oldest first."""
    given: dict[int, list[LabelEvent]] = defaultdict(list)
    rows = select(LabelEvent).where(LabelEvent.drawing_number.in_(numbers)).order_by(LabelEvent.id)
    for event in session.scalars(rows):
        given[event.drawing_number].append(event)
    return given


def to_json(selection: Selection) -> dict[str, Any]:
    """The filters that are set, as the row of an export keeps them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(selection).items()
        if value is not None
    }


def from_json(kept: Mapping[str, Any]) -> Selection:
    """The filters of `to_json`."""
    given = dict(kept)
    for name in ("since", "until"):
        if name in given:
            given[name] = datetime.fromisoformat(given[name])
    return Selection(**given)
