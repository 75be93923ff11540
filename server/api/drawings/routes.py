"""Labelled drawings: stored once, acknowledged after the commit, one's own until deleted."""

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
from core.drawings import lifecycle as transitions
from core.drawings.lifecycle import BY_CONTRIBUTOR, NewDrawing
from core.imaging import (
    IMAGING_VERSION,
    INK_SIDE_PX,
    Inking,
    decode_strokes,
    encode_strokes,
    ink_from_strokes,
    parse_strokes,
)
from core.storage.counters import audit
from server import identity
from server.api.drawings.schemas import DrawingIn, DrawingOut, DrawingWithStrokes, LabelIn
from server.api.drawings.views import drawing_json, drawings_json
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
    ink, packed, source = _ink_of(body)
    claim = body.prediction
    return store_once(
        NewDrawing(
            id=body.id,
            contributor_id=contributor_id,
            label=body.label,
            source=source,
            ink=ink,
            imaging_version=IMAGING_VERSION,
            strokes=packed,
            predicted_label=None if claim is None else claim.label,
            predicted_version=None if claim is None else claim.model_version,
        )
    )


def _ink_of(body: DrawingIn) -> tuple[bytes, bytes | None, Source]:
    """The ink, the packed strokes, and how it came. Raises: InvalidInput, BadStrokes."""
    if (body.strokes is None) == (body.ink is None):
        raise InvalidInput("send exactly one of strokes (with width and height) or ink")
    if body.ink is not None:
        return _decoded(body.ink), None, Source.IMPORTED
    if body.width is None or body.height is None:
        raise InvalidInput("send the canvas's width and height with the strokes")
    strokes = parse_strokes(body.strokes, body.width, body.height)
    ink = with_ink(ink_from_strokes(strokes, body.width, body.height))
    return ink, encode_strokes(strokes, body.width, body.height), Source.DRAWN


def _decoded(ink: str) -> bytes:
    try:
        data = base64.b64decode(ink, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidInput("ink must be base64") from exc
    if len(data) != INK_SIDE_PX * INK_SIDE_PX or not any(data):
        raise InvalidInput("ink must be 784 bytes, row by row, 0 = paper, and not all paper")
    return data


def with_ink(inking: Inking) -> bytes:
    """The ink's bytes. Raises: InvalidInput, if there is none."""
    if not inking.ink_HW.any():
        raise InvalidInput("there is nothing on it: draw a digit first")
    return inking.ink_HW.tobytes()


def store_once(new: NewDrawing) -> ResponseReturnValue:
    """201 with the drawing after its commit, or 200 with the one that has this id already."""
    parts = services()
    stored = parts.writer.store(_with_confidence(new))
    if stored.is_new:
        return drawing_json(stored.drawing, learned=[], live=None), 201
    with parts.database.read() as session:
        return drawings_json(session, [stored.drawing])[0]


def _with_confidence(new: NewDrawing) -> NewDrawing:
    """How likely the predicted version holds the predicted digit, read here: 0.1 ms.

    What a client says of it would prove nothing. A version that is no longer live is not asked.
    """
    model = services().live.current
    if model is None or new.predicted_label is None or new.predicted_version != model.version:
        return new
    ink_HW = np.frombuffer(new.ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    probabilities_K = model.read(ink_HW[np.newaxis]).probabilities_NK[0]
    return replace(new, confidence=min(1.0, float(probabilities_K[new.predicted_label])))


@blueprint.get("/api/v1/drawings/<drawing_id>")
@contract("One drawing", role=ANYBODY, answers={200: DrawingWithStrokes}, refusals=(404, 410))
def show(drawing_id: str) -> ResponseReturnValue:
    """One's own drawing, or for reviewers any, with its strokes"""
    owner, _ = _actor()
    with services().database.read() as session:
        drawing = transitions.own_drawing(session, drawing_id, owner)
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
    """The 28×28 ink that the model sees, as a PNG"""
    owner, _ = _actor()
    with services().database.read() as session:
        ink = transitions.own_drawing(session, drawing_id, owner).ink
    pixels_HW = np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    file = io.BytesIO()
    Image.fromarray(pixels_HW).save(file, "PNG")
    answer = Response(file.getvalue(), mimetype="image/png")
    # Asked again each time: a deleted drawing must not live on in a browser's cache.
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
    """Give a drawing another label; `confirm` stands by one that was called into question"""
    owner, by = _actor()
    _count_change(owner)
    now = utc_now()
    with services().database.write() as session:
        drawing = transitions.own_drawing(session, drawing_id, owner)
        transitions.relabel(session, drawing, body.label, by=by, now=now)
        if body.confirm:
            transitions.confirm(session, drawing, now=now)
        _record(session, owner, drawing_id, "relabel", now, label=body.label)
        session.flush()
        return drawings_json(session, [drawing], for_reviewer=owner is None)[0]


@blueprint.delete("/api/v1/drawings/<drawing_id>")
@contract("Delete a drawing", role=ANYBODY, answers={204: None}, refusals=(404, 410, 429, 503, 507))
def delete(drawing_id: str) -> ResponseReturnValue:
    """Take a drawing out of lists, runs and exports; it can be restored for 60 s"""
    owner, _ = _actor()
    _count_change(owner)
    now = utc_now()
    with services().database.write() as session:
        drawing = transitions.own_drawing(session, drawing_id, owner)
        transitions.delete_drawing(session, drawing, now=now)
        _record(session, owner, drawing_id, "delete", now)
    return "", 204


@blueprint.post("/api/v1/drawings/<drawing_id>/restore")
@contract(
    "Restore a drawing",
    role=ANYBODY,
    answers={200: DrawingOut},
    refusals=(404, 409, 410, 429, 503, 507),
)
def restore(drawing_id: str) -> ResponseReturnValue:
    """Bring back a drawing that was deleted less than 60 s ago"""
    owner, _ = _actor()
    _count_change(owner)
    now = utc_now()
    with services().database.write() as session:
        drawing = transitions.restore_drawing(session, drawing_id, owner, now=now)
        _record(session, owner, drawing_id, "restore", now)
        session.flush()
        return drawings_json(session, [drawing], for_reviewer=owner is None)[0]


def _actor() -> tuple[str | None, str]:
    """Whose drawings may be touched (None: anybody's), and who is recorded for it.

    Nobody's cookie owns nothing: the empty id is no contributor's.
    """
    who = identity.who()
    if who.role != ANYBODY:
        return None, who.by
    return identity.contributor() or "", BY_CONTRIBUTOR


def _record(
    session: Session, owner: str | None, drawing_id: str, action: str, now: datetime, **facts: int
) -> None:
    """Log what a user did to a drawing; what contributors do to their own is their own affair."""
    if owner is None:
        by = identity.who().by
        audit(session, by=by, action=action, subject=f"drawing:{drawing_id}", now=now, **facts)


def _count_change(owner: str | None) -> None:
    if owner is not None:
        services().limits.drawing(owner, request.remote_addr)
