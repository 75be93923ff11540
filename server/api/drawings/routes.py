"""Routes of labelled drawings: store, list one's own, show, relabel, delete and restore."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import replace
from datetime import datetime

import numpy as np
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from PIL import Image
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import InvalidInput
from core.base.kinds import Source
from core.drawings import lifecycle
from core.drawings.storing import BY_CONTRIBUTOR, NewDrawing
from core.imaging import (
    IMAGING_VERSION,
    INK_SIDE_PX,
    Inking,
    decode_strokes,
    encode_strokes,
    ink_from_strokes,
    parse_strokes,
)
from core.imaging.files import to_png
from core.imaging.ink import Stopwatch
from core.imaging.pictures import ink_from_grey
from core.storage.audit import audit
from core.versions import queries as version_queries
from server import identity
from server.api.drawings.own_list import fate_counts, own_drawings
from server.api.drawings.schemas import (
    DrawingForm,
    DrawingIn,
    DrawingOut,
    DrawingWithStrokes,
    LabelIn,
    MineOut,
)
from server.api.drawings.views import drawing_json, drawings_json
from server.api.shared.paging import Page, cursor, number_of
from server.api.shared.pictures import require_picture
from server.contract import contract
from server.roles import ANYBODY
from server.services import services

blueprint = Blueprint("drawings", __name__)


@blueprint.post("/api/v1/drawings")
@contract(
    "Store a labelled drawing",
    role=ANYBODY,
    body=DrawingIn,
    answers={201: DrawingOut, 200: DrawingOut},
    refusals=(409, 410, 429, 503, 507),
)
def store(body: DrawingIn) -> ResponseReturnValue:
    """Store a labelled drawing, once per id; 200 if it was stored before"""
    contributor_id = identity.contributor_or_new()
    services().limits.drawing(contributor_id, request.remote_addr)
    ink, strokes, source = _ink_of(body)
    claim = body.prediction
    return _store_once(
        NewDrawing(
            id=body.id,
            contributor_id=contributor_id,
            label=body.label,
            source=source,
            ink=ink,
            imaging_version=IMAGING_VERSION,
            strokes=strokes,
            predicted_label=None if claim is None else claim.label,
            predicted_version=None if claim is None else claim.model_version,
        )
    )


@blueprint.post("/api/v1/drawings/image")
@contract(
    "Store a labelled picture",
    role=ANYBODY,
    form=DrawingForm,
    answers={201: DrawingOut, 200: DrawingOut},
    refusals=(409, 410, 429, 503, 507),
    operation_id="pictures_store_image",
)
def store_image(form: DrawingForm, file: bytes) -> ResponseReturnValue:
    """Store a labelled PNG, JPEG or WebP, once per id; 200 if it was stored before"""
    contributor_id = identity.contributor_or_new()
    services().limits.drawing(contributor_id, request.remote_addr)
    grey_HW = services().pictures.grey(require_picture(file))
    return _store_once(
        NewDrawing(
            id=form.id,
            contributor_id=contributor_id,
            label=int(form.label),
            source=Source.UPLOADED,
            ink=_require_ink(ink_from_grey(grey_HW, Stopwatch())),
            imaging_version=IMAGING_VERSION,
            picture=to_png(grey_HW),
        )
    )


@blueprint.get("/api/v1/drawings/mine")
@contract(
    "One's own drawings",
    role=ANYBODY,
    query=Page,
    answers={200: MineOut},
    operation_id="drawing_lists_mine",
)
def mine(query: Page) -> ResponseReturnValue:
    """List the caller's own drawings, newest first, with counts by fate"""
    contributor_id = identity.contributor() or ""
    before, limit = number_of(query.after), query.limit + 1
    with services().database.read() as session:
        found = own_drawings(session, contributor_id, before=before, limit=limit)
        shown = found[: query.limit]
        live = version_queries.live_version(session)
        return {
            "items": drawings_json(session, shown),
            "next": cursor(shown[-1].number) if len(found) > query.limit else None,
            "counts": fate_counts(session, contributor_id) | {"live_version": live},
        }


@blueprint.get("/api/v1/drawings/<drawing_id>")
@contract("One drawing", role=ANYBODY, answers={200: DrawingWithStrokes}, refusals=(404, 410))
def show(drawing_id: str) -> ResponseReturnValue:
    """Show a drawing with its strokes: one's own, or for reviewers any"""
    owner, _ = _actor()
    with services().database.read() as session:
        drawing = lifecycle.own_drawing(session, drawing_id, owner)
        shown = drawings_json(session, [drawing], for_reviewer=owner is None)[0]
        packed = drawing.strokes
    if packed is None:
        return shown | {"strokes": None, "width": None, "height": None}
    strokes, width, height = decode_strokes(packed)
    lists = [stroke.tolist() for stroke in strokes]
    return shown | {"strokes": lists, "width": width, "height": height}


@blueprint.get("/api/v1/drawings/<drawing_id>/ink.png")
@contract(
    "A drawing's ink",
    role=ANYBODY,
    answers={200: None},
    refusals=(404, 410),
    media_type="image/png",
)
def ink_png(drawing_id: str) -> ResponseReturnValue:
    """Return the 28×28 ink that the model sees, as a PNG"""
    owner, _ = _actor()
    with services().database.read() as session:
        ink = lifecycle.own_drawing(session, drawing_id, owner).ink
    pixels_HW = np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    file = io.BytesIO()
    Image.fromarray(pixels_HW).save(file, "PNG")
    answer = Response(file.getvalue(), mimetype="image/png")
    # Revalidated on each use, so that browsers do not show a deleted drawing from their cache.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.patch("/api/v1/drawings/<drawing_id>")
@contract(
    "Relabel a drawing",
    role=ANYBODY,
    body=LabelIn,
    answers={200: DrawingOut},
    refusals=(404, 409, 410, 429, 503, 507),
)
def relabel(drawing_id: str, body: LabelIn) -> ResponseReturnValue:
    """Give a drawing another label; `confirm` keeps a label that was questioned"""
    owner, by = _actor()
    _count_change(owner)
    now = utc_now()
    with services().database.write() as session:
        drawing = lifecycle.own_drawing(session, drawing_id, owner)
        lifecycle.relabel(session, drawing, body.label, by=by, now=now)
        if body.confirm:
            lifecycle.confirm(session, drawing, now=now)
        _audit_user(session, owner, drawing_id, "relabel", now, label=body.label)
        session.flush()
        return drawings_json(session, [drawing], for_reviewer=owner is None)[0]


@blueprint.delete("/api/v1/drawings/<drawing_id>")
@contract("Delete a drawing", role=ANYBODY, answers={204: None}, refusals=(404, 410, 429, 503, 507))
def delete(drawing_id: str) -> ResponseReturnValue:
    """Remove a drawing from lists, runs and exports; it can be restored for 60 s"""
    owner, _ = _actor()
    _count_change(owner)
    now = utc_now()
    with services().database.write() as session:
        drawing = lifecycle.own_drawing(session, drawing_id, owner)
        lifecycle.delete_drawing(session, drawing, now=now)
        _audit_user(session, owner, drawing_id, "delete", now)
    return "", 204


@blueprint.post("/api/v1/drawings/<drawing_id>/restore")
@contract(
    "Restore a drawing",
    role=ANYBODY,
    answers={200: DrawingOut},
    refusals=(404, 409, 410, 429, 503, 507),
)
def restore(drawing_id: str) -> ResponseReturnValue:
    """Restore a drawing that was deleted less than 60 s ago"""
    owner, _ = _actor()
    _count_change(owner)
    now = utc_now()
    with services().database.write() as session:
        drawing = lifecycle.restore_drawing(session, drawing_id, owner, now=now)
        _audit_user(session, owner, drawing_id, "restore", now)
        session.flush()
        return drawings_json(session, [drawing], for_reviewer=owner is None)[0]


def _ink_of(body: DrawingIn) -> tuple[bytes, bytes | None, Source]:
    """Return the ink, the encoded strokes and the source. Raises: InvalidInput, BadStrokes."""
    if (body.strokes is None) == (body.ink is None):
        raise InvalidInput("send exactly one of strokes (with width and height) or ink")
    if body.ink is not None:
        return _decode_ink(body.ink), None, Source.IMPORTED
    if body.width is None or body.height is None:
        raise InvalidInput("send the canvas's width and height with the strokes")
    strokes = parse_strokes(body.strokes, body.width, body.height)
    ink = _require_ink(ink_from_strokes(strokes, body.width, body.height))
    return ink, encode_strokes(strokes, body.width, body.height), Source.DRAWN


def _decode_ink(ink: str) -> bytes:
    try:
        data = base64.b64decode(ink, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidInput("ink must be base64") from exc
    if len(data) != INK_SIDE_PX * INK_SIDE_PX or not any(data):
        raise InvalidInput("ink must be 784 bytes, row by row, 0 = paper, and not all paper")
    return data


def _require_ink(inking: Inking) -> bytes:
    """Return the ink's bytes. Raises: InvalidInput, if the canvas is empty."""
    if not inking.ink_HW.any():
        raise InvalidInput("there is nothing on it: draw a digit first")
    return inking.ink_HW.tobytes()


def _store_once(new: NewDrawing) -> ResponseReturnValue:
    """Answer 201 after the commit, or 200 with the drawing that already has this id."""
    parts = services()
    stored = parts.writer.store(_with_confidence(new))
    if stored.is_new:
        return drawing_json(stored.drawing, learned=[], live=None), 201
    with parts.database.read() as session:
        return drawings_json(session, [stored.drawing])[0]


def _with_confidence(new: NewDrawing) -> NewDrawing:
    """Add the live version's probability of the predicted label, computed here in 0.1 ms.

    A client's own figure would prove nothing. Unchanged if the predicted version is not live.
    """
    model = services().live.current
    if model is None or new.predicted_label is None or new.predicted_version != model.version:
        return new
    return replace(new, confidence=model.probability(new.ink, new.predicted_label))


def _actor() -> tuple[str | None, str]:
    """Return the contributor whose drawings the caller may change, and the name for the record.

    The contributor is None for a user, who may change all drawings. A browser without a cookie
    gets the empty id, which owns no drawing.
    """
    who = identity.who()
    if who.role != ANYBODY:
        return None, who.by
    return identity.contributor() or "", BY_CONTRIBUTOR


def _audit_user(
    session: Session, owner: str | None, drawing_id: str, action: str, now: datetime, **facts: int
) -> None:
    """Log a user's change to a drawing; contributors' changes to their own are not logged."""
    if owner is None:
        by = identity.who().by
        audit(session, by=by, action=action, subject=f"drawing:{drawing_id}", now=now, **facts)


def _count_change(owner: str | None) -> None:
    if owner is not None:
        services().limits.drawing(owner, request.remote_addr)
