"""Slow clients: connections that send one byte a second, to keep a server from all others.

A third of them never finish the head of a request, a third its body, a third send nothing at all.
Only for servers on this machine, and never more than `MOST`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from itertools import cycle

MOST = 300
PACE_SECONDS = 1.0
HEAD = b"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
WHOLE_HEAD = (
    b"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
)
OPENINGS = (HEAD, WHOLE_HEAD, b"")


class SlowClients(threading.Thread):
    """Holds so many connections open, and opens each again that the server closes."""

    def __init__(self, port: int, n: int) -> None:
        super().__init__(daemon=True)
        if n > MOST:
            raise ValueError(f"at most {MOST} slow clients")
        self.is_over = threading.Event()
        self.n_reopened = 0
        self._port = port
        self._openings = [opening for _, opening in zip(range(n), cycle(OPENINGS), strict=False)]
        self._open = [self._connect(opening) for opening in self._openings]

    def run(self) -> None:
        """A byte on each connection, once a second."""
        while not self.is_over.wait(PACE_SECONDS):
            for place, opening in enumerate(self._openings):
                try:
                    if opening:
                        self._open[place].send(b"a")
                except OSError:
                    self._open[place].close()
                    self._open[place] = self._connect(opening)
                    self.n_reopened += 1

    def close(self) -> None:
        """Stop, and close all connections."""
        self.is_over.set()
        self.join()
        for connection in self._open:
            connection.close()

    def _connect(self, opening: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        connection.sendall(opening)
        return connection


@contextlib.contextmanager
def slow_clients(port: int, n: int) -> Iterator[SlowClients]:
    """`n` of them during the block."""
    clients = SlowClients(port, n)
    clients.start()
    try:
        yield clients
    finally:
        clients.close()
