"""Clients for load: as many connections as asked for, each asking again as soon as it is answered.

Written on bare sockets in one thread, since the client shares the server's cores: what it takes for
a request is a twentieth of what a prediction takes. Only for servers on this machine.
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
class Load:
    """What came of it."""

    seconds: float = 0.0
    times_ms: list[float] = field(default_factory=list)
    """Of answers with 2xx."""
    refused_ms: list[float] = field(default_factory=list)
    """Of all other answers."""
    statuses: Counter[int] = field(default_factory=Counter)
    """0: a connection that was closed without an answer, or had none a minute after the end."""

    @property
    def per_second(self) -> float:
        """Answers of 2xx a second."""
        return len(self.times_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds that so many per cent of the 2xx stayed below."""
        return float(np.percentile(self.times_ms, share))

    def slowest_ms(self) -> float:
        """Of all answers, whatever they said."""
        return max([*self.times_ms, *self.refused_ms])


def post(path: str, body: bytes, cookie: str = "", host: str = "127.0.0.1") -> bytes:
    """The bytes of a request whose answer leaves the connection open."""
    return ask("POST", path, body, cookie=cookie, host=host)


def ask(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    cookie: str = "",
    host: str = "127.0.0.1",
    content_type: str = "application/json",
) -> bytes:
    """The same by any method."""
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


def load(port: int, requests: Sequence[Request], seconds: float) -> Load:
    """One connection for each entry of `requests`, which makes its next request, for a time.

    Raises: ValueError, if there is an answer without a length.
    """
    found = Load()
    began = time.perf_counter()
    until = began + seconds
    with selectors.DefaultSelector() as waiting:
        for request in requests:
            _Client(port, request).ask(waiting, found, until)
        while waiting.get_map() and time.perf_counter() < until + ANSWER_SECONDS:
            for key, _ in waiting.select(0.1):
                if key.data.is_answered(waiting, found):
                    key.data.ask(waiting, found, until)
        for key in list(waiting.get_map().values()):
            found.statuses[0] += 1
            key.data.leave(waiting)
    found.seconds = time.perf_counter() - began
    return found


class _Client:
    """One connection, with one request on its way at a time."""

    def __init__(self, port: int, request: Request) -> None:
        self._port = port
        self._request = request
        self._socket: socket.socket | None = None
        self._began = 0.0
        self._answer = b""
        self._n_bytes = 0
        """Of the whole answer; 0 while its head is not there."""

    def ask(self, waiting: selectors.BaseSelector, found: Load, until: float) -> None:
        """Send the next request, on a new connection if the last one was closed; or end."""
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
                time.sleep(0.05)  # else a server that is gone would be asked in a busy loop
        self.leave(waiting)

    def is_answered(self, waiting: selectors.BaseSelector, found: Load) -> bool:
        """Take in what has come; whether the answer is whole, or will never be."""
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
    """Bytes of an answer with its head; 0 as long as the head is not whole."""
    head, end, _ = answer.partition(b"\r\n\r\n")
    if not end:
        return 0
    found = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(head) + len(end) + int(found)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, whole."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """Its value; empty if it is not there."""
        at = self.head.lower().find(f"\r\n{name.lower()}:".encode())
        line = self.head[at + 2 :].partition(b"\r\n")[0] if at >= 0 else b""
        return line.partition(b":")[2].decode("latin-1").strip()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Answer:
    """Ask on an open connection. Raises: OSError, EOFError, TimeoutError after a minute."""
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
