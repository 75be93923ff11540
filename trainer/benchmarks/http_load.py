"""Clients for load: as many connections as asked for, each asking again as soon as it is answered.

Written on bare asyncio streams, so that the client takes as little as can be of the cores that
the server shares with it. Only for servers on this machine.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

ANSWER_SECONDS = 60.0
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
    """0 stands for a connection that was closed without an answer, or none within a minute."""

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
    """One connection for each entry of `requests`, which makes its next request, for a time."""
    # In a thread of its own: whoever calls may be inside an event loop already, as Playwright is.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _load(port, requests, seconds)).result()


async def _load(port: int, requests: Sequence[Request], seconds: float) -> Load:
    found = Load()
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_client(port, request, until, found) for request in requests))
    found.seconds = time.perf_counter() - began
    return found


async def _client(port: int, request: Request, until: float, found: Load) -> None:
    while time.perf_counter() < until:
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while time.perf_counter() < until:
                await _ask(reader, writer, request(), found)
        except (OSError, EOFError, TimeoutError):
            found.statuses[0] += 1
            await asyncio.sleep(0.05)  # else a server that is gone would be asked in a busy loop
        finally:
            if writer is not None:
                writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, found: Load
) -> None:
    began = time.perf_counter()
    status = (await exchange(reader, writer, request)).status
    taken_ms = (time.perf_counter() - began) * 1000
    found.statuses[status] += 1
    (found.times_ms if status < 300 else found.refused_ms).append(taken_ms)


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
