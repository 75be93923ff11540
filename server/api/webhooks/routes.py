"""Routes of the webhook. The trainer sends the events: no request waits for another host."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.webhooks import deliveries, receiver
from core.webhooks.signing import signing_secret
from server import identity
from server.api.shared.etags import json_with_etag
from server.api.shared.json_values import Json, iso
from server.api.webhooks.schemas import DeliveryOut, WebhookIn, WebhookOut
from server.api.webhooks.views import delivery_json
from server.contract import contract
from server.roles import ADMIN
from server.services import services

blueprint = Blueprint("webhook", __name__)
N_SHOWN = 10


@blueprint.get("/api/v1/webhook")
@contract("The webhook", role=ADMIN, answers={200: WebhookOut})
def show() -> ResponseReturnValue:
    """Return the webhook with its last ten deliveries"""
    with services().database.read() as session:
        return json_with_etag(_webhook_json(session))


@blueprint.put("/api/v1/webhook")
@contract("Set the webhook", role=ADMIN, body=WebhookIn, answers={200: WebhookOut})
def change(body: WebhookIn) -> ResponseReturnValue:
    """Set the receiver and its events; a new receiver's secret is shown only here"""
    parts = services()
    with parts.database.write() as session:
        row, is_new_secret = receiver.set_webhook(
            session,
            url=body.url,
            events=sorted(set(body.events)),
            site=request.url_root,
            renew_secret=body.renew_secret,
            allows_private=parts.settings.webhook_private == "on",
            by=identity.who().by,
            now=utc_now(),
        )
        session.flush()
        secret = signing_secret(parts.settings.secret(), row.salt) if is_new_secret else None
        return _webhook_json(session) | {"secret": secret}


@blueprint.delete("/api/v1/webhook")
@contract("Remove the webhook", role=ADMIN, answers={200: WebhookOut})
def remove() -> ResponseReturnValue:
    """Remove the webhook"""
    with services().database.write() as session:
        receiver.remove_webhook(session, by=identity.who().by, now=utc_now())
        session.flush()
        return _webhook_json(session)


@blueprint.post("/api/v1/webhook/test")
@contract("Send a test", role=ADMIN, answers={202: DeliveryOut}, refusals=(409,))
def test() -> ResponseReturnValue:
    """Queue a test, which the trainer sends within seconds; `GET` shows its outcome"""
    with services().database.write() as session:
        row = deliveries.ask_for_test(session, by=identity.who().by, now=utc_now())
        return delivery_json(row), 202


def _webhook_json(session: Session) -> Json:
    row = receiver.webhook(session)
    return {
        "url": None if row is None else row.url,
        "events": [] if row is None else row.events,
        "updated_at": None if row is None else iso(row.updated_at),
        "allows_private": services().settings.webhook_private == "on",
        "secret": None,
        "deliveries": [
            delivery_json(one) for one in deliveries.newest_deliveries(session, N_SHOWN)
        ],
    }
