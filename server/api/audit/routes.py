"""Routes of the audit log: pages, and downloads as CSV and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import InvalidInput
from core.storage.audit import audit
from core.storage.database import Database
from core.storage.tables import AuditEvent
from core.transfer.spreadsheet import inert
from server import identity
from server.api.audit.queries import EventFilter, events
from server.api.audit.schemas import AuditFilter, AuditOut, AuditQuery
from server.api.shared.account_names import account_names
from server.api.shared.json_values import Json, iso
from server.api.shared.paging import cursor, number_of
from server.contract import contract
from server.roles import ADMIN
from server.services import services

blueprint = Blueprint("audit", __name__)
CHUNK = 1000  # events in memory while a file is sent
COLUMNS = ("at", "by", "name", "action", "subject", "subject_name", "facts")


@blueprint.get("/api/v1/audit")
@contract("The log", role=ADMIN, query=AuditQuery, answers={200: AuditOut})
def log(query: AuditQuery) -> ResponseReturnValue:
    """List what people and the gate did, newest first, filtered"""
    before, wanted = number_of(query.after), _filter(query)
    with services().database.read() as session:
        rows = events(session, wanted, before=before, limit=query.limit + 1)
        shown = rows[: query.limit]
        items = _events_json(session, shown)
    is_more = len(rows) > query.limit
    return {"items": items, "next": cursor(shown[-1].id) if is_more else None}


@blueprint.get("/api/v1/audit.csv")
@contract(
    "The log as CSV", role=ADMIN, query=AuditFilter, answers={200: None}, media_type="text/csv"
)
def as_csv(query: AuditFilter) -> ResponseReturnValue:
    """Download the log as CSV; no cell is interpreted as a formula"""
    return _file(query, "csv", "text/csv", _csv_lines)


@blueprint.get("/api/v1/audit.jsonl")
@contract(
    "The log as JSON lines",
    role=ADMIN,
    query=AuditFilter,
    answers={200: None},
    media_type="application/x-ndjson",
)
def as_jsonl(query: AuditFilter) -> ResponseReturnValue:
    """Download the log as one JSON object per line"""
    return _file(query, "jsonl", "application/x-ndjson", _json_lines)


def _filter(query: AuditFilter) -> EventFilter:
    until = _day(query.until)
    return EventFilter(
        by=query.by,
        action=query.action,
        subject=query.subject,
        since=_day(query.since),
        until=None if until is None else until + timedelta(days=1),
    )


def _day(text: str | None) -> datetime | None:
    """Return the first moment of a day. Raises: InvalidInput, if there is no such day."""
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as exc:
        raise InvalidInput(f"{text} is not a day of the calendar: write it as 2026-11-23") from exc
    if not 1970 <= day.year < 9999:
        raise InvalidInput(f"{text} is out of range: days go from 1970 to 9998")
    return day


def _events_json(session: Session, rows: Sequence[AuditEvent]) -> list[Json]:
    known = account_names(session, {actor for row in rows for actor in (row.by, row.subject)})
    return [
        {
            "id": row.id,
            "at": iso(row.at),
            "by": row.by,
            "name": known.get(row.by),
            "action": row.action,
            "subject": row.subject,
            "subject_name": known.get(row.subject),
            "facts": row.facts,
        }
        for row in rows
    ]


def _file(
    query: AuditFilter,
    kind: str,
    media_type: str,
    lines: Callable[[Iterator[Json]], Iterator[str]],
) -> Response:
    """Stream the log in chunks, so that it is never in memory as a whole."""
    database, wanted = services().database, _filter(query)
    with database.write() as session:
        by = identity.who().by
        audit(session, by=by, action="export_audit", subject="audit", now=utc_now(), format=kind)
    answer = Response(lines(_all_events(database, wanted)), mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="inkloop-audit.{kind}"'
    return answer


def _all_events(database: Database, wanted: EventFilter) -> Iterator[Json]:
    before: int | None = None
    while True:
        with database.read() as session:
            rows = events(session, wanted, before=before, limit=CHUNK)
            items = _events_json(session, rows)
        yield from items
        if len(items) < CHUNK:
            return
        before = items[-1]["id"]


def _csv_lines(items: Iterator[Json]) -> Iterator[str]:
    # Excel needs the byte order mark to read UTF-8.
    yield "\ufeff" + _csv_line(COLUMNS)
    for event in items:
        facts = json.dumps(event["facts"], ensure_ascii=False, sort_keys=True)
        cells = (event | {"facts": facts}).get
        yield _csv_line([inert(str(cells(name) or "")) for name in COLUMNS])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _json_lines(items: Iterator[Json]) -> Iterator[str]:
    for event in items:
        yield json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
