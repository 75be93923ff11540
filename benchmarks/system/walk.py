"""`python -m benchmarks.system.walk`: every step of a run, with a trainer that dies or sleeps.

A run of the tiny world is begun in a process of its own; just before its n-th durable operation
the process kills itself with SIGKILL, or stops itself with SIGSTOP until another trainer has taken
over, n = 1, 2, … until a run comes to its end untouched. After each, the instance is looked at.
Printed as one line of JSON for each point: what came of it, and what was found wrong.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

import core.storage.database
from benchmarks.system.points import Points, cut
from benchmarks.system.tiny_runs import (
    ask,
    do_all,
    forked,
    learn_once,
    look,
    opened,
    prepare,
    wait_for,
)
from core.base.clock import utc_now
from core.base.errors import InkloopError, NotReady
from core.base.settings import Settings
from core.storage.tables import Lease
from trainer.pipeline.interface import Claim, Pipeline, Progress

At = int | str
"""Which point of a run: the n-th, or the first whose name begins so."""
GIVEN_UP = ("run abandoned", "lease lost")


@dataclass(frozen=True, slots=True)
class Point:
    """What came of one point."""

    n: int
    name: str
    kind: str
    """`kill`; `after`: another trainer ends the run while it sleeps; `amid`: it only begins."""
    ended: int
    """How the process ended: negative for a signal."""
    took_over: bool
    status: str
    n_attempts: int
    version: int | None
    said: bool
    """Whether the one that slept said that it gives up."""
    problems: list[str]


class Walk:
    """One instance, run after run."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def kill(self, at: At) -> Point | None:
        """Let a run die at a point, and the next start do what is left.

        None, if the run has no such point: it came through.
        """
        run_id = ask(self._settings)
        where, log = self._folder / f"{run_id}", self._folder / f"{run_id}.log"

        def die(half: int | None) -> None:
            if half is not None:
                cut(half)
            os.kill(os.getpid(), signal.SIGKILL)

        child = forked(lambda: self._run_until(at, where, die, torn=True), log)
        ended = wait_for(child)
        if not where.exists():
            return None
        problems = [] if ended == -signal.SIGKILL else [f"it ended with {ended}"]
        problems += look(self._settings, run_id, is_over=False).problems
        problems += self._next_start(log)
        found = look(self._settings, run_id, is_over=True)
        problems += found.problems
        if found.run.status not in ("promoted", "held") or found.run.version != found.live:
            problems.append(f"the run is {found.run.status}: {found.run.message}")
        return Point(
            *_named(where), "kill", ended, False, found.run.status, found.run.n_attempts,
            found.run.version, False, problems,
        )  # fmt: skip

    def stop(self, at: At, kind: str) -> Point | None:
        """Let a run fall asleep at a point for longer than its lease; another takes over.

        None, if the run has no such point: it came through.
        """
        run_id = ask(self._settings)
        where, log = self._folder / f"{run_id}", self._folder / f"{run_id}.log"
        child = forked(lambda: self._run_until(at, where, _sleep, torn=False), log)
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return None
        before = look(self._settings, run_id, is_over=False)
        other_log = self._folder / f"{run_id}-other.log"
        took_over = self._let_the_lease_pass() and self._another(child, kind, other_log)
        if not took_over:
            os.kill(child, signal.SIGCONT)
        ended = wait_for(child)
        problems = before.problems + self._next_start(log)
        found = look(self._settings, run_id, is_over=True)
        problems += found.problems
        said = any(words in log.read_text() for words in GIVEN_UP)
        was_over = before.run.finished_at is not None
        if took_over and not was_over and not said and before.run.status == "running":
            problems.append("it did not say that it gives up")
        if ended:
            problems.append(f"it ended with {ended}")
        if found.run.status != "promoted" or found.run.version != found.live:
            problems.append(f"the run is {found.run.status}: {found.run.message}")
        return Point(
            *_named(where), kind, ended, took_over, found.run.status, found.run.n_attempts,
            found.run.version, said, problems,
        )  # fmt: skip

    def _run_until(
        self, wanted: At, where: Path, act: Callable[[int | None], None], *, torn: bool
    ) -> None:
        """What the process does that comes to its point, and writes into `where` which that is."""

        def reached(n: int, name: str, half: int | None) -> None:
            if n == wanted or (isinstance(wanted, str) and name.startswith(wanted)):
                if not where.exists():
                    where.write_text(f"{n} {name}")
                    act(half)

        # To sleep in a transaction is to hold the write lock: nobody else gets on, whatever the
        # statement. One named point shows it; the walk over all goes from file to file.
        has_rows = torn or isinstance(wanted, str)
        points = Points(self._settings.instance, reached, torn=torn, rows=has_rows)
        points.begin()
        do_all(self._settings)
        points.end()

    def _next_start(self, log: Path) -> list[str]:
        ended = wait_for(forked(functools.partial(do_all, self._settings), log))
        return [] if ended == 0 else [f"the next start ended with {ended}"]

    def _let_the_lease_pass(self) -> bool:
        """As if its time were over. False while the sleeper is in the middle of a transaction."""
        # Nobody else writes: a lock that is held now is held by the sleeper, until it wakes.
        patience, core.storage.database.BUSY_TIMEOUT_SECONDS = (
            core.storage.database.BUSY_TIMEOUT_SECONDS,
            0,
        )
        past = utc_now() - timedelta(seconds=1)
        try:
            with opened(self._settings) as database, database.write() as session:
                session.execute(
                    update(Lease).where(Lease.owner.is_not(None)).values(expires_at=past)
                )
        except NotReady:
            return False
        finally:
            core.storage.database.BUSY_TIMEOUT_SECONDS = patience
        return True

    def _another(self, sleeper: int, kind: str, log: Path) -> bool:
        """Let another trainer do the run: all of it, or wake the sleeper once it has begun."""
        begun, go = os.pipe(), os.pipe()

        def wait_inside(work: Pipeline) -> Pipeline:
            def waiting(claim: Claim, progress: Progress) -> None:
                os.write(begun[1], b"b")
                os.read(go[0], 1)
                work(claim, progress)

            return waiting

        other = forked(lambda: do_all(self._settings, wait_inside), log)
        os.close(begun[1])
        is_at_work = os.read(begun[0], 1) == b"b"  # nothing if there is nothing to take over
        if kind == "amid":
            os.kill(sleeper, signal.SIGCONT)
            os.waitid(os.P_PID, sleeper, os.WEXITED | os.WNOWAIT)
        os.write(go[1], b"g")
        for end in (begun[0], *go):
            os.close(end)
        wait_for(other)
        if kind == "after":
            os.kill(sleeper, signal.SIGCONT)
        return is_at_work


def _named(where: Path) -> tuple[int, str]:
    n, _, name = where.read_text().partition(" ")
    return int(n), name


def _sleep(_half: int | None) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def main() -> int:
    """Walk through the kinds that are asked for. Returns: 0, if every point was clean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--kinds", nargs="*", default=["kill", "after", "amid"])
    parser.add_argument("--wait", action="store_true", help="for a line of input, when it is ready")
    parser.add_argument("--at", nargs="*", help="the first points named so, instead of all")
    given = parser.parse_args()
    settings = prepare(given.instance)
    learn_once(settings)
    if given.wait:
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
    n_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(settings, Path(folder))
        for kind in given.kinds:
            n_wrong += _walk(walk, kind, given.at)
    return 1 if n_wrong else 0


def _walk(walk: Walk, kind: str, names: list[str] | None) -> int:
    """Returns: how many points were not clean."""
    n_wrong = 0
    for at in itertools.count(1) if names is None else names:
        point = walk.kill(at) if kind == "kill" else walk.stop(at, kind)
        if point is not None:
            n_wrong += bool(point.problems)
            print(json.dumps(asdict(point)), flush=True)  # noqa: T201  for whoever started it
        elif names is None:
            break
    return n_wrong


if __name__ == "__main__":
    try:
        sys.exit(main())
    except InkloopError as error:
        sys.exit(f"walk: {error}")
