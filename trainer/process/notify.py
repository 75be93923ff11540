"""Telling another machine that a run has ended, beside the runs and never in their way.

A thread looks every second for what `core.webhooks.deliveries` wrote down. Names are looked up and
checked, and the connection goes to the very address that was checked: a name that says something
else a moment later leads nowhere. Redirects are not followed, and of the answer only the head is
read. What is due when the process dies is told after its next start: at least once, never lost.
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

LOOK_SECONDS = 1.0
LOOKUP_SECONDS = 5.0
CONNECT_SECONDS = 3.0
"""For each address of a name, of which three are tried."""
TOTAL_SECONDS = 10.0
"""From the connection to the head of the answer, however slowly it drips."""
LAST_SECONDS = 20.0
"""What a process that does one run waits before its end for everything that is due."""
N_ADDRESSES = 3

Resolve = Callable[[str, int], Sequence[str]]
log = structlog.get_logger(__name__)


class NotTold(Exception):
    """An attempt came to nothing; why, and the figures of its sentence."""

    def __init__(self, outcome: Outcome, **facts: Any) -> None:
        self.outcome = outcome
        self.facts = facts
        super().__init__(outcome)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told to whom."""

    delivery_id: int
    event: str
    url: str
    secret: str
    body: bytes


@dataclass
class Notifier:
    """Tells what is due, on a thread of its own once it is started."""

    settings: Settings
    database: Database
    resolve: Resolve = resolve
    clock: Callable[[], datetime] = utc_now
    stop_event: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to look every second; the thread dies with the process."""
        threading.Thread(target=self._keep_looking, name="notify", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing new. What is under way may be told again after the next start."""
        self.stop_event.set()

    def tell_for_the_last_time(self) -> None:
        """Try once what is due, before a process ends that did one run."""
        thread = threading.Thread(target=self.tell_all, name="notify", daemon=True)
        thread.start()
        thread.join(LAST_SECONDS)

    def tell_all(self) -> int:
        """Tell everything that is due. Returns how many attempts that were."""
        n_attempts = 0
        try:
            while not self.stop_event.is_set() and self._tell_next():
                n_attempts += 1
        except InkloopError as error:  # a full disk, a busy database: it stays due
            log.warning("cannot tell of runs", why=str(error))
        return n_attempts

    def _keep_looking(self) -> None:
        while not self.stop_event.wait(LOOK_SECONDS):
            self.tell_all()

    def _tell_next(self) -> bool:
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
        except NotTold as problem:
            outcome, facts = problem.outcome, problem.facts
        log.info("told of a run", delivery=notice.delivery_id, what=notice.event, outcome=outcome)
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
        """Tell it. Returns the figures of its success. Raises: NotTold."""
        allows_private = self.settings.webhook_private == "on"
        try:
            parts = check_url(notice.url, allows_private=allows_private)
        except InvalidInput as exc:  # it was allowed when it was saved
            host = check_url(notice.url, allows_private=True).hostname
            raise NotTold("private", host=host, address=host) from exc
        addresses = self._addresses(parts, allows_private=allows_private)
        status = _post(parts, addresses, notice)
        if 200 <= status < 300:
            return {"status": status}
        raise NotTold("redirected" if 300 <= status < 400 else "refused", status=status)

    def _addresses(self, parts: SplitResult, *, allows_private: bool) -> list[Address]:
        """What the host's name leads to, checked. Raises: NotTold, also if only one is private."""
        host = parts.hostname or ""
        found = [ip_address(text) for text in self._look_up(host, port_of(parts))]
        if not found:
            raise NotTold("unknown_host", host=host)
        for address in found:
            if not (allows_private or is_public(address)):
                raise NotTold("private", host=host, address=str(address))
        return found[:N_ADDRESSES]

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        """Ask the system, which has no time-out of its own to set."""
        answers: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self.resolve(host, port))
            except (OSError, UnicodeError):  # no such name, or none that DNS could hold
                answers.put(None)

        threading.Thread(target=ask, name="look up", daemon=True).start()
        try:
            found = answers.get(timeout=LOOKUP_SECONDS)
        except queue.Empty:
            found = None
        if found is None:
            raise NotTold("unknown_host", host=host)
        return found


def _sentence(session: Session, run: Run | None) -> str:
    """What the run came to, in English."""
    if run is None:
        return TEST_SENTENCE
    verdict = run_queries.verdict_of(session, run.id)
    if verdict is not None:
        return verdict_sentence(verdict.passed, verdict.rules)
    return run.message or run.status


def _post(parts: SplitResult, addresses: Sequence[Address], notice: Notice) -> int:
    """Send it to the first address that answers. Returns the status. Raises: NotTold."""
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
        with _no_longer_than(TOTAL_SECONDS, connection.sock):
            connection.request("POST", path, notice.body, headers)
            return connection.getresponse().status
    except ssl.SSLCertVerificationError as exc:
        raise NotTold("insecure", host=host) from exc
    except TimeoutError as exc:
        raise NotTold("timed_out", seconds=int(TOTAL_SECONDS)) from exc
    except _CutOff as exc:
        raise NotTold("timed_out", seconds=int(TOTAL_SECONDS)) from exc
    except (http.client.HTTPException, ssl.SSLError) as exc:
        raise NotTold("no_http") from exc
    except OSError as exc:
        raise NotTold("unreachable", address=str(addresses[0])) from exc
    finally:
        connection.close()


def _connect(parts: SplitResult, addresses: Sequence[Address]) -> socket.socket:
    """A connection to one of these addresses and no other. Raises: OSError."""
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
    """The same connection under TLS: the certificate has to be for the name. Raises: OSError."""
    context = ssl.create_default_context()
    with contextlib.ExitStack() as undo:
        undo.callback(plain.close)
        secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        undo.callback(secured.close)
        with _no_longer_than(TOTAL_SECONDS, secured):
            secured.do_handshake()
        undo.pop_all()
    return secured


class _CutOff(OSError):
    """The time was over."""


@contextlib.contextmanager
def _no_longer_than(seconds: float, connection: socket.socket) -> Iterator[None]:
    """Cut the connection when the time is over: a time-out of its own begins anew at each byte.

    Raises: _CutOff, if whatever fails then fails of that.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        with contextlib.suppress(OSError):
            # That of an SSLSocket would go on in plain text.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as exc:
        if is_over.is_set():
            raise _CutOff(str(exc)) from exc
        raise
    finally:
        timer.cancel()
