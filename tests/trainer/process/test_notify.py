"""Webhooks: a real local receiver, and host names that resolve as tests say."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.database import Database
from core.storage.tables import WebhookDelivery
from core.webhooks import deliveries
from core.webhooks.receiver import remove_webhook, set_webhook
from core.webhooks.signing import signing_secret
from tests.conftest import NOW
from tests.support.factories import make_version
from tests.support.running import ROOT, free_port, guarded, wait_until
from tests.trainer.process.receivers import Receiver, speaking
from trainer.process import notify
from trainer.process.notify import Notifier

TTL = timedelta(seconds=30)
LATER = NOW + timedelta(minutes=5)


def _same(moment: datetime) -> datetime:
    return moment


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def private(settings: Settings) -> Settings:
    """Settings that allow private addresses, since the receiver is local."""
    return settings.model_copy(update={"webhook_private": "on"})


@pytest.fixture
def save(database: Database) -> Callable[[str], str]:
    """`save(url)`: subscribe an address to all events. Returns its salt."""

    def _save(url: str) -> str:
        with database.write() as session:
            row, _ = set_webhook(
                session,
                url=url,
                events=["promoted", "held", "failed"],
                site="https://inkloop.example.org/",
                renew_secret=False,
                allows_private=True,
                by="user:1",
                now=NOW,
            )
            return row.salt

    return _save


@pytest.fixture
def end(database: Database) -> Callable[[RunStatus], int]:
    """`end(status)`: queue, claim and end a run."""

    def _end(status: RunStatus) -> int:
        with database.write() as session:
            run, _ = runs.queue_run(session, requested_by="user:1", is_forced=True, seed=7, now=NOW)
            fence = run_lease.take_lease(session, "here", now=NOW, ttl=TTL) or 0
            runs.claim_next_run(session, fence=fence, now=NOW)
            message = "the disk failed or is full: make room" if status == "failed" else None
            runs.finish_run(
                session,
                run.id,
                fence=fence,
                status=status,
                message=message,
                failure="disk" if status == "failed" else None,
                now=NOW,
            )
            return run.id

    return _end


def rows(database: Database) -> Sequence[WebhookDelivery]:
    with database.read() as session:
        return session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()


def only(database: Database) -> WebhookDelivery:
    (row,) = rows(database)
    return row


def test_the_end_of_a_run_is_delivered_with_a_valid_signature(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    salt = save(f"http://127.0.0.1:{receiver.port}/hook?room=4")
    run_id = end(RunStatus.FAILED)

    Notifier(private, database).deliver_due()

    ((path, headers, body),) = receiver.got
    secret = signing_secret(private.secret(), salt)
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    content = json.loads(body)
    assert path == "/hook?room=4"
    assert headers["X-Inkloop-Signature"] == f"sha256={expected}"
    assert content["event"] == headers["X-Inkloop-Event"] == "failed"
    assert content["run_id"] == run_id
    assert content["sentence"] == "the disk failed or is full: make room"
    assert content["url"] == f"https://inkloop.example.org/admin/runs/{run_id}"
    assert (only(database).outcome, only(database).due_at) == ("delivered", None)


def test_only_the_chosen_events_are_delivered(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.CANCELLED)

    assert Notifier(private, database).deliver_due() == 0
    assert receiver.got == []


def test_nothing_is_delivered_twice(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.HELD)

    for _ in range(2):
        Notifier(private, database, clock=lambda: LATER).deliver_due()

    assert len(receiver.got) == 1


def test_a_delivery_claimed_by_a_dead_process_is_made_after_the_next_start(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.HELD)
    with database.write() as session:
        deliveries.claim_due(session, now=NOW)  # the process dies here

    at_once = Notifier(private, database, clock=lambda: NOW).deliver_due()
    a_minute_later = Notifier(private, database, clock=lambda: LATER).deliver_due()

    assert (at_once, a_minute_later) == (0, 1)
    assert len(receiver.got) == 1


def test_a_failing_receiver_is_tried_three_times_with_growing_pauses(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.HELD)
    receiver.status = 500
    pauses = []
    now = NOW

    for _ in range(3):
        Notifier(private, database, clock=partial(_same, now)).deliver_due()
        due_at = only(database).due_at
        pauses.append(None if due_at is None else (due_at - now).total_seconds())
        now = due_at or now

    assert pauses == [10.0, 60.0, None]
    assert (only(database).outcome, only(database).facts) == ("refused", {"status": 500})


def test_a_redirect_is_not_followed(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/first")
    end(RunStatus.HELD)
    receiver.status, receiver.location = 307, f"http://127.0.0.1:{receiver.port}/second"

    Notifier(private, database, clock=lambda: NOW).deliver_due()

    assert [path for path, _, _ in receiver.got] == ["/first"]
    assert only(database).outcome == "redirected"


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["fe80::1%lo"]]
)
def test_a_host_with_a_private_address_is_not_called(
    database: Database,
    settings: Settings,
    receiver: Receiver,
    save: Any,
    end: Any,
    found: list[str],
) -> None:
    save(f"http://hooks.example.org:{receiver.port}/")
    end(RunStatus.HELD)

    Notifier(settings, database, resolve=lambda _host, _port: found).deliver_due()

    assert receiver.got == []
    assert (only(database).outcome, only(database).due_at) == ("private", None)


def test_an_address_that_is_no_longer_allowed_is_not_called(
    database: Database, settings: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.HELD)

    Notifier(settings, database).deliver_due()

    assert (receiver.got, only(database).outcome) == ([], "private")


def test_the_checked_address_is_the_called_one(
    database: Database,
    private: Settings,
    receiver: Receiver,
    save: Any,
    end: Any,
) -> None:
    answers = iter([["127.0.0.1"], ["203.0.113.9"]])  # a second lookup would give another address
    save(f"http://rebinding.example.org:{receiver.port}/")
    end(RunStatus.HELD)

    Notifier(private, database, resolve=lambda _host, _port: next(answers)).deliver_due()

    ((_, headers, _),) = receiver.got
    assert headers["Host"] == f"rebinding.example.org:{receiver.port}"
    assert next(answers) == ["203.0.113.9"]


def test_an_unknown_host_is_recorded(
    database: Database, settings: Settings, save: Any, end: Any
) -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror("no such name")

    save("https://hooks.example.org/")
    end(RunStatus.HELD)

    Notifier(settings, database, resolve=unknown).deliver_due()

    assert only(database).outcome == "unknown_host"


def test_an_unreachable_address_is_recorded(
    database: Database, private: Settings, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{free_port()}/")
    end(RunStatus.HELD)

    Notifier(private, database).deliver_due()

    assert only(database).outcome == "unreachable"


def test_a_slow_response_is_cut_off(
    database: Database,
    private: Settings,
    save: Any,
    end: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notify, "TOTAL_SECONDS", 0.5)
    with speaking(b"H", 0.1) as port:
        save(f"http://127.0.0.1:{port}/")
        end(RunStatus.HELD)
        Notifier(private, database).deliver_due()

    assert only(database).outcome == "timed_out"


def test_a_response_that_is_not_http_is_recorded(
    database: Database, private: Settings, save: Any, end: Any
) -> None:
    with speaking(b"220 mail.example.org ready\r\n", 0.01) as port:
        save(f"http://127.0.0.1:{port}/")
        end(RunStatus.HELD)
        Notifier(private, database).deliver_due()

    assert only(database).outcome == "no_http"


def test_a_receiver_without_a_valid_certificate_gets_nothing(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"https://127.0.0.1:{receiver.port}/")  # the receiver does not speak TLS
    end(RunStatus.HELD)

    Notifier(private, database).deliver_due()

    assert receiver.got == []
    assert only(database).outcome == "no_http"


def test_a_test_delivery_is_tried_once(
    database: Database, private: Settings, receiver: Receiver, save: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    receiver.status = 500
    with database.write() as session:
        first = deliveries.ask_for_test(session, by="user:1", now=NOW).id
        again = deliveries.ask_for_test(session, by="user:1", now=NOW).id

    Notifier(private, database).deliver_due()

    content = json.loads(receiver.got[0][2])
    assert first == again
    assert (content["event"], content["run_id"]) == ("test", None)
    assert (only(database).due_at, only(database).outcome) == (None, "refused")


def test_nothing_is_delivered_after_the_address_was_removed(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.HELD)
    with database.write() as session:
        remove_webhook(session, by="user:1", now=NOW)

    Notifier(private, database).deliver_due()

    assert (receiver.got, only(database).outcome) == ([], "withdrawn")


def test_a_process_for_one_run_makes_due_deliveries_of_an_earlier_one(
    database: Database, private: Settings, receiver: Receiver, save: Any, end: Any
) -> None:
    save(f"http://127.0.0.1:{receiver.port}/")
    end(RunStatus.HELD)
    with database.write() as session:
        make_version(session, 1)  # nothing is due, so nothing is learned
    environ = {
        "PATH": "/usr/bin:/bin",
        **guarded(),
        "INKLOOP_INSTANCE": str(private.instance),
        "INKLOOP_WEBHOOK_PRIVATE": "on",
    }

    done = subprocess.run(
        [sys.executable, "-m", "trainer", "--once"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Nothing to do")
    assert len(receiver.got) == 1
    assert only(database).outcome == "delivered"


def test_the_thread_delivers_new_events(
    database: Database,
    private: Settings,
    receiver: Receiver,
    save: Any,
    end: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notify, "POLL_SECONDS", 0.02)
    save(f"http://127.0.0.1:{receiver.port}/")
    notifier = Notifier(private, database, clock=utc_now)
    notifier.start()

    end(RunStatus.PROMOTED)

    wait_until(lambda: rows(database) and only(database).outcome, "it was told")
    notifier.stop()
    assert len(receiver.got) == 1
