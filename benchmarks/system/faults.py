"""`inkloop bench faults`: what is counted of runs when trainers die, sleep, compete or lie.

Counts, not times. Every run is real: processes of their own, SIGKILL and SIGSTOP, a real server
that is asked all the while. Only what the network learns is the tiny world's.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.aims import Row, at_most
from benchmarks.record import Record
from benchmarks.system import faketime, nights, schedulers
from benchmarks.system.asked import Asked, asking
from benchmarks.system.broken_store import changed_bytes, failing_operations, serve_broken
from core.base.errors import InkloopError
from core.base.settings import Settings

KINDS = {
    "kill": "killed",
    "after": "asleep until another ended the run",
    "amid": "asleep until another began on the run",
}
SEED = 20261123
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked."""

    points: Sequence[str] | None = None
    """The first points of a run named so are tried; all there are when None."""
    n_schedulers: int = 20
    n_moments: int = 1000
    n_nights: int = 365
    zones: Sequence[str] = nights.ZONES
    n_bytes: int = 1000
    n_served: int = 6
    """Of the versions with a changed byte, so many are promoted on a real server."""


SOME_POINTS = (
    "update leases", "insert run_drawings", "half of runs", "half of models", "sync models",
    "rename models", "insert model_versions", "insert promotions",
)  # fmt: skip
QUICK = Options(SOME_POINTS, 4, 50, 40, ("Europe/Berlin",), 100, 1)


def run(folder: Path, options: Options, say: Say, only: Collection[str] = ()) -> dict[str, Any]:
    """Measure each part as a piece of its own. Returns: the record, or nothing yet.

    `only` names parts; while others are missing there is no result.
    """
    record = Record(folder / "faults.json", json.loads(json.dumps(asdict(options))))
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        kind: partial(_walk, kind, options, say) for kind in KINDS
    }
    parts["schedulers"] = partial(_schedulers, options, say)
    parts |= {f"nights/{zone}": partial(_nights, zone, options) for zone in options.zones}
    parts["faketime"] = faketime.leaps
    for name, measure in parts.items():
        if not only or name in only:
            say(name)
            record.piece(name, measure)
    pieces = record.pieces
    return record.finish(pieces) if pieces.keys() >= parts.keys() else {}


def _walk(kind: str, options: Options, say: Say) -> dict[str, Any]:
    """All points of one kind, beside a server that is asked; then, of its versions, broken ones."""
    with tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder:
        instance = Path(folder, "instance")
        settings = Settings.from_env({}, instance=instance)
        with _walking(instance, kind, options.points) as walk:
            _until_ready(walk)
            with asking(instance, Path(folder, "server.log")) as asked:
                points = _points(walk, kind, say)
                result = _counted(points, asked) | {"verify": _verify(instance)}
                if kind == "kill":
                    say("changed bytes")
                    rng = random.Random(SEED)  # noqa: S311  (which bytes, no secret)
                    result["bytes"] = changed_bytes(settings, options.n_bytes, rng)
                    result["served"] = serve_broken(settings, options.n_served, rng, asked)
                    result["failing"] = failing_operations(settings, Path(folder, "store"))
    return result


@contextlib.contextmanager
def _walking(
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


def _until_ready(walk: subprocess.Popen[str]) -> None:
    assert walk.stdout is not None
    for line in walk.stdout:
        if line.strip() == "ready":
            return
    raise InkloopError(f"the walk ended with {walk.wait()} before it began")


def _points(walk: subprocess.Popen[str], kind: str, say: Say) -> list[dict[str, Any]]:
    assert walk.stdin is not None
    assert walk.stdout is not None
    walk.stdin.write("go\n")
    walk.stdin.flush()
    points = []
    for line in walk.stdout:
        points.append(json.loads(line))
        say(f"{KINDS[kind]} at point {points[-1]['n']}: {points[-1]['name']}")
    if walk.wait() not in (0, 1):
        raise InkloopError(f"the walk ended with {walk.returncode} after {len(points)} points")
    return points


def _counted(points: Sequence[Mapping[str, Any]], asked: Asked) -> dict[str, Any]:
    taken = [point for point in points if point["took_over"]]
    return {
        "n_points": len(points),
        "n_clean": sum(not point["problems"] for point in points),
        "n_resumed": sum(point["n_attempts"] > 1 for point in points),
        "n_taken_over": len(taken),
        "n_gave_up": sum(point["said"] for point in taken),
        "n_answers": asked.n_answers,
        "n_unanswered": asked.n_unanswered,
        "names": [point["name"] for point in points],
        "problems": {f"{p['n']} {p['name']}": p["problems"] for p in points if p["problems"]},
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


def _nights(zone: str, options: Options) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder:
        return nights.year(Path(folder), zone, options.n_nights, SEED)


def table(result: Mapping[str, Any]) -> list[Row]:
    """The walks: what came of all points of a run."""
    rows: list[Row] = [("trainers", "points", "clean", "runs taken up again by another",
                        "gave up and said so", "answers of the server meanwhile")]  # fmt: skip
    for kind, name in KINDS.items():
        one = result[kind]
        gave_up = "" if kind == "kill" else f"{one['n_gave_up']} of {one['n_resumed']}"
        n_answers = f"{one['n_answers']:,}, {one['n_unanswered']} failed"
        rows.append((name, str(one["n_points"]), str(one["n_clean"]), str(one["n_resumed"]),
                     gave_up, n_answers))  # fmt: skip
    return rows


def nights_table(result: Mapping[str, Any]) -> list[Row]:
    """Zone by zone."""
    rows: list[Row] = [("zone", "machine that sleeps: nights, runs", "lost", "doubled",
                        "clock set wrong: times, runs", "lost", "doubled")]  # fmt: skip
    for name, year in sorted(_years(result).items()):
        sleeps, wrong = year["sleeps"], year["wrong"]
        rows.append((
            name, f"{sleeps['n_nights']}, {sleeps['n_runs']}", str(sleeps["n_lost"]),
            str(sleeps["n_doubled"]), f"{wrong['n_wrong']}, {wrong['n_runs']}",
            str(wrong["n_lost"]), str(wrong["n_doubled"]),
        ))  # fmt: skip
    return rows


def aims(result: Mapping[str, Any]) -> list[Row]:
    """What must not happen, and how often it did."""
    walks = [result[kind] for kind in KINDS]
    years = [kind for year in _years(result).values() for kind in year.values()]
    schedulers, killed, leaps = result["schedulers"], result["kill"], result["faketime"]
    wrong_moments = abs(schedulers["n_runs"] - schedulers["n_moments"])
    unkept = killed["served"]["n"] - killed["served"]["n_kept"]
    rows = [
        _none(
            f"of {one['n_points']} points of a run, not clean: {name}",
            one["n_points"] - one["n_clean"],
        )
        for one, name in zip(walks, KINDS.values(), strict=True)
    ]
    rows += [
        _none(f"of {sum(one['n_answers'] + one['n_unanswered'] for one in walks):,} requests to "
              "the server meanwhile, failed", sum(one["n_unanswered"] for one in walks)),
        _none("`inkloop models verify` at the end, found something",
              sum(one["verify"] != 0 for one in walks)),
        _none(f"{schedulers['n_schedulers']} schedulers, {schedulers['n_moments']:,} moments: runs "
              f"more or fewer than {schedulers['n_moments']:,}", wrong_moments),
        _none("of these, moments lost or doubled",
              schedulers["n_lost"] + schedulers["n_doubled"]),
        _none(f"of {killed['bytes']['n']:,} changed bytes of a version, not noticed",
              killed["bytes"]["n"] - killed["bytes"]["n_noticed"]),
        _none(f"of {killed['served']['n']} broken versions made live, the last good one did not "
              "serve", unkept),
        _none(f"of {killed['failing']['n']} operations of the model store that failed, left "
              "something that counts", killed["failing"]["n"] - killed["failing"]["n_clean"]),
        _none(f"of {sum(one['n_runs'] for one in years):,} nightly runs in {len(_years(result))} "
              "zones, lost or doubled", sum(one["n_lost"] + one["n_doubled"] for one in years)),
    ]  # fmt: skip
    if not leaps["is_there"]:
        return [*rows, ("leaps of a real trainer's clock", "≤ 0", "libfaketime is missing", "")]
    what = f"of {leaps['n']} leaps of a real trainer's clock (libfaketime), not as promised"
    return [*rows, _none(what, leaps["n"] - leaps["n_right"])]


def _none(what: str, n: int) -> Row:
    return at_most(what, 0.0, float(n), "{:.0f}")


def _years(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name.partition("/")[2]: one for name, one in result.items() if "/" in name}
