"""Slow clients (Slowloris): connections that send one byte a second, to exhaust a server.

A third never finish a request's head, a third never finish its body, a third send nothing. For
servers on this machine only, and at most `MAX_CLIENTS`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from itertools import cycle

MAX_CLIENTS = 300
PACE_SECONDS = 1.0
HEAD = b"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
WHOLE_HEAD = (
    b"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
)
OPENINGS = (HEAD, WHOLE_HEAD, b"")


class SlowClients(threading.Thread):
    """Keeps `n` connections open, and reopens those that the server closes."""

    def __init__(self, port: int, n: int) -> None:
        super().__init__(daemon=True)
        if n > MAX_CLIENTS:
            raise ValueError(f"at most {MAX_CLIENTS} slow clients")
        self.is_over = threading.Event()
        self.n_reopened = 0
        self._port = port
        self._openings = [opening for _, opening in zip(range(n), cycle(OPENINGS), strict=False)]
        self._open = [self._connect(opening) for opening in self._openings]

    def run(self) -> None:
        """Send a byte on each connection once a second."""
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
        """Stop and close all connections."""
        self.is_over.set()
        self.join()
        for connection in self._open:
            connection.close()

    def _connect(self, opening: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=120)
        connection.sendall(opening)
        return connection


@contextlib.contextmanager
def slow_clients(port: int, n: int) -> Iterator[SlowClients]:
    """Run `n` slow clients during a block."""
    clients = SlowClients(port, n)
    clients.start()
    try:
        yield clients
    finally:
        clients.close()
