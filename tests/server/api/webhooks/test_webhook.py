"""The webhook: receiver, secret, and test delivery."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.storage.tables import AuditEvent, WebhookDelivery
from core.webhooks import deliveries, receiver
from core.webhooks.signing import signing_secret
from tests.conftest import NOW

URL = "/api/v1/webhook"
SET = {"url": "https://hooks.example.org/inkloop", "events": ["held", "failed"]}


def test_without_a_webhook_there_is_no_receiver(admin):
    shown = admin.get(URL).json

    assert (shown["url"], shown["events"], shown["deliveries"]) == (None, [], [])


def test_a_new_receiver_gets_a_secret_which_is_shown_once(admin, parts):
    saved = admin.put(URL, json=SET).json
    shown = admin.get(URL).json

    with parts.database.read() as session:
        row = receiver.webhook(session)
    assert row is not None
    assert saved["secret"] == signing_secret(parts.settings.secret(), row.salt)
    assert shown["secret"] is None
    assert shown["url"] == SET["url"]


@pytest.mark.parametrize(
    ("changed", "is_new"),
    [
        ({"events": ["promoted"]}, False),
        ({"url": "https://hooks.example.org/another"}, False),
        ({"url": "https://elsewhere.example.org/"}, True),
        ({"renew_secret": True}, True),
    ],
)
def test_the_secret_changes_with_the_receiver_or_on_request(admin, changed, is_new):
    first = admin.put(URL, json=SET).json["secret"]

    second = admin.put(URL, json=SET | changed).json["secret"]

    assert (second is not None) == is_new
    assert second != first


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://localhost/", "http://10.0.0.1/", "http://[::1]/"]
)
def test_a_private_address_is_refused_with_a_sentence(admin, url):
    answer = admin.put(URL, json=SET | {"url": url})

    assert answer.status_code == 422
    assert "INKLOOP_WEBHOOK_PRIVATE=on" in answer.json["message"]


@pytest.mark.parametrize("events", [[], ["cancelled"], "held", None])
def test_other_events_are_refused(admin, events):
    assert admin.put(URL, json=SET | {"events": events}).status_code == 422


def test_every_change_is_logged_without_the_path(admin, parts):
    admin.put(URL, json=SET)
    admin.post(f"{URL}/test")
    admin.delete(URL)

    with parts.database.read() as session:
        found = select(AuditEvent).where(AuditEvent.subject == "webhook").order_by(AuditEvent.id)
        events = session.scalars(found).all()
    assert [event.action for event in events] == ["webhook", "test_webhook", "remove_webhook"]
    assert events[0].facts["host"] == "hooks.example.org"
    assert "inkloop" not in str(events[0].facts)


def test_only_one_test_waits_for_the_trainer(admin):
    admin.put(URL, json=SET)

    first, second = admin.post(f"{URL}/test"), admin.post(f"{URL}/test")

    assert first.status_code == 202
    assert first.json["id"] == second.json["id"]
    assert admin.get(URL).json["deliveries"][0]["is_waiting"] is True


def test_without_a_webhook_no_test_can_be_sent(admin):
    answer = admin.post(f"{URL}/test")

    assert answer.status_code == 409
    assert "save one first" in answer.json["message"]


def test_the_outcome_is_a_sentence_and_comes_with_its_figures(admin, parts):
    admin.put(URL, json=SET)
    delivery = admin.post(f"{URL}/test").json["id"]
    with parts.database.write() as session:
        deliveries.record_attempt(session, delivery, "refused", {"status": 503}, now=NOW)

    (shown,) = admin.get(URL).json["deliveries"]

    assert shown["sentence"].startswith("The receiver answered 503 instead of 200 to 299")
    assert (shown["outcome"], shown["facts"]) == ("refused", {"status": 503})
    assert shown["is_waiting"] is False


def test_a_removed_webhook_has_no_receiver(admin, parts):
    admin.put(URL, json=SET)

    shown = admin.delete(URL).json

    with parts.database.write() as session:
        deliveries.add_for_run(session, 1, "held", now=NOW)
        assert session.scalars(select(WebhookDelivery)).all() == []
    assert shown["url"] is None


def test_a_run_shows_admins_its_delivery(admin, client, parts):
    admin.put(URL, json=SET)
    run_id = admin.post("/api/v1/runs").json["id"]
    with parts.database.write() as session:
        deliveries.add_for_run(session, run_id, "held", now=NOW)

    assert admin.get(f"/api/v1/runs/{run_id}").json["told"]["event"] == "held"
    assert client.get(f"/api/v1/runs/{run_id}").json["told"] is None
