"""The whole loop: a start, the first model, 100 drawings by an unfamiliar hand, and one run.

Real processes on a temporary instance. The time of a run is that from the request for it to the
first prediction by the new version.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.bench import Bench, Row, Say, Table, at_least, at_most, option
from benchmarks.record import Record
from benchmarks.system.server import Account, cached_mnist, create_admin, free_port
from core.base.errors import InkloopError
from core.symbols.digits.golden import PAGE_PX
from tests.support.hands import draw, make_hand

START_SECONDS = 300
RUN_SECONDS = 300
POLL_SECONDS = 0.1  # a poll takes 2 ms of a core from the run
MEASURED = ("healthz_seconds", "first_model_seconds", "first_model_accuracy", "loop_seconds")
TABLE: Row = (
    "start", "/healthz, s", "first model, s", "its MNIST accuracy", "retrain, s", "phases, s",
    "status",
)  # fmt: skip
FINAL = {"promoted", "held", "failed", "cancelled"}


@dataclass
class JsonClient:
    """An HTTP client for JSON that keeps cookies."""

    url: str
    opener: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def send(self, method: str, path: str, body: object = None) -> Any:
        """Send a request. Returns: the answer's JSON. Raises: OSError, also for 4xx and 5xx."""
        request = urllib.request.Request(  # noqa: S310  (our own address)
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def try_get(self, path: str) -> Any:
        """The JSON of a GET; None if it fails."""
        try:
            return self.send("GET", path)
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    repeats: int = 3
    """Starts, each from an empty instance."""
    n_drawings: int = 100


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure each start. Returns: the record; times are in seconds."""
    record = Record(folder / "loop.json", asdict(options))
    measured = [
        record.piece(str(seed), partial(_once, seed, options.n_drawings, say))
        for seed in range(options.repeats)
    ]
    medians = {key: float(np.median([one[key] for one in measured])) for key in MEASURED}
    return record.finish({"median": medians, "starts": measured})


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """Medians over the starts."""
    median = result["median"]
    return [
        at_most("start to the first answer of /healthz, s", 5, median["healthz_seconds"], "{:.1f}"),
        at_most("start to the first model live, s", 60, median["first_model_seconds"], "{:.1f}"),
        at_least(
            "first model's accuracy on the MNIST test set",
            0.996,
            median["first_model_accuracy"],
            "{:.2%}",
        ),
        at_most(
            "retrain with 100 drawings: request to the new version's answer, s",
            20,
            median["loop_seconds"],
            "{:.1f}",
        ),
    ]


def table(result: Mapping[str, Any]) -> list[Row]:
    """A row for each start."""
    rows = [
        (
            str(one["seed"] + 1),
            f"{one['healthz_seconds']:.1f}",
            f"{one['first_model_seconds']:.1f}",
            f"{one['first_model_accuracy']:.2%}",
            f"{one['loop_seconds']:.1f}",
            ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in one["phases"].items()),
            one["status"],
        )
        for one in result["starts"]
    ]
    return [TABLE, *rows]


def _once(seed: int, n_drawings: int, say: Say) -> dict[str, Any]:
    say(f"start {seed + 1}: training the first model")
    folder = Path(tempfile.mkdtemp(prefix="inkloop-bench-"))
    began = time.perf_counter()
    try:
        with _running(folder / "instance") as client:
            _wait(client, "/healthz", START_SECONDS)
            healthz_seconds = time.perf_counter() - began
            champion = _wait(client, "/api/v1/models/champion", START_SECONDS)
            first_model_seconds = time.perf_counter() - began
            say(f"start {seed + 1}: live after {first_model_seconds:.0f} s; {n_drawings} drawings")
            _sign_in(client, folder / "instance")
            strokes = _send_drawings(client, seed, n_drawings)
            say(f"start {seed + 1}: retraining")
            run = _retrain(client, strokes, champion["version"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "seed": seed,
        "healthz_seconds": healthz_seconds,
        "first_model_seconds": first_model_seconds,
        "first_model_accuracy": champion["scores"]["mnist_test"]["accuracy"],
        **run,
    }


@contextlib.contextmanager
def _running(instance: Path) -> Iterator[JsonClient]:
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "INKLOOP_HOST"}
    environment |= {"INKLOOP_INSTANCE": str(instance), "INKLOOP_PORT": str(port)} | cached_mnist()
    environment["INKLOOP_RATE_LIMITS"] = "off"  # one contributor sends a hundred at once
    command = [sys.executable, "-m", "core", "up"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield JsonClient(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(20)


def _wait(client: JsonClient, path: str, seconds: float) -> Any:
    deadline = time.perf_counter() + seconds
    while (answer := client.try_get(path)) is None:
        if time.perf_counter() > deadline:
            raise InkloopError(f"{path} did not answer within {seconds:.0f} s")
        time.sleep(0.05)
    return answer


def _sign_in(client: JsonClient, instance: Path) -> None:
    account = Account()
    create_admin(account, os.environ | {"INKLOOP_INSTANCE": str(instance)})
    client.send("POST", "/api/v1/login", asdict(account))


def _send_drawings(client: JsonClient, seed: int, n_drawings: int) -> list[list[list[float]]]:
    """Store `n_drawings` new drawings by one odd hand. Returns: the strokes of the last one."""
    rng = np.random.default_rng(seed)
    hand = make_hand("odd", rng)
    strokes: list[list[list[float]]] = []
    while client.send("GET", "/api/v1/stats")["n_new"] < n_drawings:
        digit = int(rng.integers(10))
        pen = [np.clip(points, 0, PAGE_PX) for points in draw(hand, digit, rng)]
        strokes = [[[float(x), float(y)] for x, y in points] for points in pen]
        labelled = {"id": str(uuid.uuid4()), "label": digit, "prediction": None}
        page = {"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX}
        client.send("POST", "/api/v1/drawings", page | labelled)
    return strokes


def _retrain(client: JsonClient, strokes: list[list[list[float]]], before: int) -> dict[str, Any]:
    page = {"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX}
    began = time.perf_counter()
    run_id = client.send("POST", "/api/v1/runs", {})["id"]
    deadline = began + RUN_SECONDS
    while time.perf_counter() < deadline:
        version = client.send("POST", "/api/v1/predictions", page)["model_version"]
        if version != before:
            break
        run = client.send("GET", f"/api/v1/runs/{run_id}")
        if run["status"] in FINAL - {"promoted"}:
            break
        time.sleep(POLL_SECONDS)
    loop_seconds = time.perf_counter() - began
    run = client.send("GET", f"/api/v1/runs/{run_id}")
    sentence = (run["verdict"] or {}).get("sentence")
    phases = {one["phase"]: one["seconds"] for one in run["phases"]}
    return {
        "loop_seconds": loop_seconds,
        "status": run["status"],
        "verdict": sentence,
        "phases": phases,
    }


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Times of each start."""
    return [Table("Each from an empty instance", table(result))]


BENCH: Final = Bench(
    "loop",
    "A start, the first model, and a run on 100 new drawings, in real processes.",
    Options,
    run,
    aims,
    tables,
    parameters=[option("--repeats", "repeats", type=click.IntRange(min=1), help="Starts.")],
)
