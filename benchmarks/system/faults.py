"""Fault injection: trainers that are killed, stopped or compete, corrupted files, failing disks.

Counts, not times. All processes are real, with SIGKILL and SIGSTOP just before each durable
operation of a run in turn, beside a real server that is probed all the while. Only the learning is
that of the tiny world. Every file operation is a fault point; database statements and commits are
fault points for kills only, since a trainer stopped inside a transaction keeps the write lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.bench import Bench, Row, Say, Table, at_most, only_option
from benchmarks.record import Record
from benchmarks.system import schedulers
from benchmarks.system.broken_store import changed_bytes, failing_operations, serve_broken
from benchmarks.system.probe import PredictionProbe, probing
from core.base.errors import InkloopError
from core.base.settings import Settings

KINDS: Final = {
    "kill": "killed",
    "after": "stopped until another trainer ended the run",
    "amid": "stopped until another trainer began the run",
}
PARTS: Final = (*KINDS, "schedulers")
SEED: Final = 20261123


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    points: tuple[str, ...] | None = None
    """Fault points by the start of their names; None for all."""
    n_schedulers: int = 20
    n_moments: int = 1000
    n_bytes: int = 1000
    n_served: int = 6
    """Corrupted versions that are promoted on a real server."""
    quick: bool = False
    """Measure `QUICK` instead."""
    only: tuple[str, ...] = ()
    """Parts; all when empty. Not part of the record's question."""


SOME_POINTS: Final = (
    "update leases", "insert run_drawings", "half of runs", "half of models", "sync models",
    "rename models", "insert model_versions", "insert promotions",
)  # fmt: skip
QUICK: Final = Options(SOME_POINTS, 4, 50, 100, 1)


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure each part. Returns: the record; empty while other parts are missing."""
    only = options.only
    options = QUICK if options.quick else options
    question = {k: v for k, v in asdict(options).items() if k not in ("quick", "only")}
    record = Record(folder / "faults.json", question)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        kind: partial(_inject, kind, options, say) for kind in KINDS
    }
    parts["schedulers"] = partial(_schedulers, options, say)
    for name, measure in parts.items():
        if not only or name in only:
            say(name)
            record.piece(name, measure)
    pieces = record.pieces
    return record.finish(pieces) if pieces.keys() >= parts.keys() else {}


def _inject(kind: str, options: Options, say: Say) -> dict[str, Any]:
    """Inject one kind of fault at all points while a server is probed; then corrupt versions."""
    with tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder:
        instance = Path(folder, "instance")
        settings = Settings.from_env({}, instance=instance)
        with _injector(instance, kind, options.points) as injector:
            _wait_until_ready(injector)
            with probing(instance, Path(folder, "server.log")) as probe:
                outcomes = _outcomes(injector, kind, say)
                result = _counts(outcomes, probe) | {"verify": _verify(instance)}
                if kind == "kill":
                    say("changed bytes")
                    rng = random.Random(SEED)  # noqa: S311  (chooses bytes)
                    result["bytes"] = changed_bytes(settings, options.n_bytes, rng)
                    result["served"] = serve_broken(settings, options.n_served, rng, probe)
                    result["failing"] = failing_operations(settings, Path(folder, "store"))
    return result


@contextlib.contextmanager
def _injector(
    instance: Path, kind: str, points: Sequence[str] | None
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.support.fault_injection", str(instance), "--wait"]
    command += ["--kinds", kind]
    if points is not None:
        command += ["--at", *points]
    one_thread = {"OMP_NUM_THREADS": "1", "INKLOOP_TRAIN_THREADS": "1"}
    process = subprocess.Popen(
        command,
        env=os.environ | one_thread,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _wait_until_ready(injector: subprocess.Popen[str]) -> None:
    assert injector.stdout is not None
    for line in injector.stdout:
        if line.strip() == "ready":
            return
    raise InkloopError(f"fault injection ended with {injector.wait()} before its first fault")


def _outcomes(injector: subprocess.Popen[str], kind: str, say: Say) -> list[dict[str, Any]]:
    assert injector.stdin is not None
    assert injector.stdout is not None
    injector.stdin.write("go\n")
    injector.stdin.flush()
    outcomes = []
    for line in injector.stdout:
        outcomes.append(json.loads(line))
        say(f"{KINDS[kind]} at fault point {outcomes[-1]['n']}: {outcomes[-1]['name']}")
    if injector.wait() not in (0, 1):
        ended = f"{injector.returncode} after {len(outcomes)} faults"
        raise InkloopError(f"fault injection ended with {ended}")
    return outcomes


def _counts(outcomes: Sequence[Mapping[str, Any]], probe: PredictionProbe) -> dict[str, Any]:
    taken_over = [one for one in outcomes if one["took_over"]]
    return {
        "n_points": len(outcomes),
        "n_clean": sum(not one["problems"] for one in outcomes),
        "n_resumed": sum(one["n_attempts"] > 1 for one in outcomes),
        "n_taken_over": len(taken_over),
        "n_gave_up": sum(one["said"] for one in taken_over),
        "n_answers": probe.n_answers,
        "n_unanswered": probe.n_failures,
        "names": [one["name"] for one in outcomes],
        "problems": {f"{o['n']} {o['name']}": o["problems"] for o in outcomes if o["problems"]},
    }


def _verify(instance: Path) -> int:
    """The exit code of `inkloop models verify`."""
    return subprocess.run(
        [sys.executable, "-m", "core", "models", "verify"],
        env=os.environ | {"INKLOOP_INSTANCE": str(instance)},
        stdout=subprocess.DEVNULL,
        check=False,
    ).returncode


def _schedulers(options: Options, say: Say) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder:
        settings = Settings.from_env({}, instance=Path(folder))
        return schedulers.compete(settings, options.n_schedulers, options.n_moments, say)


def table(result: Mapping[str, Any]) -> list[Row]:
    """Outcomes by kind of fault."""
    rows: list[Row] = [("trainer", "fault points", "clean", "resumed by another trainer",
                        "logged that it gave up", "predictions meanwhile")]  # fmt: skip
    for kind, name in KINDS.items():
        one = result[kind]
        gave_up = "" if kind == "kill" else f"{one['n_gave_up']} of {one['n_resumed']}"
        n_answers = f"{one['n_answers']:,}, {one['n_unanswered']} failed"
        rows.append((name, str(one["n_points"]), str(one["n_clean"]), str(one["n_resumed"]),
                     gave_up, n_answers))  # fmt: skip
    return rows


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Outcomes of the faults."""
    return [Table("A fault just before each durable operation of a run", table(result))]


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """Everything that must not happen: all wanted figures are 0."""
    kinds = [result[kind] for kind in KINDS]
    moments, killed = result["schedulers"], result["kill"]
    wrong_runs = abs(moments["n_runs"] - moments["n_moments"])
    unkept = killed["served"]["n"] - killed["served"]["n_kept"]
    n_requests = sum(one["n_answers"] + one["n_unanswered"] for one in kinds)
    return [
        *(
            _none(f"trainer {name}: unclean outcomes of {one['n_points']} fault points",
                  one["n_points"] - one["n_clean"])
            for one, name in zip(kinds, KINDS.values(), strict=True)
        ),
        _none(f"failed predictions of {n_requests:,} meanwhile",
              sum(one["n_unanswered"] for one in kinds)),
        _none("`inkloop models verify` with findings afterwards",
              sum(one["verify"] != 0 for one in kinds)),
        _none(f"{moments['n_schedulers']} schedulers, {moments['n_moments']:,} due moments: runs "
              "too many or too few", wrong_runs),
        _none("due moments of these lost or doubled", moments["n_lost"] + moments["n_doubled"]),
        _none(f"changed bytes of a version undetected, of {killed['bytes']['n']:,}",
              killed["bytes"]["n"] - killed["bytes"]["n_noticed"]),
        _none(f"promoted corrupt versions that replaced the last good one, of "
              f"{killed['served']['n']}", unkept),
        _none(f"failing store operations with lasting damage, of {killed['failing']['n']}",
              killed["failing"]["n"] - killed["failing"]["n_clean"]),
    ]  # fmt: skip


def _none(what: str, n: int) -> Row:
    return at_most(what, 0.0, float(n), "{:.0f}")


BENCH: Final = Bench(
    "faults",
    "Trainers killed or stopped before each write of a run, competing schedulers, corrupt files.",
    Options,
    run,
    aims,
    tables,
    parameters=[
        click.Option(["--quick"], is_flag=True, help="A sample of everything, in a few minutes."),
        only_option(choices=PARTS),
    ],
)
