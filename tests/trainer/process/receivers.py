"""Local receivers of webhooks: one that records requests, one that never stops sending."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Receiver(http.server.ThreadingHTTPServer):
    """Records requests and answers as a test says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 204
        self.location: str | None = None
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.location is not None:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def speaking(piece: bytes, pause: float) -> Iterator[int]:
    """Listen on a port and send the same bytes to each client without an end."""
    is_over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)  # the expected client may not connect

    def talk() -> None:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            return
        with connection:
            while not is_over.wait(pause):
                try:
                    connection.sendall(piece)
                except OSError:
                    return

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    is_over.set()
    thread.join()
    listener.close()
