"""An HTTP load generator: many connections, each with one request on its way at a time.

It uses plain sockets in one thread, since it shares the server's cores: a request costs the client
a twentieth of what a prediction costs the server. For servers on this machine only.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

ANSWER_SECONDS = 60.0
RECEIVED_BYTES = 65_536
Request = Callable[[], bytes]


@dataclass(slots=True)
class LoadResult:
    """Answers and their times."""

    seconds: float = 0.0
    times_ms: list[float] = field(default_factory=list)
    """Times of answers with 2xx."""
    refused_ms: list[float] = field(default_factory=list)
    """Times of all other answers."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Answers by status. 0: the connection was closed, or had no answer a minute after the end."""

    @property
    def per_second(self) -> float:
        """Answers with 2xx a second."""
        return len(self.times_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """A percentile of the times of 2xx answers, in milliseconds."""
        return float(np.percentile(self.times_ms, share))

    def slowest_ms(self) -> float:
        """The longest time of any answer."""
        return max([*self.times_ms, *self.refused_ms])


def post(path: str, body: bytes, cookie: str = "", host: str = "127.0.0.1") -> bytes:
    """Build a POST request that keeps the connection open."""
    return build_request("POST", path, body, cookie=cookie, host=host)


def build_request(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    cookie: str = "",
    host: str = "127.0.0.1",
    content_type: str = "application/json",
) -> bytes:
    """Build a request that keeps the connection open."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        *([f"Content-Type: {content_type}"] if body else []),
        f"Content-Length: {len(body)}",
        *([f"Cookie: {cookie}"] if cookie else []),
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def load(port: int, requests: Sequence[Request], seconds: float) -> LoadResult:
    """Send requests for a time, on one connection per entry of `requests`.

    Each entry is a function that returns the connection's next request.

    Raises: ValueError, if an answer has no length.
    """
    found = LoadResult()
    began = time.perf_counter()
    until = began + seconds
    with selectors.DefaultSelector() as waiting:
        for request in requests:
            _Connection(port, request).send_next(waiting, found, until)
        while waiting.get_map() and time.perf_counter() < until + ANSWER_SECONDS:
            for key, _ in waiting.select(0.1):
                if key.data.is_answered(waiting, found):
                    key.data.send_next(waiting, found, until)
        for key in list(waiting.get_map().values()):
            found.statuses[0] += 1
            key.data.leave(waiting)
    found.seconds = time.perf_counter() - began
    return found


class _Connection:
    """A connection with one request on its way at a time."""

    def __init__(self, port: int, request: Request) -> None:
        self._port = port
        self._request = request
        self._socket: socket.socket | None = None
        self._began = 0.0
        self._answer = b""
        self._n_bytes = 0
        """Length of the whole answer; 0 while its head is incomplete."""

    def send_next(self, waiting: selectors.BaseSelector, found: LoadResult, until: float) -> None:
        """Send the next request, on a new connection if the last was closed; at `until`, leave."""
        self._answer, self._n_bytes = b"", 0
        request = self._request()
        while time.perf_counter() < until:
            try:
                if self._socket is None:
                    self._socket = socket.create_connection(("127.0.0.1", self._port), 10)
                    self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    waiting.register(self._socket, selectors.EVENT_READ, self)
                self._began = time.perf_counter()
                self._socket.sendall(request)
                return
            except OSError:
                found.statuses[0] += 1
                self.leave(waiting)
                time.sleep(0.05)  # no busy loop while the server is gone
        self.leave(waiting)

    def is_answered(self, waiting: selectors.BaseSelector, found: LoadResult) -> bool:
        """Read what has arrived. Returns: whether the answer is complete or failed."""
        assert self._socket is not None
        try:
            data = self._socket.recv(RECEIVED_BYTES)
        except OSError:
            data = b""
        if not data:
            found.statuses[0] += 1
            self.leave(waiting)
            return True
        self._answer += data
        if not self._n_bytes:
            self._n_bytes = _length(self._answer)
        if not self._n_bytes or len(self._answer) < self._n_bytes:
            return False
        taken_ms = (time.perf_counter() - self._began) * 1000
        status = int(self._answer[9:12])
        found.statuses[status] += 1
        (found.times_ms if status < 300 else found.refused_ms).append(taken_ms)
        return True

    def leave(self, waiting: selectors.BaseSelector) -> None:
        """Close the connection."""
        if self._socket is not None:
            waiting.unregister(self._socket)
            self._socket.close()
            self._socket = None


def _length(answer: bytes) -> int:
    """Length of an answer with its head; 0 while the head is incomplete."""
    head, end, _ = answer.partition(b"\r\n\r\n")
    if not end:
        return 0
    found = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(head) + len(end) + int(found)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header; empty if it is missing."""
        at = self.head.lower().find(f"\r\n{name.lower()}:".encode())
        line = self.head[at + 2 :].partition(b"\r\n")[0] if at >= 0 else b""
        return line.partition(b":")[2].decode("latin-1").strip()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Answer:
    """Send a request and read its answer. Raises: OSError, EOFError, TimeoutError (a minute)."""
    writer.write(request)
    async with asyncio.timeout(ANSWER_SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), head, b"")
        if answer.header("transfer-encoding") == "chunked":
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(answer.header("content-length") or 0))
    return Answer(answer.status, head, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(pieces)
