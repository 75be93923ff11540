"""Routes of a contributor's own data: show, download, delete, share with another browser."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import FileWrapper

from core.base.clock import utc_now
from core.base.errors import Forbidden, InvalidInput
from core.own_data import lifecycle, links
from core.own_data import queries as own_data_queries
from core.own_data.archive import own_archive
from core.versions import queries as version_queries
from server import identity
from server.api.own_data.schemas import (
    ConsentIn,
    DeletedOut,
    JoinOut,
    KeptOut,
    LinkIn,
    LinkOut,
    RestoredOut,
    RestoreIn,
)
from server.api.shared.json_values import iso
from server.contract import contract
from server.roles import ANYBODY
from server.services import services

blueprint = Blueprint("own_data", __name__)


@blueprint.get("/api/v1/me/data")
@contract("What is kept of me?", role=ANYBODY, answers={200: KeptOut})
def show() -> ResponseReturnValue:
    """Count what is stored about the caller"""
    contributor_id = identity.contributor_or_new()
    with services().database.read() as session:
        found = own_data_queries.own_data(session, contributor_id, now=utc_now())
    return asdict(found) | {
        "contributor": contributor_id,
        "first_at": iso(found.first_at),
        "last_at": iso(found.last_at),
        "consented_at": iso(found.consented_at),
        "retention_days": services().settings.retention_days,
    }


@blueprint.get("/api/v1/me/data.zip")
@contract("Take my drawings along", role=ANYBODY, answers={200: None}, media_type="application/zip")
def download() -> ResponseReturnValue:
    """Download the caller's drawings: a picture of each, and all other data as JSON"""
    contributor_id = identity.contributor() or ""
    _count(contributor_id)
    file = own_archive(services().database, contributor_id)
    answer = Response(FileWrapper(file), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-inkloop-drawings.zip"'
    answer.call_on_close(file.close)
    return answer


@blueprint.delete("/api/v1/me/data")
@contract("Delete all my drawings", role=ANYBODY, answers={200: DeletedOut}, refusals=(409, 429))
def delete() -> ResponseReturnValue:
    """Delete all drawings of the caller; they can be restored for 60 s"""
    contributor_id = identity.contributor() or ""
    _count(contributor_id)
    now = utc_now()
    with services().database.write() as session:
        versions = version_queries.versions_that_learned_from(session, contributor_id)
        n = lifecycle.delete_all(session, contributor_id, now=now)
    return {"n_drawings": n, "versions": versions, "deleted_at": iso(now)}


@blueprint.post("/api/v1/me/data/restore")
@contract(
    "Restore all my drawings",
    role=ANYBODY,
    body=RestoreIn,
    answers={200: RestoredOut},
    refusals=(409, 410, 429),
)
def restore(body: RestoreIn) -> ResponseReturnValue:
    """Restore the drawings that were deleted at that moment, within 60 s"""
    contributor_id = identity.contributor() or ""
    _count(contributor_id)
    deleted_at = _moment(body.deleted_at)
    with services().database.write() as session:
        n = lifecycle.restore_all(session, contributor_id, deleted_at, now=utc_now())
    return {"n_drawings": n}


@blueprint.put("/api/v1/me/consent")
@contract(
    "I was told what is kept", role=ANYBODY, body=ConsentIn, answers={204: None}, refusals=(429,)
)
def consent(body: ConsentIn) -> ResponseReturnValue:
    """Record that the caller saw the privacy notice, before their first drawing"""
    contributor_id = identity.contributor_or_new()
    _count(contributor_id)
    with services().database.write() as session:
        lifecycle.record_consent(session, contributor_id, body.wording, now=utc_now())
    return "", 204


@blueprint.post("/api/v1/me/links")
@contract(
    "Make a link that carries my drawings", role=ANYBODY, answers={201: LinkOut}, refusals=(429,)
)
def make_link() -> ResponseReturnValue:
    """Make a secret that shares the caller's drawings with one other browser, for 15 minutes"""
    contributor_id = _browser()
    with services().database.write() as session:
        token, expires_at = links.make_link(session, contributor_id, now=utc_now())
    return {"token": token, "expires_at": iso(expires_at)}, 201


@blueprint.delete("/api/v1/me/links")
@contract("Revoke my link", role=ANYBODY, answers={204: None}, refusals=(429,))
def revoke_links() -> ResponseReturnValue:
    """Revoke the caller's links"""
    contributor_id = _browser()
    with services().database.write() as session:
        links.revoke_links(session, contributor_id)
    return "", 204


@blueprint.post("/api/v1/me/join/preview")
@contract(
    "What would a link bring?",
    role=ANYBODY,
    body=LinkIn,
    answers={200: JoinOut},
    refusals=(409, 410, 429),
)
def preview(body: LinkIn) -> ResponseReturnValue:
    """Count the drawings behind a link, and the caller's drawings that would join them"""
    contributor_id = _browser()
    with services().database.read() as session:
        there, here = links.n_to_join(session, body.token, contributor_id, now=utc_now())
    return {"n_there": there, "n_here": here}


@blueprint.post("/api/v1/me/join")
@contract(
    "Use a link up", role=ANYBODY, body=LinkIn, answers={200: JoinOut}, refusals=(409, 410, 429)
)
def join(body: LinkIn) -> ResponseReturnValue:
    """Become the link's contributor, and move the caller's drawings to it"""
    here = _browser()
    parts = services()
    now = utc_now()
    with parts.database.write() as session:
        n_there, n_here = links.n_to_join(session, body.token, here, now=now)
        there = links.join(session, body.token, here, secret=parts.secret, now=now)
    identity.become(there)
    return {"n_there": n_there, "n_here": n_here}


def _browser() -> str:
    """Return a browser's contributor id. Raises: Forbidden, for an API token."""
    if request.authorization is not None:
        raise Forbidden("only browsers can share drawings: a token belongs to its program")
    contributor_id = identity.contributor_or_new()
    _count(contributor_id)
    return contributor_id


def _count(contributor_id: str) -> None:
    services().limits.drawing(contributor_id, request.remote_addr)


def _moment(text: str) -> datetime:
    """Parse the `deleted_at` of a deletion. Raises: InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidInput("deleted_at must be as the deletion answered it") from exc
    if moment.tzinfo is None:
        raise InvalidInput("deleted_at must be as the deletion answered it")
    return moment
