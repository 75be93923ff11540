"""Kill or stop a trainer just before each durable operation of a run, and check the result.

`python -m tests.support.fault_injection INSTANCE`. A run of the tiny world starts in a child
process. Just before its n-th durable operation the process kills itself with SIGKILL, or stops
itself with SIGSTOP until another trainer has taken over; n = 1, 2, … until a run has fewer
operations. After each fault the instance is checked. Prints one line of JSON for each fault.
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
from core.base.clock import utc_now
from core.base.errors import InkloopError, NotReady
from core.base.settings import Settings
from core.storage.tables import Lease
from tests.support.fault_points import FaultPoints, truncate_to_half
from tests.support.tiny_runs import (
    do_open_run,
    forked,
    inspect,
    opened,
    prepare,
    request_run,
    reuse_first_model,
    wait_for,
)
from trainer.pipeline.interface import Claim, Pipeline, Progress

Position = int | str
"""A fault point of a run: the n-th, or the first whose name starts with this text."""

GIVEN_UP = ("run abandoned", "lease lost")
"""Log messages of a trainer that has lost its lease."""


@dataclass(frozen=True, slots=True)
class FaultOutcome:
    """What happened after a fault."""

    n: int
    name: str
    kind: str
    """`kill`; `after`: resumed after another trainer ended the run; `amid`: resumed during it."""
    ended: int
    """Exit code of the process; negative for a signal."""
    took_over: bool
    status: str
    n_attempts: int
    version: int | None
    said: bool
    """Whether the stopped trainer logged that it gave up."""
    problems: list[str]


class FaultInjector:
    """Injects faults into run after run of one instance."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def kill(self, at: Position) -> FaultOutcome | None:
        """Kill the trainer at a fault point, then start another.

        Returns: None, if the run has no such point and finished.
        """
        run_id = request_run(self._settings)
        where, log = self._folder / f"{run_id}", self._folder / f"{run_id}.log"

        def die(half: int | None) -> None:
            if half is not None:
                truncate_to_half(half)
            os.kill(os.getpid(), signal.SIGKILL)

        child = forked(lambda: self._run_until(at, where, die, torn=True), log)
        ended = wait_for(child)
        if not where.exists():
            return None
        problems = [] if ended == -signal.SIGKILL else [f"the process ended with {ended}"]
        problems += inspect(self._settings, run_id, is_over=False).problems
        problems += self._next_start(log)
        found = inspect(self._settings, run_id, is_over=True)
        problems += found.problems
        if found.run.status not in ("promoted", "held") or found.run.version != found.live:
            problems.append(f"the run is {found.run.status}: {found.run.message}")
        return FaultOutcome(
            *_named(where), "kill", ended, False, found.run.status, found.run.n_attempts,
            found.run.version, False, problems,
        )  # fmt: skip

    def stop(self, at: Position, kind: str) -> FaultOutcome | None:
        """Stop the trainer at a fault point until its lease expires and another takes over.

        Returns: None, if the run has no such point and finished.
        """
        run_id = request_run(self._settings)
        where, log = self._folder / f"{run_id}", self._folder / f"{run_id}.log"
        child = forked(lambda: self._run_until(at, where, _stop_itself, torn=False), log)
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return None
        before = inspect(self._settings, run_id, is_over=False)
        other_log = self._folder / f"{run_id}-other.log"
        took_over = self._expire_lease() and self._take_over(child, kind, other_log)
        if not took_over:
            os.kill(child, signal.SIGCONT)
        ended = wait_for(child)
        problems = before.problems + self._next_start(log)
        found = inspect(self._settings, run_id, is_over=True)
        problems += found.problems
        said = any(words in log.read_text() for words in GIVEN_UP)
        was_over = before.run.finished_at is not None
        if took_over and not was_over and not said and before.run.status == "running":
            problems.append("it did not log that it gave up")
        if ended:
            problems.append(f"the process ended with {ended}")
        if found.run.status != "promoted" or found.run.version != found.live:
            problems.append(f"the run is {found.run.status}: {found.run.message}")
        return FaultOutcome(
            *_named(where), kind, ended, took_over, found.run.status, found.run.n_attempts,
            found.run.version, said, problems,
        )  # fmt: skip

    def _run_until(
        self, wanted: Position, where: Path, act: Callable[[int | None], None], *, torn: bool
    ) -> None:
        """Run in the child process. At the wanted point, write it to `where` and call `act`."""

        def reached(n: int, name: str, half: int | None) -> None:
            if n == wanted or (isinstance(wanted, str) and name.startswith(wanted)):
                if not where.exists():
                    where.write_text(f"{n} {name}")
                    act(half)

        # A trainer that stops inside a transaction holds the write lock, whatever the statement.
        # One named point tests that; a series over all points stops at file operations only.
        has_rows = torn or isinstance(wanted, str)
        points = FaultPoints(self._settings.instance, reached, torn=torn, rows=has_rows)
        points.begin()
        do_open_run(self._settings)
        points.end()

    def _next_start(self, log: Path) -> list[str]:
        ended = wait_for(forked(functools.partial(do_open_run, self._settings), log))
        return [] if ended == 0 else [f"the next start ended with {ended}"]

    def _expire_lease(self) -> bool:
        """Expire the lease. Returns: False, if the stopped trainer holds the write lock."""
        # No other process writes: a held lock is the stopped trainer's and stays held.
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

    def _take_over(self, stopped: int, kind: str, log: Path) -> bool:
        """Let another trainer do the run; for `amid`, resume the stopped one during it.

        Returns: whether there was a run to take over.
        """
        begun, go = os.pipe(), os.pipe()

        def wait_inside(work: Pipeline) -> Pipeline:
            def waiting(claim: Claim, progress: Progress) -> None:
                os.write(begun[1], b"b")
                os.read(go[0], 1)
                work(claim, progress)

            return waiting

        other = forked(lambda: do_open_run(self._settings, wait_inside), log)
        os.close(begun[1])
        is_working = os.read(begun[0], 1) == b"b"  # empty if there is nothing to take over
        if kind == "amid":
            os.kill(stopped, signal.SIGCONT)
            os.waitid(os.P_PID, stopped, os.WEXITED | os.WNOWAIT)
        os.write(go[1], b"g")
        for end in (begun[0], *go):
            os.close(end)
        wait_for(other)
        if kind == "after":
            os.kill(stopped, signal.SIGCONT)
        return is_working


def _named(where: Path) -> tuple[int, str]:
    n, _, name = where.read_text().partition(" ")
    return int(n), name


def _stop_itself(_half: int | None) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def main() -> int:
    """Inject faults of the given kinds. Returns: 0, if every outcome was clean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--kinds", nargs="*", default=["kill", "after", "amid"])
    parser.add_argument(
        "--wait", action="store_true", help="print ready, then wait for a line of input"
    )
    parser.add_argument(
        "--at", nargs="*", help="fault points by the start of their names; all when left out"
    )
    given = parser.parse_args()
    settings = prepare(given.instance)
    reuse_first_model(settings)
    if given.wait:
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
    n_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        injector = FaultInjector(settings, Path(folder))
        for kind in given.kinds:
            n_wrong += _inject_all(injector, kind, given.at)
    return 1 if n_wrong else 0


def _inject_all(injector: FaultInjector, kind: str, names: list[str] | None) -> int:
    """Returns: how many outcomes were not clean."""
    n_wrong = 0
    for at in itertools.count(1) if names is None else names:
        outcome = injector.kill(at) if kind == "kill" else injector.stop(at, kind)
        if outcome is not None:
            n_wrong += bool(outcome.problems)
            print(json.dumps(asdict(outcome)), flush=True)  # noqa: T201  for the parent process
        elif names is None:
            break
    return n_wrong


if __name__ == "__main__":
    try:
        sys.exit(main())
    except InkloopError as error:
        sys.exit(f"fault injection: {error}")
