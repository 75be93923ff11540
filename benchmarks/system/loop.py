"""`inkloop bench loop`: from "Retrain now" to the new version answering, with 100 new drawings.

Real processes on an instance of its own: start, first model, a person with an odd hand, one run.
The clock runs from the request to the first prediction that names the new version.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims import Row, at_least, at_most
from benchmarks.record import Record
from benchmarks.system.served import free_port, kept_mnist
from core.base.errors import InkloopError
from core.symbols.digits.golden import PAGE_PX
from tests.support.hands import draw, make_hand

START_SECONDS = 300
RUN_SECONDS = 300
POLL_SECONDS = 0.1  # asking takes 2 ms of a core that the run could use
MEASURED = ("healthz_seconds", "first_model_seconds", "first_model_accuracy", "loop_seconds")
TABLE: Row = (
    "start", "/healthz, s", "live, s", "MNIST", "retrain, s", "of it in the run", "verdict",
)  # fmt: skip
OVER = {"promoted", "held", "failed", "cancelled"}


@dataclass
class Client:
    """A browser's half of the contract: JSON, and cookies that are kept."""

    url: str
    opener: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def send(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of the answer. Raises: OSError (also for answers of 4xx and 5xx)."""
        request = urllib.request.Request(  # noqa: S310  (an address of our own making)
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def try_get(self, path: str) -> Any:
        """The JSON of a GET; None while there is none."""
        try:
            return self.send("GET", path)
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked."""

    repeats: int = 3
    """Each from an empty instance."""
    n_drawings: int = 100


def run(folder: Path, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure each start as a piece of its own. Returns: the record; times are in seconds."""
    record = Record(folder / "loop.json", asdict(options))
    measured = [
        record.piece(str(seed), partial(_once, seed, options.n_drawings, say))
        for seed in range(options.repeats)
    ]
    medians = {key: float(np.median([one[key] for one in measured])) for key in MEASURED}
    return record.finish({"median": medians, "starts": measured})


def aims(result: Mapping[str, Any]) -> list[Row]:
    """Medians beside what was wanted."""
    median = result["median"]
    return [
        at_most("/healthz answers, s", 5, median["healthz_seconds"], "{:.1f}"),
        at_most("first model live, s", 60, median["first_model_seconds"], "{:.1f}"),
        at_least("first model, MNIST's test set", 0.996, median["first_model_accuracy"], "{:.2%}"),
        at_most("retrain to the new version answering, s", 20, median["loop_seconds"], "{:.1f}"),
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


def _once(seed: int, n_drawings: int, say: Callable[[str], None]) -> dict[str, Any]:
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
            strokes = _hand_over(client, seed, n_drawings)
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
def _running(instance: Path) -> Iterator[Client]:
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "INKLOOP_HOST"}
    environment |= {"INKLOOP_INSTANCE": str(instance), "INKLOOP_PORT": str(port)} | kept_mnist()
    environment["INKLOOP_RATE_LIMITS"] = "off"  # one person hands over a hundred at once
    command = [sys.executable, "-m", "core", "up"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Client(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(20)


def _wait(client: Client, path: str, seconds: float) -> Any:
    deadline = time.perf_counter() + seconds
    while (answer := client.try_get(path)) is None:
        if time.perf_counter() > deadline:
            raise InkloopError(f"{path} did not answer within {seconds:.0f} s")
        time.sleep(0.05)
    return answer


def _sign_in(client: Client, instance: Path) -> None:
    email, password = "bench@example.org", secrets.token_urlsafe(16)
    subprocess.run(
        [sys.executable, "-m", "core", "admin", "create", email]
        + ["--role", "admin", "--password-stdin"],
        env=os.environ | {"INKLOOP_INSTANCE": str(instance)},
        input=password.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    client.send("POST", "/api/v1/login", {"email": email, "password": password})


def _hand_over(client: Client, seed: int, n_drawings: int) -> list[list[list[float]]]:
    """Store `n_drawings` new drawings of one odd hand. Returns the last one's strokes."""
    chance = np.random.default_rng(seed)
    hand = make_hand("odd", chance)
    strokes: list[list[list[float]]] = []
    while client.send("GET", "/api/v1/stats")["n_new"] < n_drawings:
        digit = int(chance.integers(10))
        pen = [np.clip(points, 0, PAGE_PX) for points in draw(hand, digit, chance)]
        strokes = [[[float(x), float(y)] for x, y in points] for points in pen]
        labelled = {"id": str(uuid.uuid4()), "label": digit, "prediction": None}
        page = {"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX}
        client.send("POST", "/api/v1/drawings", page | labelled)
    return strokes


def _retrain(client: Client, strokes: list[list[list[float]]], before: int) -> dict[str, Any]:
    page = {"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX}
    began = time.perf_counter()
    run_id = client.send("POST", "/api/v1/runs", {})["id"]
    deadline = began + RUN_SECONDS
    while time.perf_counter() < deadline:
        version = client.send("POST", "/api/v1/predictions", page)["model_version"]
        if version != before:
            break
        run = client.send("GET", f"/api/v1/runs/{run_id}")
        if run["status"] in OVER - {"promoted"}:
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
