"""Deliver webhooks to another machine when a run has ended, independently of the runs.

A thread polls every second for due rows of `core.webhooks.deliveries`. Host names are resolved and
checked, and the connection goes to the checked address, so that a later change of the name has no
effect. Redirects are not followed, and only the head of the response is read. Deliveries that are
due when the process dies are made after its next start: at least once, none is lost.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult

import structlog
from sqlalchemy.orm import Session

import core
from core.base.clock import utc_now
from core.base.errors import InkloopError, InvalidInput
from core.base.settings import Settings
from core.runs import queries as run_queries
from core.runs.verdicts import verdict_sentence
from core.storage.database import Database
from core.storage.tables import Run, Webhook, WebhookDelivery
from core.webhooks import deliveries, receiver
from core.webhooks.outcomes import TEST_SENTENCE
from core.webhooks.signing import (
    Address,
    Outcome,
    check_url,
    is_public,
    port_of,
    signature,
    signing_secret,
)

POLL_SECONDS = 1.0
RESOLVE_SECONDS = 5.0
CONNECT_SECONDS = 3.0
"""For each address of a host; at most `N_ADDRESSES` are tried."""
TOTAL_SECONDS = 10.0
"""From the connection to the head of the response, however slowly it arrives."""
EXIT_SECONDS = 20.0
"""Time that a process for one run waits at its end for due deliveries."""
N_ADDRESSES = 3

Resolve = Callable[[str, int], Sequence[str]]
log = structlog.get_logger(__name__)


class DeliveryFailed(Exception):
    """An attempt failed: the outcome, and the facts for its sentence."""

    def __init__(self, outcome: Outcome, **facts: Any) -> None:
        self.outcome = outcome
        self.facts = facts
        super().__init__(outcome)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Notice:
    """One delivery: content and destination."""

    delivery_id: int
    event: str
    url: str
    secret: str
    body: bytes


@dataclass
class Notifier:
    """Makes due deliveries, on a thread of its own once it is started."""

    settings: Settings
    database: Database
    resolve: Resolve = resolve
    clock: Callable[[], datetime] = utc_now
    stop_event: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start to poll on a daemon thread."""
        threading.Thread(target=self._keep_polling, name="notify", daemon=True).start()

    def stop(self) -> None:
        """Start no new delivery. A current one may be repeated after the next start."""
        self.stop_event.set()

    def deliver_before_exit(self) -> None:
        """Try each due delivery once, before a process for one run ends."""
        thread = threading.Thread(target=self.deliver_due, name="notify", daemon=True)
        thread.start()
        thread.join(EXIT_SECONDS)

    def deliver_due(self) -> int:
        """Make all due deliveries. Returns the number of attempts."""
        n_attempts = 0
        try:
            while not self.stop_event.is_set() and self._deliver_next():
                n_attempts += 1
        except InkloopError as error:  # a full disk or a busy database: it stays due
            log.warning("webhooks not delivered", why=str(error))
        return n_attempts

    def _keep_polling(self) -> None:
        while not self.stop_event.wait(POLL_SECONDS):
            self.deliver_due()

    def _deliver_next(self) -> bool:
        now = self.clock()
        with self.database.read() as session:
            if not deliveries.is_due(session, now=now):
                return False
        with self.database.write() as session:
            delivery = deliveries.claim_due(session, now=now)
            if delivery is None:
                return False
            hook = session.get_one(Webhook, receiver.ROW)
            notice = self._notice(session, hook, delivery, now)
        outcome: Outcome = "delivered"
        try:
            facts = self._attempt(notice)
        except DeliveryFailed as problem:
            outcome, facts = problem.outcome, problem.facts
        log.info(
            "webhook attempted", delivery=notice.delivery_id, what=notice.event, outcome=outcome
        )
        with self.database.write() as session:
            deliveries.record_attempt(session, notice.delivery_id, outcome, facts, now=self.clock())
        return True

    def _notice(
        self, session: Session, hook: Webhook, delivery: WebhookDelivery, now: datetime
    ) -> Notice:
        run = None if delivery.run_id is None else session.get_one(Run, delivery.run_id)
        content = {
            "event": delivery.event,
            "delivery": delivery.id,
            "run_id": None if run is None else run.id,
            "version": None if run is None else run.version,
            "sentence": _sentence(session, run),
            "url": hook.site + ("admin/runs/webhook" if run is None else f"admin/runs/{run.id}"),
            "sent_at": now.isoformat(),
        }
        return Notice(
            delivery.id,
            delivery.event,
            hook.url,
            signing_secret(self.settings.secret(), hook.salt),
            json.dumps(content, ensure_ascii=False).encode(),
        )

    def _attempt(self, notice: Notice) -> dict[str, Any]:
        """Make one attempt. Returns the facts of its success. Raises: DeliveryFailed."""
        allows_private = self.settings.webhook_private == "on"
        try:
            parts = check_url(notice.url, allows_private=allows_private)
        except InvalidInput as exc:  # private addresses were allowed when it was saved
            host = check_url(notice.url, allows_private=True).hostname
            raise DeliveryFailed("private", host=host, address=host) from exc
        addresses = self._addresses(parts, allows_private=allows_private)
        status = _post(parts, addresses, notice)
        if 200 <= status < 300:
            return {"status": status}
        raise DeliveryFailed("redirected" if 300 <= status < 400 else "refused", status=status)

    def _addresses(self, parts: SplitResult, *, allows_private: bool) -> list[Address]:
        """Resolve and check the host. Raises: DeliveryFailed, also if one address is private."""
        host = parts.hostname or ""
        found = [ip_address(text) for text in self._resolve(host, port_of(parts))]
        if not found:
            raise DeliveryFailed("unknown_host", host=host)
        for address in found:
            if not (allows_private or is_public(address)):
                raise DeliveryFailed("private", host=host, address=str(address))
        return found[:N_ADDRESSES]

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        """Resolve a host with a time limit, which the system's resolver does not offer."""
        answers: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()

        def resolve() -> None:
            try:
                answers.put(self.resolve(host, port))
            except (OSError, UnicodeError):  # unknown, or not a valid host name
                answers.put(None)

        threading.Thread(target=resolve, name="resolve", daemon=True).start()
        try:
            found = answers.get(timeout=RESOLVE_SECONDS)
        except queue.Empty:
            found = None
        if found is None:
            raise DeliveryFailed("unknown_host", host=host)
        return found


def _sentence(session: Session, run: Run | None) -> str:
    """Describe the outcome of the run in English."""
    if run is None:
        return TEST_SENTENCE
    verdict = run_queries.verdict_of(session, run.id)
    if verdict is not None:
        return verdict_sentence(verdict.passed, verdict.rules)
    return run.message or run.status


def _post(parts: SplitResult, addresses: Sequence[Address], notice: Notice) -> int:
    """Send to the first reachable address. Returns the HTTP status. Raises: DeliveryFailed."""
    host = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": f"Inkloop/{core.__version__}",
        "X-Inkloop-Event": notice.event,
        "X-Inkloop-Delivery": str(notice.delivery_id),
        "X-Inkloop-Signature": signature(notice.secret, notice.body),
        "Connection": "close",
    }
    connection = http.client.HTTPConnection(host)
    try:
        connection.sock = _connect(parts, addresses)
        with _time_limit(TOTAL_SECONDS, connection.sock):
            connection.request("POST", path, notice.body, headers)
            return connection.getresponse().status
    except ssl.SSLCertVerificationError as exc:
        raise DeliveryFailed("insecure", host=host) from exc
    except TimeoutError as exc:
        raise DeliveryFailed("timed_out", seconds=int(TOTAL_SECONDS)) from exc
    except _TimeLimitReached as exc:
        raise DeliveryFailed("timed_out", seconds=int(TOTAL_SECONDS)) from exc
    except (http.client.HTTPException, ssl.SSLError) as exc:
        raise DeliveryFailed("no_http") from exc
    except OSError as exc:
        raise DeliveryFailed("unreachable", address=str(addresses[0])) from exc
    finally:
        connection.close()


def _connect(parts: SplitResult, addresses: Sequence[Address]) -> socket.socket:
    """Connect to the first reachable of these addresses. Raises: OSError."""
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            plain = socket.create_connection((str(address), port_of(parts)), CONNECT_SECONDS)
        except OSError as exc:
            last = exc
            continue
        plain.settimeout(TOTAL_SECONDS)
        return plain if parts.scheme == "http" else _secured(plain, parts.hostname or "")
    raise last


def _secured(plain: socket.socket, host: str) -> socket.socket:
    """Wrap a connection in TLS; the certificate has to match the host. Raises: OSError."""
    context = ssl.create_default_context()
    with contextlib.ExitStack() as undo:
        undo.callback(plain.close)
        secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        undo.callback(secured.close)
        with _time_limit(TOTAL_SECONDS, secured):
            secured.do_handshake()
        undo.pop_all()
    return secured


class _TimeLimitReached(OSError):
    """The time limit has passed."""


@contextlib.contextmanager
def _time_limit(seconds: float, connection: socket.socket) -> Iterator[None]:
    """Close the connection after a total time; the socket's own time-out restarts at each byte.

    Raises: _TimeLimitReached, for errors that the closing caused.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        with contextlib.suppress(OSError):
            # An SSLSocket's own shutdown would continue in plain text.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as exc:
        if is_over.is_set():
            raise _TimeLimitReached(str(exc)) from exc
        raise
    finally:
        timer.cancel()
