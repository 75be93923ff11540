"""Routes of maps: points and inks of a version's map, and making one."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import Conflict, NotMade
from core.storage.tables import DigitMap, ModelVersion
from core.symbols import digits
from core.versions import maps
from core.versions import queries as version_queries
from server import identity
from server.api.maps import queries
from server.api.maps.schemas import MapOut, MapQuery, MapsOut
from server.api.maps.sentences import failure_sentence
from server.api.shared.etags import json_with_etag
from server.api.shared.json_values import Json, iso
from server.contract import contract
from server.roles import ADMIN, REVIEWER
from server.services import services

blueprint = Blueprint("digit_map", __name__)
STEPS = 10_000  # from the centre to the edge: finer than a pixel at any size
GZIP = 16 + zlib.MAX_WBITS


@blueprint.get("/api/v1/map")
@contract(
    "The map of a version", role=REVIEWER, query=MapQuery, answers={200: MapOut}, refusals=(404,)
)
def show(query: MapQuery) -> ResponseReturnValue:
    """Return MNIST samples and drawings, placed by the features of a version's last layer

    While there is no map, 404 says how far it is.
    """
    labels = digits.load(services().settings).exam_labels()
    labels = np.zeros(0, np.uint8) if labels is None else labels
    with services().database.read() as session:
        row = _made(session, query.version)
        found = queries.points(session, row.version)
        content: Json = {
            "version": row.version,
            "live_version": version_queries.live_version(session),
            "made_at": iso(row.made_at),
            "seconds": row.seconds,
            "n_since": queries.n_since(session, row),
        }
    known = [point for point in found.mnist if point.number < len(labels)]
    content["mnist"] = _columns(known, [int(labels[point.number]) for point in known])
    content["mnist"]["index"] = [point.number for point in known]
    content["drawings"] = _columns(found.drawings, [point.label for point in found.drawings])
    content["drawings"]["id"] = [point.id for point in found.drawings]
    return json_with_etag(content)


@blueprint.get("/api/v1/map/inks")
@contract(
    "The inks of a map",
    role=REVIEWER,
    query=MapQuery,
    answers={200: None},
    refusals=(404,),
    media_type="application/octet-stream",
)
def inks(query: MapQuery) -> ResponseReturnValue:
    """Return 784 bytes for each place of the map, zeros where a drawing was deleted"""
    with services().database.read() as session:
        row = _made(session, query.version)
        data = queries.inks(session, services().settings, row.version)
    answer = Response(data, mimetype="application/octet-stream")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Accept-Encoding")
    answer.vary.add("Cookie")
    answer.add_etag()
    answer.make_conditional(request)
    if answer.status_code == 200 and request.accept_encodings.find("gzip") >= 0:
        packer = zlib.compressobj(
            1, wbits=GZIP
        )  # 2.4 MB become 0.7 MB in 25 ms; level 6: 0.6 MB in 90 ms
        answer.set_data(packer.compress(data) + packer.flush())
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@blueprint.get("/api/v1/maps")
@contract("All maps", role=REVIEWER, answers={200: MapsOut})
def all_maps() -> ResponseReturnValue:
    """List the versions that have a map, and the progress of the live version's"""
    return json_with_etag(_maps())


@blueprint.post("/api/v1/maps")
@contract("Have a map made", role=ADMIN, answers={202: MapsOut}, refusals=(409, 503, 507))
def make() -> ResponseReturnValue:
    """Request a new map of the live version, with the drawings that arrived since"""
    with services().database.write() as session:
        live = version_queries.live_version(session)
        if live is None:
            raise Conflict("no version is live yet: the first map is made after the first training")
        maps.ask_for_map(session, live, by=identity.who().by, now=utc_now())
    return _maps(), 202


def _maps() -> Json:
    now = utc_now()
    with services().database.read() as session:
        live = version_queries.live_version(session)
        row = None if live is None else session.get(DigitMap, live)
        made = queries.made_maps(session)
        is_under_way = row is not None and maps.is_under_way(row, now)
        return {
            "live_version": live,
            "items": [{"version": one.version, "made_at": iso(one.made_at)} for one in made],
            "making": row.phase if row is not None and is_under_way else None,
            "making_since": iso(row.started_at) if row is not None and is_under_way else None,
            "is_owed": live is not None and (row is None or maps.is_owed(row)),
            "last_seconds": queries.last_seconds(session),
            "message": None if row is None else _failure(row),
            "failure": None if row is None else row.failure,
        }


def _made(session: Session, version: int | None) -> DigitMap:
    """Return an existing map. Raises: NotMade, with its progress."""
    live = version_queries.live_version(session)
    wanted = live if version is None else version
    if wanted is None:
        raise NotMade("no version is live yet: the first map is made after the first training")
    row = session.get(DigitMap, wanted)
    if row is not None and row.made_at is not None:
        return row
    if session.get(ModelVersion, wanted) is None:
        raise NotMade(f"there is no version {wanted}: /admin/models lists those there are")
    if wanted != live:
        raise NotMade(
            f"version {wanted} has no map: maps are made of the live version, and the newest "
            f"{maps.N_STORED} are kept"
        )
    raise NotMade(_why_not_yet(row, wanted), phase=None if row is None else row.phase)


def _failure(row: DigitMap) -> str | None:
    return None if row.failure is None else failure_sentence(row.failure)


def _why_not_yet(row: DigitMap | None, version: int) -> str:
    failure = None if row is None else _failure(row)
    if failure is not None:
        return f"the map of version {version} could not be made: {failure}"
    if row is not None and maps.is_under_way(row, utc_now()):
        what = "the drawings are being read" if row.phase == "read" else "each gets its place"
        return f"the map of version {version} is being made ({what}): look again in a moment"
    return (
        f"the map of version {version} is not made yet: the trainer makes it when it has no run "
        "to do. See that it is up: `inkloop up`, or `inkloop trainer`"
    )


def _columns(points: Sequence[Any], labels: Sequence[int]) -> Json:
    return {
        "place": [point.place for point in points],
        "x": [round(point.x * STEPS) for point in points],
        "y": [round(point.y * STEPS) for point in points],
        "label": list(labels),
        "predicted": [point.predicted for point in points],
        "near_label": [point.near_label for point in points],
        "depth": [round(point.depth * 1000) for point in points],
    }
