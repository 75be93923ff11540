"""`inkloop bench serve`: predictions over HTTP beside a Gradio app and beside a Flask no-op.

All three run on this machine at the same time and are asked in turn, by the same client: 16
connections in one thread, which share the servers' cores. Drawings are stored in the same rounds.
The network is `compact` at random weights: it takes as long to read as a trained one.
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

from benchmarks.aims import Row, at_least, at_most
from benchmarks.record import Record
from benchmarks.system import load
from benchmarks.system.served import free_port
from core.base.errors import InkloopError
from core.storage.model_store import ONNX
from tests.support.http_load import load as ask_for_a_time
from tests.support.http_load import post

OPPONENTS: Final = Path(__file__).parent / "opponents"
WARM_UP_SECONDS: Final = 1.0
START_SECONDS: Final = 60.0
INKLOOP, NOOP, GRADIO, DRAWINGS = "Inkloop", "Flask no-op", "Gradio", "drawings stored"
ASKED: Final = {
    INKLOOP: "strokes in, probabilities out",
    NOOP: "the same strokes in, nothing done, on the same Granian",
    GRADIO: "the same strokes by Pillow, the same ONNX file, without Gradio's queue",
    DRAWINGS: "labelled, each committed and synced",
}
# Each against the state before it, both in turn in the same minutes: the first ones with wrk, how
# threads and garbage are handled by the client of `load`, the drawing of strokes by itself.
TRIED: Final[Sequence[Row]] = (
    ("what", "what came of it", "kept"),
    ("the turn to write goes past drawings that are stored already",
     "drawings a second ×2.0, 2.2 and 2.8, p99 ×0.3, 0.4 and 0.4", "yes"),
    ("strokes drawn without NumPy's slow helpers, log lines past `logging`",
     "0.71 ms of a processor for a prediction in place of 0.84", "yes"),
    ("all x of the strokes in one row and all y in another, the same ink",
     "3 % and 11 % off the drawing of two digits, under 1 % and 3 % off a prediction", "no"),
    ("two heaps of the C library in a worker", "10 MB less", "yes"),
    ("one prediction at a time in a worker, or two, by a lock or a semaphore",
     "nothing that the noise would show", "no"),
    ("the same by a fair queue", "a fourth slower", "no"),
    ("one thread or four for Granian", "p99 less, but one slow client keeps the others waiting",
     "no"),
    ("Python's threads changing places after 0.5 or 50 ms in place of 5",
     "nothing that the noise would show", "no"),
    ("garbage looked for more rarely, and never among what was loaded at the start",
     "1,402 a second in place of 1,413 and p99 42 ms in place of 44, in ten rounds: nothing",
     "no"),
    ("pydantic's settings without pydantic-settings", "1.5 MB", "no"),
    ("rich kept from structlog, which imports it for tracebacks of a kind not shown",
     "2 MB less after four rounds, 4 MB after two", "yes"),
    ("SQLite's pages cached in 0.5 MB a connection in place of 2", "1.5 MB", "no: tables of a "
     "million drawings"),
    ("one heap in place of two, and large blocks given back at once", "1 MB", "no"),
    ("pydantic's models built when they are first used", "1.4 MB", "no"),
)  # fmt: skip
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked."""

    n_rounds: int = 5
    seconds: float = 4.0
    """Of each kind in each round."""
    n_workers: int = 2
    n_clients: int = 16
    n_drawers: int = 64
    gradio: str = "6.31.0"


def run(folder: Path, cache: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure all in turn, round after round. Returns: the record.

    `cache`: the folder in which Gradio's environment stays for the next time.
    """
    record = Record(folder / "serve.json", asdict(options))
    python = _gradio_python(cache.resolve() / f"gradio-{options.gradio}", options.gradio, say)
    return record.finish(record.piece("all", lambda: _measure(python, options, say)))


def _gradio_python(folder: Path, gradio: str, say: Say) -> Path:
    """The Python of an environment with this Gradio; made once, and anew if it was broken off."""
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        say(f"installing Gradio {gradio}")
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        # Not our Pillow: Gradio 6 refuses version 13 and takes the newest before it.
        same = [f"{name}=={version(name)}" for name in ("onnxruntime", "numpy")]
        pip = [str(python), "-m", "pip", "install", "-q", f"gradio=={gradio}", *same]
        if subprocess.run(pip, check=False, stdout=subprocess.DEVNULL).returncode:
            raise InkloopError(f"pip could not install Gradio {gradio}")
        done.touch()
    return python


def _measure(gradio_python: Path, options: Options, say: Say) -> dict[str, Any]:
    asked = load.Options(
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
            load.served(folder / "instance", asked) as server,
            running(noop_command(options), OPPONENTS) as noop_port,
            running(_gradio_command(gradio_python, server), OPPONENTS) as gradio_port,
        ):
            strokes = json.dumps(server.strokes).encode()
            for_gradio = json.dumps({"data": [server.strokes]}).encode()
            parts: dict[str, Callable[[], dict[str, Any]]] = {
                INKLOOP: lambda: load.predictions(server, asked),
                NOOP: lambda: _asked(noop_port, post("/", strokes), options),
                GRADIO: lambda: _asked(
                    gradio_port, post("/gradio_api/run/predict", for_gradio), options
                ),
                DRAWINGS: lambda: load.drawings(server, asked),
            }
            for n in range(options.n_rounds):
                say(f"round {n + 1} of {options.n_rounds}")
                rounds.append({name: measure() for name, measure in parts.items()})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"rounds": rounds}


def _asked(port: int, request: bytes, options: Options) -> dict[str, Any]:
    clients = [lambda: request] * options.n_clients
    ask_for_a_time(port, clients, WARM_UP_SECONDS)
    return load.told(ask_for_a_time(port, clients, options.seconds))


def noop_command(options: Options) -> Callable[[int], list[str]]:
    """What starts the no-op on a port."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    more = ["--workers", str(options.n_workers), "--log-level", "error"]
    return lambda port: [*granian, *more, "--port", str(port), "flask_noop:app"]


def _gradio_command(python: Path, server: load.Server) -> Callable[[int], list[str]]:
    model = server.settings.models_dir / "v0001" / ONNX
    return lambda port: [str(python), "gradio_app.py", str(model), str(port)]


@contextlib.contextmanager
def running(command: Callable[[int], Sequence[str]], folder: Path) -> Iterator[int]:
    """A server in a process of its own. Yields: its port. Raises: InkloopError."""
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
    """Medians of the rounds, with the slowest and the fastest."""
    rows: list[Row] = [
        ("what", "asked", "answers of 2xx a second", "slowest to fastest round", "p50 ms", "p99 ms")
    ]
    for name, what in ASKED.items():
        rates = _all(result, name, "per_second")
        times = [f"{_median(result, name, key):.1f}" for key in ("p50_ms", "p99_ms")]
        span = f"{min(rates):,.0f} to {max(rates):,.0f}"
        rows.append((name, what, f"{statistics.median(rates):,.0f}", span, *times))
    return rows


def aims(result: Mapping[str, Any], options: Options) -> list[Row]:
    """The budgets beside what was reached; ratios are taken round by round."""
    memory = max(max(_all(result, name, "worker_mb")) for name in (INKLOOP, DRAWINGS))
    return [
        at_least("predictions, times those of a Gradio app", 10.0, _ratio(result, GRADIO),
                 "{:.1f}"),
        at_least("predictions, share of a Flask no-op", 0.4, _ratio(result, NOOP), "{:.0%}"),
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
    """Inkloop's predictions by those of another, the median of the rounds."""
    ours, theirs = (_all(result, one, "per_second") for one in (INKLOOP, name))
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
