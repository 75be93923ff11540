"""The log of what people and the gate did: page by page, and as a file."""

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
from core.storage.counters import audit
from core.storage.database import Database
from core.storage.tables import AuditEvent
from core.transfer.spreadsheet import inert
from server import identity
from server.api.audit import events as audit_log
from server.api.audit.events import Wanted
from server.api.audit.schemas import AuditFilter, AuditOut, AuditQuery
from server.api.shared.json_values import Json, iso
from server.api.shared.paging import next_after, number_after
from server.contract import contract
from server.roles import ADMIN
from server.services import services

blueprint = Blueprint("audit", __name__)
CHUNK = 1000  # events in memory while a file is sent
COLUMNS = ("at", "by", "name", "action", "subject", "subject_name", "facts")


@blueprint.get("/api/v1/audit")
@contract("The log", role=ADMIN, query=AuditQuery, answers={200: AuditOut})
def log(query: AuditQuery) -> ResponseReturnValue:
    """What people and the gate did, newest first, as far as it fits the filters"""
    before, wanted = number_after(query.after), _wanted(query)
    with services().database.read() as session:
        rows = audit_log.events(session, wanted, before=before, limit=query.limit + 1)
        shown = rows[: query.limit]
        items = _events_json(session, shown)
    is_more = len(rows) > query.limit
    return {"items": items, "next": next_after(shown[-1].id) if is_more else None}


@blueprint.get("/api/v1/audit.csv")
@contract(
    "The log as CSV", role=ADMIN, query=AuditFilter, answers={200: None}, media_type="text/csv"
)
def as_csv(query: AuditFilter) -> ResponseReturnValue:
    """The log as a table for spreadsheets; no cell of it is taken for a formula"""
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
    """The log as one JSON object a line"""
    return _file(query, "jsonl", "application/x-ndjson", _json_lines)


def _wanted(query: AuditFilter) -> Wanted:
    until = _day(query.until)
    return Wanted(
        by=query.by,
        action=query.action,
        subject=query.subject,
        since=_day(query.since),
        until=None if until is None else until + timedelta(days=1),
    )


def _day(text: str | None) -> datetime | None:
    """The day's first moment. Raises: InvalidInput, if there is no such day."""
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as exc:
        raise InvalidInput(f"{text} is no day of the calendar: write 2026-11-23") from exc
    if not 1970 <= day.year < 9999:
        raise InvalidInput(f"{text} is out of reach: days go from 1970 to 9998")
    return day


def _events_json(session: Session, rows: Sequence[AuditEvent]) -> list[Json]:
    known = audit_log.names(session, {word for row in rows for word in (row.by, row.subject)})
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
    """The log, sent as it is read: neither end ever holds all of it."""
    database, wanted = services().database, _wanted(query)
    with database.write() as session:
        by = identity.who().by
        audit(session, by=by, action="export_audit", subject="audit", now=utc_now(), format=kind)
    answer = Response(lines(_all_events(database, wanted)), mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="inkloop-audit.{kind}"'
    return answer


def _all_events(database: Database, wanted: Wanted) -> Iterator[Json]:
    before: int | None = None
    while True:
        with database.read() as session:
            rows = audit_log.events(session, wanted, before=before, limit=CHUNK)
            items = _events_json(session, rows)
        yield from items
        if len(items) < CHUNK:
            return
        before = items[-1]["id"]


def _csv_lines(events: Iterator[Json]) -> Iterator[str]:
    # The mark tells Excel that what follows is UTF-8.
    yield "\ufeff" + _csv_line(COLUMNS)
    for event in events:
        facts = json.dumps(event["facts"], ensure_ascii=False, sort_keys=True)
        cells = (event | {"facts": facts}).get
        yield _csv_line([inert(str(cells(name) or "")) for name in COLUMNS])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _json_lines(events: Iterator[Json]) -> Iterator[str]:
    for event in events:
        yield json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
