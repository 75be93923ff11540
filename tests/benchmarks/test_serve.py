"""The bench `serve`: its load generator, the Flask no-op, and its figures."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.system import serve
from tests.support.http_load import load, post

REQUEST = post("/", b"{}")
SECONDS = 0.3


@contextmanager
def _answering(*pieces: bytes) -> Iterator[int]:
    """A server that sends these pieces for each request, and closes if the last one is empty."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(65_536):
                for piece in filter(None, pieces):
                    self.request.sendall(piece)
                if not pieces[-1]:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_an_answer_in_pieces_is_counted_once() -> None:
    head = b"HTTP/1.1 200 OK\r\nX: y\r\nContent-"
    with _answering(head, b"Length: 4\r\n\r", b"\nab", b"cd") as port:
        found = load(port, [lambda: REQUEST] * 3, SECONDS)

    assert set(found.statuses) == {200}
    assert found.statuses[200] == len(found.times_ms) > 3
    assert found.refused_ms == []


def test_a_refusal_does_not_count_as_an_answer() -> None:
    with _answering(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n") as port:
        found = load(port, [lambda: REQUEST], SECONDS)

    assert set(found.statuses) == {503}
    assert found.times_ms == []
    assert found.statuses[503] == len(found.refused_ms)


def test_a_connection_closed_without_an_answer_is_reopened() -> None:
    with _answering(b"") as port:
        found = load(port, [lambda: REQUEST], SECONDS)

    assert set(found.statuses) == {0}
    assert found.statuses[0] > 1


def test_the_no_op_answers_on_granian() -> None:
    options = serve.Options(n_workers=1)
    with serve.running(serve.noop_command(options), serve.BASELINES) as port:
        found = load(port, [lambda: REQUEST] * 2, SECONDS)

    assert set(found.statuses) == {200}


def test_ratios_are_medians_of_the_rounds_ratios() -> None:
    def part(rate: float) -> dict[str, float]:
        return {"per_second": rate, "p50_ms": 5.0, "p99_ms": 14.0, "worker_mb": 150.0}

    def one(ours: float, noop: float, gradio: float) -> dict[str, dict[str, float]]:
        return {
            serve.INKLOOP: part(ours),
            serve.NOOP: part(noop),
            serve.GRADIO: part(gradio),
            serve.DRAWINGS: part(900),
        }

    rounds = [one(1000, 4000, 100), one(3000, 6000, 200), one(2000, 2000, 250)]
    result = {"rounds": rounds}

    reached = [(row[2], row[3]) for row in serve.aims(result, serve.Options())]

    assert reached == [("10.0", ""), ("50%", ""), ("14.0", ""), ("900", "100"), ("150", "")]
    rows = serve.table(result)
    assert [row[0] for row in rows[1:]] == [serve.INKLOOP, "Flask no-op", "Gradio", serve.DRAWINGS]
    assert rows[1][2:4] == ("2,000", "1,000 to 3,000")
