"""`python -m trainer`: the process that trains, by the schedule and on request, or once.

The main thread only waits for signals. What takes time (importing torch, training, exporting) is
on a thread of its own, so that a stop never has to wait for it: what cannot stop in time is
abandoned, and its run put back for the next start.
"""

from __future__ import annotations

import argparse
import functools
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import structlog

from core.base import logs
from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.runs import queries as run_queries
from core.runs.verdicts import rule_sentence, verdict_sentence
from core.schedule import due
from core.storage import migrate
from core.storage.database import Database
from core.storage.shared_state import SharedState, discard_if_broken
from core.storage.tables import Run
from core.symbols.digits import mnist
from trainer.map.maker import MapMaker
from trainer.process.job import CarryOut, Claim, Desk, Nothing
from trainer.process.notify import Notifier
from trainer.process.progress import Progress
from trainer.process.schedule import Ticker, queue_first_run
from trainer.process.terminal import TerminalBar

OK, FAILED, LEASE_HELD, STOPPED = 0, 1, 75, 143
"""Exit codes: 75 is EX_TEMPFAIL of sysexits.h, 143 is 128 + SIGTERM."""
STOP_SECONDS = 2.0
"""Given to a run to stop by itself; the whole stop has to take less than 3.5 s."""
LOOK_SECONDS = 0.5
"""Between two looks for queued runs."""
NICE = 5
"""Whoever waits for an answer goes first. Beside 64 clients, on two cores without rest, 99 of 100
reads took at most 69 ms with it and 186 without, half a minute each."""

Load = Callable[[Settings, Database], CarryOut]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    once: bool = False
    force: bool = False
    as_json: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Start, work, and return the exit code."""
    return run(parse_options(arguments), load_steps)


def run(options: Options, load: Load) -> int:
    """Work until it is done or a signal comes. `load` is called on the thread that trains."""
    signals = Signals()
    os.nice(NICE)
    try:
        settings = Settings.from_env()
        logs.configure(settings.log_format, "trainer")
        migrate.upgrade(settings)
        database = Database(settings)
        steps = Steps(settings, database, load)
        notifier = Notifier(settings, database)
        map_maker = MapMaker(settings, database)
        desk = Desk(settings, database, without_a_map_beside(steps, map_maker))
        if options.once:
            work = functools.partial(_once, desk, options, notifier, map_maker)
            return _supervise(desk, signals, work, STOPPED)
        discard_if_broken(settings)
        ticker = Ticker(database, shared_state=SharedState(settings))
        queue_first_run(database, utc_now())
        ticker.start()
        notifier.start()
        try:
            return _supervise(desk, signals, lambda: _serve(desk, steps, map_maker), OK)
        finally:
            map_maker.stop()
            ticker.stop()
            notifier.stop()
    except InkloopError as error:
        print(error, file=sys.stderr)  # noqa: T201  for whoever started it
        return FAILED


def load_steps(settings: Settings, database: Database) -> CarryOut:
    """Import what trains, which takes seconds, and see to MNIST."""
    # Heavy, and not needed to keep the schedule or to find that nothing is due.
    from trainer.pipeline.run import carry_out
    from trainer.process.context import Workshop

    if not mnist.is_complete(settings.mnist_cache):
        mnist.fetch(settings.mnist_cache, settings.mnist_dir)
    for chatty in ("onnxscript", "onnx_ir", "torch.onnx"):  # each export: a screen of INFO
        logging.getLogger(chatty).setLevel(logging.WARNING)
    workshop = Workshop(settings, database)
    workshop.warm_up()
    return functools.partial(carry_out, workshop)


def without_a_map_beside(carry_out: CarryOut, map_maker: MapMaker) -> CarryOut:
    """The same, but a map that is being made is broken off first.

    It would hold the run up, niced as it is, and a promotion would throw it away.
    """

    def alone(claim: Claim, progress: Progress) -> None:
        map_maker.stop()
        carry_out(claim, progress)

    return alone


class Steps:
    """The steps of a run, loaded at first need or ahead of it."""

    def __init__(self, settings: Settings, database: Database, load: Load) -> None:
        self._load = functools.cache(lambda: load(settings, database))

    def __call__(self, claim: Claim, progress: Progress) -> None:
        """Do a run. Raises: what loading raises, too: the run then fails with that sentence."""
        carry_out = self._load()
        if not sys.stderr.isatty():
            carry_out(claim, progress)
            return
        with TerminalBar() as bar:
            progress.tell(bar)
            carry_out(claim, progress)

    def warm_up(self) -> None:
        """Load now; what fails is told by the first run that needs it."""
        started = time.monotonic()
        try:
            self._load()
        except InkloopError as error:
            log.warning("not ready to train", why=str(error))
        else:
            log.info("ready to train", seconds=round(time.monotonic() - started, 1))


class Signals:
    """Counts the signals that ask to stop. The handler only counts: it may interrupt anything."""

    def __init__(self) -> None:
        self.n = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._count)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.n += 1


def _supervise(desk: Desk, signals: Signals, work: Callable[[], int], stopped: int) -> int:
    """Run `work` on a thread until it ends or a signal comes. Returns: its exit code, or that."""
    codes = [FAILED]  # what remains if the thread dies of an error

    def target() -> None:
        codes.append(work())

    thread = threading.Thread(target=target, name="work", daemon=True)
    thread.start()
    while thread.is_alive() and not signals.n:
        thread.join(0.1)
    if not signals.n:
        return codes[-1]
    log.info("stopping")
    desk.stop.set()
    deadline, n_signals = time.monotonic() + STOP_SECONDS, signals.n
    while thread.is_alive() and time.monotonic() < deadline and signals.n == n_signals:
        thread.join(0.1)
    if thread.is_alive():
        _abandon(desk, stopped)
    return stopped


def _abandon(desk: Desk, code: int) -> None:
    """End the process although a thread is deep in a library: its run goes on at the next start."""
    try:
        desk.put_back()
    except InkloopError as error:
        # The row says `running` then, and the next trainer adopts it.
        log.warning("run not put back", why=str(error))
    log.info("stopped in the middle of a step")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve(desk: Desk, steps: Steps, map_maker: MapMaker) -> int:
    """Do runs as they are asked for, and have maps made between them, until the stop."""
    steps.warm_up()
    while not desk.stop.is_set():
        try:
            done = desk.do_next_run()
            if done is None:
                map_maker.look()
        except InkloopError as error:  # such as a full disk: later it may have room
            log.warning("cannot look for runs", why=str(error))
            done = None
        if done is None:
            desk.stop.wait(LOOK_SECONDS)
        elif done.status == RunStatus.HELD:
            queue_first_run(desk.database, utc_now())
    return OK


def _once(desk: Desk, options: Options, notifier: Notifier, map_maker: MapMaker) -> int:
    """Do one run, say and tell what came of it. Returns: the exit code."""
    done = desk.do_one_run(is_forced=options.force)
    if done is Nothing.FREE:
        print("another trainer is at work: try again later", file=sys.stderr)  # noqa: T201
        return LEASE_HELD
    facts, sentence = _outcome(desk.database, done if isinstance(done, Run) else None)
    print(json.dumps(facts) if options.as_json else sentence, flush=True)  # noqa: T201  the answer
    notifier.tell_for_the_last_time()
    if not isinstance(done, Run):
        return OK
    if done.status == RunStatus.PROMOTED:
        map_maker.make_now()  # nobody may come by later to make it
    codes = {RunStatus.PROMOTED: OK, RunStatus.HELD: OK, RunStatus.QUEUED: STOPPED}
    codes[RunStatus.RUNNING] = LEASE_HELD  # another trainer took the run over
    return codes.get(RunStatus(done.status), FAILED)


def _outcome(database: Database, done: Run | None) -> tuple[dict[str, Any], str]:
    """What `--json` prints, and what is said otherwise."""
    with database.read() as session:
        if done is None:
            n_new, wanted = drawing_queries.n_new(session), due.schedule(session).min_new_drawings
            facts: dict[str, Any] = {"run_id": None, "version": None, "verdict": None}
            return facts, f"Nothing to do: {n_new} new drawings, {wanted} needed"
        row = run_queries.verdict_of(session, done.id)
    facts = {"run_id": done.id, "version": done.version, "verdict": None}
    if row is None:
        return facts, f"Run {done.id} {done.status}: {done.message or 'it goes on later'}"
    rules = [rule | {"sentence": rule_sentence(rule)} for rule in row.rules]
    sentence = verdict_sentence(row.passed, row.rules)
    for rule in rules:
        del rule["facts"]
    facts["verdict"] = {"passed": row.passed, "sentence": sentence, "rules": rules}
    return facts, f"Version {done.version}: {sentence}"


def parse_options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one run now, then end")
    parser.add_argument("--force", action="store_true", help="even with few new drawings")
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    given = parser.parse_args(arguments)
    if (given.force or given.as_json) and not given.once:
        parser.error("--force and --json go with --once")
    return Options(given.once, given.force, given.as_json)


if __name__ == "__main__":
    sys.exit(main())
