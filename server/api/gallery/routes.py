"""Routes of the gallery: all drawings by filters, bulk changes, and one drawing's history."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.drawings import bulk_changes, gallery
from core.drawings.bulk_changes import Action
from core.drawings.gallery import Key, Sort
from core.drawings.lifecycle import own_drawing
from core.storage.tables import DrawingChange, LabelEvent, ModelVersion, Promotion, RunDrawing
from core.versions import queries as version_queries
from server import identity
from server.api.drawings.views import drawings_by_number, drawings_json
from server.api.gallery.schemas import (
    ChangeIn,
    ChangeOut,
    DrawingRecord,
    DrawingsQuery,
    GalleryFilters,
    GalleryOut,
    ReadingsOut,
    SummaryOut,
)
from server.api.shared.account_names import account_names
from server.api.shared.json_values import Json, iso
from server.api.shared.paging import bad_cursor, decode_cursor, encode_cursor
from server.contract import contract
from server.roles import REVIEWER
from server.services import services
from server.serving.readings import N_VERSIONS

blueprint = Blueprint("gallery", __name__)


@blueprint.get("/api/v1/drawings")
@contract("All drawings", role=REVIEWER, query=DrawingsQuery, answers={200: GalleryOut})
def all_drawings(query: DrawingsQuery) -> ResponseReturnValue:
    """List all contributors' drawings that match the filters, newest first by default

    The orders by confidence leave out drawings without a prediction.
    """
    after = None if query.after is None else _key(query.after)
    with services().database.read() as session:
        found = gallery.find(session, query.filters(), Sort(query.sort), after, query.limit)
        shown = drawings_by_number(session, found.numbers)
        return {
            "items": drawings_json(session, shown, for_reviewer=True),
            "next": None if found.next is None else encode_cursor(gallery.encode_key(found.next)),
            "is_capped": found.is_capped,
        }


@blueprint.get("/api/v1/drawings/summary")
@contract("How many drawings fit", role=REVIEWER, query=GalleryFilters, answers={200: SummaryOut})
def summary(query: GalleryFilters) -> ResponseReturnValue:
    """Count the drawings that match, and those that every other filter value would match"""
    with services().database.read() as session:
        counted = gallery.tally(session, query.filters())
    return {"n": counted.n, "is_exact": counted.is_exact, "by": counted.by}


@blueprint.post("/api/v1/drawings/changes")
@contract(
    "Change many drawings",
    role=REVIEWER,
    body=ChangeIn,
    answers={200: ChangeOut},
    refusals=(404, 409, 410, 503, 507),
)
def change(body: ChangeIn) -> ResponseReturnValue:
    """Accept, relabel, reject, delete or restore up to 500 drawings in one transaction"""
    action, by = Action(body.action), identity.who().by
    with services().database.write() as session:
        done = bulk_changes.change_drawings(
            session, body.ids, action, body.label, by=by, now=utc_now()
        )
        return _change_json(session, done)


@blueprint.post("/api/v1/drawings/changes/<int:change_id>/undo")
@contract(
    "Undo a change of many drawings",
    role=REVIEWER,
    answers={200: ChangeOut},
    refusals=(404, 409, 410, 503, 507),
)
def undo(change_id: int) -> ResponseReturnValue:
    """Undo the caller's own change of many drawings, within a minute"""
    with services().database.write() as session:
        done = bulk_changes.undo_change(session, change_id, by=identity.who().by, now=utc_now())
        return _change_json(session, done)


@blueprint.get("/api/v1/drawings/<drawing_id>/record")
@contract(
    "What is on record of a drawing",
    role=REVIEWER,
    answers={200: DrawingRecord},
    refusals=(404, 410),
)
def record(drawing_id: str) -> ResponseReturnValue:
    """Return a drawing's labels with author and time, and the versions that trained on it"""
    with services().database.read() as session:
        number = own_drawing(session, drawing_id, None).number
        return {"labels": _labels(session, number), "learned": _learned(session, number)}


@blueprint.get("/api/v1/drawings/<drawing_id>/readings")
@contract(
    "Readings by each version", role=REVIEWER, answers={200: ReadingsOut}, refusals=(404, 410)
)
def readings(drawing_id: str) -> ResponseReturnValue:
    """Return what the newest ten versions read in a drawing, newest first"""
    parts = services()
    with parts.database.read() as session:
        ink = own_drawing(session, drawing_id, None).ink
        versions = version_queries.counted_versions(session)[::-1][:N_VERSIONS]
    items = []
    for version in versions:
        read = parts.readings.reading(version, ink)
        items.append(
            {
                "version": version,
                "label": None if read is None else read.label,
                "confidence": None if read is None else read.confidence,
                "is_digit": None if read is None else read.is_digit,
            }
        )
    return {"items": items}


def _change_json(session: Session, done: DrawingChange) -> Json:
    numbers = [number for number, *_ in done.before]
    learned = version_queries.versions_that_learned(session, numbers)
    versions = {version for found in learned.values() for version, _ in found}
    return {
        "id": done.id,
        "action": done.action,
        "n": len(numbers),
        "learned_versions": sorted(versions),
    }


def _labels(session: Session, number: int) -> list[Json]:
    rows = session.execute(
        select(LabelEvent.label, LabelEvent.by, LabelEvent.at)
        .where(LabelEvent.drawing_number == number)
        .order_by(LabelEvent.id)
    ).all()
    names = account_names(session, {row.by for row in rows})
    return [
        {"label": row.label, "by": names.get(row.by, row.by), "at": iso(row.at)} for row in rows
    ]


def _learned(session: Session, number: int) -> list[Json]:
    was_live = select(Promotion.id).where(Promotion.version == ModelVersion.version).exists()
    rows = session.execute(
        select(ModelVersion.version, RunDrawing.label, was_live)
        .join(RunDrawing, RunDrawing.run_id == ModelVersion.run_id)
        .where(RunDrawing.drawing_number == number)
        .order_by(ModelVersion.version)
    )
    return [
        {"version": version, "label": label, "was_live": bool(is_live)}
        for version, label, is_live in rows
    ]


def _key(after: str) -> Key:
    """Return the position in a cursor. Raises: InvalidInput."""
    try:
        place, number = gallery.decode_key(decode_cursor(after))
    except ValueError as exc:
        raise bad_cursor() from exc
    if not (0 <= place < 2**63 and 0 <= number < 2**63):
        raise bad_cursor()
    return place, number
