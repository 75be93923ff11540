"""Privacy: what is kept of whoever asks, taking it along, deleting it, carrying it elsewhere."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import FileWrapper

from core.base.clock import utc_now
from core.base.errors import Forbidden
from core.people import own_data as transitions
from core.transfer.own import own_archive
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
    """What is kept of whoever asks, in figures"""
    contributor_id = identity.contributor_or_new()
    with services().database.read() as session:
        found = transitions.kept(session, contributor_id, now=utc_now())
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
    """All drawings of whoever asks: a picture of each, and everything else as JSON"""
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
    """Delete every drawing of whoever asks; they can be restored for 60 s"""
    contributor_id = identity.contributor() or ""
    _count(contributor_id)
    now = utc_now()
    with services().database.write() as session:
        versions = transitions.versions_that_learned(session, contributor_id)
        n = transitions.delete_all(session, contributor_id, now=now)
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
    """Bring back what was deleted at that moment, within 60 s"""
    contributor_id = identity.contributor() or ""
    _count(contributor_id)
    deleted_at = transitions.moment_of(body.deleted_at)
    with services().database.write() as session:
        n = transitions.restore_all(session, contributor_id, deleted_at, now=utc_now())
    return {"n_drawings": n}


@blueprint.put("/api/v1/me/consent")
@contract(
    "I was told what is kept", role=ANYBODY, body=ConsentIn, answers={204: None}, refusals=(429,)
)
def consent(body: ConsentIn) -> ResponseReturnValue:
    """Record that whoever asks saw what is kept, before their first drawing"""
    contributor_id = identity.contributor_or_new()
    _count(contributor_id)
    with services().database.write() as session:
        transitions.record_consent(session, contributor_id, body.wording, now=utc_now())
    return "", 204


@blueprint.post("/api/v1/me/links")
@contract(
    "Make a link that carries my drawings", role=ANYBODY, answers={201: LinkOut}, refusals=(429,)
)
def make_link() -> ResponseReturnValue:
    """A secret that makes another browser this one's twin, once, within 15 minutes"""
    contributor_id = _browser()
    with services().database.write() as session:
        token, expires_at = transitions.make_link(session, contributor_id, now=utc_now())
    return {"token": token, "expires_at": iso(expires_at)}, 201


@blueprint.delete("/api/v1/me/links")
@contract("Revoke my link", role=ANYBODY, answers={204: None}, refusals=(429,))
def revoke_links() -> ResponseReturnValue:
    """No link of whoever asks works any more"""
    contributor_id = _browser()
    with services().database.write() as session:
        transitions.revoke_links(session, contributor_id)
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
    """How many drawings a link brings, and how many of this browser's would join them"""
    contributor_id = _browser()
    with services().database.read() as session:
        there, here = transitions.n_to_join(session, body.token, contributor_id, now=utc_now())
    return {"n_there": there, "n_here": here}


@blueprint.post("/api/v1/me/join")
@contract(
    "Use a link up", role=ANYBODY, body=LinkIn, answers={200: JoinOut}, refusals=(409, 410, 429)
)
def join(body: LinkIn) -> ResponseReturnValue:
    """Become the link's contributor, and bring this browser's drawings along"""
    here = _browser()
    parts = services()
    now = utc_now()
    with parts.database.write() as session:
        n_there, n_here = transitions.n_to_join(session, body.token, here, now=now)
        there = transitions.join(session, body.token, here, secret=parts.secret, now=now)
    identity.become(there)
    return {"n_there": n_there, "n_here": n_here}


def _browser() -> str:
    """The contributor of a browser. Raises: Forbidden, for a program's token."""
    if request.authorization is not None:
        raise Forbidden("only browsers carry drawings: a token belongs to its program")
    contributor_id = identity.contributor_or_new()
    _count(contributor_id)
    return contributor_id


def _count(contributor_id: str) -> None:
    services().limits.drawing(contributor_id, request.remote_addr)
