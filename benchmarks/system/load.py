"""A real server under load: many clients, slow clients, overload, and promotions in a row.

The instance is temporary; its network is `compact` with random weights, which predicts as fast as a
trained one. All clients run on this machine and share its cores with the server.
"""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
import onnxruntime
import psutil
import torch

from benchmarks.bench import Bench, Row, Say, Table, at_least, at_most, option
from benchmarks.record import Record
from benchmarks.system.server import serving
from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.base.settings import Settings
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ONNX, ModelStore
from core.storage.shared_state import SharedState
from core.storage.tables import ModelVersion
from core.symbols.digits import DIGITS
from core.symbols.digits.golden import GOLDEN, PAGE_PX, golden_inks
from core.versions import lifecycle as versions
from tests.support.http_load import LoadResult, load, post
from tests.support.slow_clients import slow_clients
from trainer.export.onnx_file import to_onnx
from trainer.networks.registry import NETWORKS

WARM_UP_SECONDS: Final = 1.0
N_WARM_UP_PROMOTIONS: Final = 5
SWITCH_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    n_workers: int = 2
    seconds: float = 20.0
    """Duration of predictions, drawings and overload."""
    n_readers: int = 16
    n_drawers: int = 64
    n_slow: int = 300
    slow_seconds: float = 60.0
    n_too_many: int = 512
    n_promotions: int = 200


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure one part after another on one server. Returns: the record."""
    record = Record(folder / "load.json", asdict(options))
    return record.finish(record.piece("all", lambda: _on_a_server(options, say)))


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A running server with its database and shared state."""

    settings: Settings
    database: Database
    shared_state: SharedState
    port: int
    strokes: dict[str, Any] = field(default_factory=lambda: _some_strokes())

    def prediction(self) -> bytes:
        """A request for the prediction of some strokes."""
        return post("/api/v1/predictions", json.dumps(self.strokes).encode())

    def workers_mb(self) -> list[float]:
        """Resident memory of each worker, in MB."""
        workers = self.shared_state.workers(now=utc_now())
        return [psutil.Process(worker.pid).memory_info().rss / 1e6 for worker in workers]

    def wait_until_served(self, version: int, n_workers: int) -> None:
        """Wait until every worker serves a version. Raises: InkloopError, after 30 s."""
        deadline = time.monotonic() + SWITCH_SECONDS
        while time.monotonic() < deadline:
            found = [worker.version for worker in self.shared_state.workers(now=utc_now())]
            if found == [version] * n_workers:
                return
            time.sleep(0.05)
        raise InkloopError(f"version {version} is not served by {n_workers} workers")


def _on_a_server(options: Options, say: Say) -> dict[str, Any]:
    parts: dict[str, Callable[[RunningServer, Options], dict[str, Any]]] = {
        "predictions": predictions,
        "slow clients": _slow,
        "promotions": _promotions,
        "drawings": drawings,
        "too many": _too_many,
    }
    folder = Path(tempfile.mkdtemp(prefix="inkloop-bench-"))
    result = {}
    try:
        with served(folder / "instance", options) as server:
            for name, measure in parts.items():
                say(name)
                result[name] = measure(server, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return result


@contextmanager
def served(instance: Path, options: Options) -> Iterator[RunningServer]:
    """Run a server on a new instance with `n_promotions` spare versions. Raises: InkloopError."""
    settings = Settings.from_env({}, instance=instance)
    migrate.upgrade(settings)
    database = Database(settings)
    _publish(settings, database, options)
    with serving(instance, options.n_workers) as (host, _cookie):
        shared_state = SharedState(settings)
        try:
            server = RunningServer(settings, database, shared_state, int(host.rpartition(":")[2]))
            server.wait_until_served(1, options.n_workers)
            yield server
        finally:
            shared_state.dispose()
            database.dispose()


def _publish(settings: Settings, database: Database, options: Options) -> None:
    """Publish as many equal versions as will be promoted. The first is live."""
    torch.manual_seed(0)
    data = to_onnx(NETWORKS["compact"].build(len(DIGITS)).eval(), temperature=1.0)
    inks, _ = golden_inks()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(["probabilities"], {"ink": inks})
    manifest = {
        "network": "compact",
        "familiarity_threshold": -1e9,
        "base_version": None,
        "golden": {
            "inks": base64.b64encode(inks.tobytes()).decode("ascii"),
            "labels": probabilities.argmax(axis=1).tolist(),
            "probabilities": probabilities.tolist(),
        },
    }
    store = ModelStore(settings.models_dir)
    now = utc_now()
    with database.write() as rows:
        for version in range(1, 2 + N_WARM_UP_PROMOTIONS + options.n_promotions):
            described = manifest | {"version": version}
            published = store.publish(version, {ONNX: data}, described)
            rows.add(
                ModelVersion(
                    version=version,
                    network="compact",
                    sha256=published.sha256,
                    manifest_sha256=published.manifest_sha256,
                    created_at=now,
                    scores={},
                    manifest=described,
                )
            )
        rows.flush()
        versions.promote(rows, 1, kind="gate", reason="bench", by="gate", now=now)


def _some_strokes() -> dict[str, Any]:
    return {"strokes": GOLDEN[3].as_json(), "width": PAGE_PX, "height": PAGE_PX}


def predictions(server: RunningServer, options: Options) -> dict[str, Any]:
    """Predictions for strokes, requested by `n_readers` clients."""
    request = server.prediction()
    clients = [lambda: request] * options.n_readers
    load(server.port, clients, WARM_UP_SECONDS)
    found = load(server.port, clients, options.seconds)
    return summary(found) | {"worker_mb": max(server.workers_mb())}


def drawings(server: RunningServer, options: Options) -> dict[str, Any]:
    """Labelled drawings, sent by `n_drawers` contributors."""
    cookies = [_contributor(server.port) for _ in range(options.n_drawers)]

    def drawing(cookie: str) -> bytes:
        body = server.strokes | {"id": str(uuid.uuid4()), "label": 7, "prediction": None}
        return post("/api/v1/drawings", json.dumps(body).encode(), cookie)

    clients = [lambda cookie=cookie: drawing(cookie) for cookie in cookies]
    load(server.port, clients, WARM_UP_SECONDS)
    found = load(server.port, clients, options.seconds)
    return summary(found) | {"worker_mb": max(server.workers_mb())}


def _contributor(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/v1/me")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return (answer.headers["Set-Cookie"] or "").partition(";")[0]


def _slow(server: RunningServer, options: Options) -> dict[str, Any]:
    request = server.prediction()
    alone = load(server.port, [lambda: request], min(options.seconds, options.slow_seconds))
    with slow_clients(server.port, options.n_slow) as slow:
        beside = load(server.port, [lambda: request], options.slow_seconds)
        n_reopened = slow.n_reopened
    return {"alone": summary(alone), "beside": summary(beside), "n_reopened": n_reopened}


def _too_many(server: RunningServer, options: Options) -> dict[str, Any]:
    request = server.prediction()
    found = load(server.port, [lambda: request] * options.n_too_many, options.seconds)
    began = time.perf_counter()
    after = load(server.port, [lambda: request], WARM_UP_SECONDS)
    refused_ms = float(np.percentile(found.refused_ms, 50)) if found.refused_ms else 0.0
    return summary(found) | {
        "slowest_ms": found.slowest_ms(),
        "refused_p50_ms": refused_ms,
        "first_after_ms": after.times_ms[0],
        "after_seconds": time.perf_counter() - began,
    }


def _promotions(server: RunningServer, options: Options) -> dict[str, Any]:
    last = 1 + N_WARM_UP_PROMOTIONS + options.n_promotions
    before: list[float] = []
    for version in range(2, last + 1):
        with server.database.write() as session:
            versions.promote(
                session, version, kind="gate", reason="bench", by="gate", now=utc_now()
            )
        server.wait_until_served(version, options.n_workers)
        if version == 1 + N_WARM_UP_PROMOTIONS:
            before = server.workers_mb()
    grown = [mb - mb0 for mb, mb0 in zip(server.workers_mb(), before, strict=True)]
    return {"n": options.n_promotions, "grown_mb": max(grown), "worker_mb": max(before)}


def summary(found: LoadResult) -> dict[str, Any]:
    """The figures for the record."""
    return {
        "per_second": found.per_second,
        "p50_ms": found.percentile(50),
        "p99_ms": found.percentile(99),
        "statuses": {str(status): n for status, n in sorted(found.statuses.items())},
    }


def table(result: Mapping[str, Any]) -> list[Row]:
    """Answers a second and their times, by part."""
    parts = {
        "predictions": result["predictions"],
        "drawings stored": result["drawings"],
        "one client alone": result["slow clients"]["alone"],
        "one client beside slow clients": result["slow clients"]["beside"],
        "overload": result["too many"],
    }
    rows: list[Row] = [("what", "2xx answers a second", "p50 ms", "p99 ms", "answers by status")]
    for name, one in parts.items():
        statuses = ", ".join(f"{n:,} × {status}" for status, n in one["statuses"].items())
        figures = (f"{one['per_second']:,.0f}", f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}")
        rows.append((name, *figures, statuses))
    return rows


def aims(result: Mapping[str, Any], options: Options) -> list[Row]:
    """Latency, throughput, memory, and isolation from slow clients and overload."""
    beside, many = result["slow clients"]["beside"], result["too many"]
    grown = result["promotions"]["grown_mb"]
    memory = max(result[part]["worker_mb"] for part in ("predictions", "drawings", "promotions"))
    wrong = sum(n for status, n in many["statuses"].items() if status not in ("200", "429", "503"))
    return [
        at_most(f"p99 of a prediction at {options.n_readers} clients, ms", 15.0,
                result["predictions"]["p99_ms"], "{:.1f}"),
        at_least("labelled drawings stored a second", 1000.0, result["drawings"]["per_second"],
                 "{:,.0f}"),
        at_most("memory of a worker, MB", 160.0, memory, "{:.0f}"),
        at_most(f"p99 of a client beside {options.n_slow} slow clients, ms", 200.0,
                beside["p99_ms"], "{:.1f}"),
        at_most(f"answers to {options.n_too_many} clients at once other than 200, 429 and 503",
                0.0, float(wrong), "{:.0f}"),
        at_most("first answer after the overload, ms", 200.0, many["first_after_ms"], "{:.0f}"),
        at_most(f"memory growth of a worker over {options.n_promotions} promotions, MB", 20.0,
                grown, "{:.1f}"),
    ]  # fmt: skip


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Throughput and latency."""
    return [Table("Clients on the server's machine", table(result))]


BENCH: Final = Bench(
    "load",
    "A real server under many clients, slow clients, overload, and promotions in a row.",
    Options,
    run,
    aims,
    tables,
    parameters=[
        option("--seconds", "seconds", type=click.FloatRange(min=0.1), help="Of each load."),
        option("--slow-seconds", "slow_seconds", type=click.FloatRange(min=0.1),
               help="Of slow clients."),
        option("--promotions", "n_promotions", type=click.IntRange(min=1), help="In a row."),
    ],
)  # fmt: skip
