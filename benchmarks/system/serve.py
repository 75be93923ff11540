"""Predictions over HTTP beside a Gradio app and a Flask no-op.

The three servers run on this machine at the same time; the same client sends requests to each in
turn: 16 connections in one thread, on the servers' cores, 15 µs a request. Drawings are stored in
the same rounds. The network is `compact` with random weights, which predicts as fast as a trained
one. Gradio runs in an environment of its own, without its queue.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.bench import (
    Bench,
    Row,
    Say,
    Table,
    Tried,
    at_least,
    at_most,
    cache_folder,
    option,
)
from benchmarks.record import Record
from benchmarks.system import load
from benchmarks.system.server import free_port
from core.base.errors import InkloopError
from core.storage.model_store import ONNX, ModelStore
from tests.support.http_load import load as send_requests
from tests.support.http_load import post
from tests.support.stored import version_file

BASELINES: Final = Path(__file__).parent / "baselines"
WARM_UP_SECONDS: Final = 1.0
START_SECONDS: Final = 60.0
INKLOOP, NOOP, GRADIO, DRAWINGS = "Inkloop", "Flask no-op", "Gradio", "drawings stored"
WORK: Final = {
    INKLOOP: "strokes to probabilities",
    NOOP: "ignores the same strokes, on the same Granian",
    GRADIO: "the same strokes drawn by Pillow, the same ONNX file, without Gradio's queue",
    DRAWINGS: "labelled drawings, each committed and synced",
}
# Each compared in turn with the state before it, in the same minutes.
TRIED: Final = (
    Tried("drawings that are stored already skip the queue for the write lock",
          "drawings a second ×2.0, 2.2 and 2.8, p99 ×0.3, 0.4 and 0.4", "yes"),
    Tried("strokes drawn without slow NumPy helpers, access log without `logging`",
          "0.71 ms of a processor for a prediction, not 0.84", "yes"),
    Tried("all x of the strokes in one array row, all y in another (same ink)",
          "3 and 11 % off the drawing of two digits, under 1 and 3 % off a prediction"),
    Tried("two malloc arenas in a worker", "10 MB less", "yes"),
    Tried("one or two predictions at a time in a worker, by a lock or a semaphore",
          "no difference above noise"),
    Tried("the same by a fair queue", "a quarter slower"),
    Tried("one or four threads for Granian", "lower p99", "no: a slow client delays the others"),
    Tried("Python's switch interval at 0.5 or 50 ms, not 5", "no difference above noise"),
    Tried("rarer garbage collection, objects of the start frozen",
          "1,402 a second, not 1,413, p99 42 ms, not 44, in ten rounds: no difference"),
    Tried("pydantic settings without pydantic-settings", "1.5 MB less"),
    Tried("no rich in a worker, which structlog imports for tracebacks that are not shown",
          "2 MB less after four rounds, 4 MB after two", "yes"),
    Tried("SQLite page cache of 0.5 MB a connection, not 2", "1.5 MB less",
          "no: tables of a million drawings"),
    Tried("one malloc arena, not two, and large blocks returned at once", "1 MB less"),
    Tried("pydantic models built on first use", "1.4 MB less"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    n_rounds: int = 5
    seconds: float = 4.0
    """Of each server in each round."""
    n_workers: int = 2
    n_clients: int = 16
    n_drawers: int = 64
    gradio: str = "6.31.0"


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure all servers in turn, round after round. Returns: the record."""
    record = Record(folder / "serve.json", asdict(options))
    python = _gradio_python(options.gradio, say)
    return record.finish(record.piece("all", lambda: _measure(python, options, say)))


def _gradio_python(gradio: str, say: Say) -> Path:
    """Install this Gradio in a cached environment. Returns: the environment's Python."""
    folder = cache_folder().resolve() / f"gradio-{gradio}"
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        say(f"installing Gradio {gradio}")
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        # Not our Pillow: Gradio 6 does not support version 13.
        same = [f"{name}=={version(name)}" for name in ("onnxruntime", "numpy")]
        pip = [str(python), "-m", "pip", "install", "-q", f"gradio=={gradio}", *same]
        if subprocess.run(pip, check=False, stdout=subprocess.DEVNULL).returncode:
            raise InkloopError(f"pip could not install Gradio {gradio}")
        done.touch()
    return python


def _measure(gradio_python: Path, options: Options, say: Say) -> dict[str, Any]:
    load_options = load.Options(
        n_workers=options.n_workers,
        seconds=options.seconds,
        n_readers=options.n_clients,
        n_drawers=options.n_drawers,
        n_promotions=0,
    )
    folder = Path(tempfile.mkdtemp(prefix="inkloop-bench-"))
    rounds: list[dict[str, Any]] = []
    try:
        with (
            load.served(folder / "instance", load_options) as server,
            running(noop_command(options), BASELINES) as noop_port,
            running(_gradio_command(gradio_python, server), BASELINES) as gradio_port,
        ):
            strokes = json.dumps(server.strokes).encode()
            for_gradio = json.dumps({"data": [server.strokes]}).encode()
            parts: dict[str, Callable[[], dict[str, Any]]] = {
                INKLOOP: lambda: load.predictions(server, load_options),
                NOOP: lambda: _measure_load(noop_port, post("/", strokes), options),
                GRADIO: lambda: _measure_load(
                    gradio_port, post("/gradio_api/run/predict", for_gradio), options
                ),
                DRAWINGS: lambda: load.drawings(server, load_options),
            }
            for n in range(options.n_rounds):
                say(f"round {n + 1} of {options.n_rounds}")
                rounds.append({name: measure() for name, measure in parts.items()})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"rounds": rounds}


def _measure_load(port: int, request: bytes, options: Options) -> dict[str, Any]:
    clients = [lambda: request] * options.n_clients
    send_requests(port, clients, WARM_UP_SECONDS)
    return load.summary(send_requests(port, clients, options.seconds))


def noop_command(options: Options) -> Callable[[int], list[str]]:
    """The command that starts the no-op on a port."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    more = ["--workers", str(options.n_workers), "--log-level", "error"]
    return lambda port: [*granian, *more, "--port", str(port), "flask_noop:app"]


def _gradio_command(python: Path, server: load.RunningServer) -> Callable[[int], list[str]]:
    model = version_file(ModelStore(server.settings.models_dir), 1, ONNX)
    return lambda port: [str(python), "gradio_app.py", str(model), str(port)]


@contextlib.contextmanager
def running(command: Callable[[int], Sequence[str]], folder: Path) -> Iterator[int]:
    """Run a server in a child process. Yields: its port. Raises: InkloopError."""
    port = free_port()
    process = subprocess.Popen(
        command(port),
        cwd=folder,
        env=os.environ | {"GRADIO_ANALYTICS_ENABLED": "False", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise InkloopError(f"{process.args!r} does not listen")


def table(result: Mapping[str, Any]) -> list[Row]:
    """Medians of the rounds, with the slowest and the fastest round."""
    rows: list[Row] = [
        ("server", "work", "2xx answers a second", "slowest to fastest round", "p50 ms", "p99 ms")
    ]
    for name, what in WORK.items():
        rates = _all(result, name, "per_second")
        times = [f"{_median(result, name, key):.1f}" for key in ("p50_ms", "p99_ms")]
        span = f"{min(rates):,.0f} to {max(rates):,.0f}"
        rows.append((name, what, f"{statistics.median(rates):,.0f}", span, *times))
    return rows


def aims(result: Mapping[str, Any], options: Options) -> list[Row]:
    """Throughput against the baselines, latency and memory. Ratios are medians of the rounds'."""
    memory = max(max(_all(result, name, "worker_mb")) for name in (INKLOOP, DRAWINGS))
    return [
        at_least("predictions a second, as a multiple of Gradio's", 10.0, _ratio(result, GRADIO),
                 "{:.1f}"),
        at_least("predictions a second, as a share of the Flask no-op's", 0.4,
                 _ratio(result, NOOP), "{:.0%}"),
        at_most(f"p99 of a prediction at {options.n_clients} clients, ms", 15.0,
                _median(result, INKLOOP, "p99_ms"), "{:.1f}"),
        at_least("labelled drawings stored a second", 1000.0,
                 _median(result, DRAWINGS, "per_second"), "{:,.0f}"),
        at_most("memory of a worker, MB", 160.0, memory, "{:.0f}"),
    ]  # fmt: skip


def _all(result: Mapping[str, Any], name: str, key: str) -> list[float]:
    return [one[name][key] for one in result["rounds"]]


def _median(result: Mapping[str, Any], name: str, key: str) -> float:
    return statistics.median(_all(result, name, key))


def _ratio(result: Mapping[str, Any], name: str) -> float:
    """Inkloop's predictions divided by another server's, the median of the rounds."""
    ours, theirs = (_all(result, one, "per_second") for one in (INKLOOP, name))
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Throughput and latency of each server."""
    return [Table("Clients on the servers' machine", table(result))]


BENCH: Final = Bench(
    "serve",
    "Predictions beside a Gradio app and a Flask no-op, and drawings stored, in turn.",
    Options,
    run,
    aims,
    tables,
    TRIED,
    [
        option("--rounds", "n_rounds", type=click.IntRange(min=1), help="Of all servers."),
        option("--seconds", "seconds", type=click.FloatRange(min=0.1), help="Of each measurement."),
    ],
)
