"""The process that trains, by the schedule and on request, or once: `python -m trainer`.

The main thread only waits for signals. Everything slow (importing torch, training, exporting) runs
on a thread of its own, so that a stop never waits for it. If that thread does not stop in time, the
process ends and its run is queued again for the next start.
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
from core.symbols import digits
from trainer.map.maker import MapMaker
from trainer.pipeline.interface import Claim, Pipeline, Progress
from trainer.process.job import NoRun, RunQueue
from trainer.process.notify import Notifier
from trainer.process.schedule import Ticker, queue_first_run
from trainer.process.terminal import TerminalBar

OK, FAILED, LEASE_HELD, STOPPED = 0, 1, 75, 143
"""Exit codes: 75 is EX_TEMPFAIL of sysexits.h, 143 is 128 + SIGTERM."""
STOP_SECONDS = 2.0
"""Time for a run to stop by itself; the whole stop has to take less than 3.5 s."""
POLL_SECONDS = 0.5
"""Interval of polling for queued runs."""
NICE = 5
"""Lower priority than the server. With 64 clients on two fully busy cores, the 99th percentile of a
reading was 69 ms with it and 186 without, half a minute each."""

LoadPipeline = Callable[[Settings, Database], Pipeline]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """Options of the command line."""

    once: bool = False
    force: bool = False
    as_json: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code."""
    return run(parse_options(arguments), load_pipeline)


def run(options: Options, load: LoadPipeline) -> int:
    """Work until done or until a signal arrives. `load` is called on the thread that trains."""
    signals = Signals()
    os.nice(NICE)
    try:
        settings = Settings.from_env()
        logs.configure(settings.log_format, "trainer")
        migrate.upgrade(settings)
        database = Database(settings)
        pipeline = LazyPipeline(settings, database, load)
        notifier = Notifier(settings, database)
        map_maker = MapMaker(settings, database)
        run_queue = RunQueue(settings, database, stopping_the_map_first(pipeline, map_maker))
        if options.once:
            work = functools.partial(_once, run_queue, options, notifier, map_maker)
            return _supervise(run_queue, signals, work, STOPPED)
        discard_if_broken(settings)
        ticker = Ticker(database, shared_state=SharedState(settings))
        queue_first_run(database, utc_now())
        ticker.start()
        notifier.start()
        try:
            work = functools.partial(_serve, run_queue, pipeline, map_maker)
            return _supervise(run_queue, signals, work, OK)
        finally:
            map_maker.stop()
            ticker.stop()
            notifier.stop()
    except InkloopError as error:
        print(error, file=sys.stderr)  # noqa: T201  for the caller of the command
        return FAILED


def load_pipeline(settings: Settings, database: Database) -> Pipeline:
    """Import the pipeline, which takes seconds, and fetch the reference set if it is missing."""
    # Imported here: neither the schedule nor an idle process needs torch.
    from trainer.pipeline.context import TrainerContext
    from trainer.pipeline.run import run_pipeline

    if not digits.is_complete(settings):
        digits.fetch(settings)
    for verbose in ("onnxscript", "onnx_ir", "torch.onnx"):  # each export logs a screen of INFO
        logging.getLogger(verbose).setLevel(logging.WARNING)
    context = TrainerContext(
        settings, database, reference=digits.load(settings), symbols=digits.DIGITS
    )
    context.warm_up()
    return functools.partial(run_pipeline, context)


def stopping_the_map_first(pipeline: Pipeline, map_maker: MapMaker) -> Pipeline:
    """Return a pipeline that first stops a map in the making.

    The map would slow the run down, although it is niced, and a promotion would discard it.
    """

    def run_alone(claim: Claim, progress: Progress) -> None:
        map_maker.stop()
        pipeline(claim, progress)

    return run_alone


class LazyPipeline:
    """A pipeline that is loaded at its first use or by `warm_up`."""

    def __init__(self, settings: Settings, database: Database, load: LoadPipeline) -> None:
        self._load = functools.cache(lambda: load(settings, database))

    def __call__(self, claim: Claim, progress: Progress) -> None:
        """Carry out a run. An error while loading fails the run with its message."""
        pipeline = self._load()
        if not sys.stderr.isatty():
            pipeline(claim, progress)
            return
        with TerminalBar() as bar:
            progress.add_listener(bar)
            pipeline(claim, progress)

    def warm_up(self) -> None:
        """Load now. After an error, the first run tries again and reports it."""
        started = time.monotonic()
        try:
            self._load()
        except InkloopError as error:
            log.warning("not ready to train", why=str(error))
        else:
            log.info("ready to train", seconds=round(time.monotonic() - started, 1))


class Signals:
    """Counts signals to stop. The handler does nothing else: it may interrupt any code."""

    def __init__(self) -> None:
        self.n = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._count)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.n += 1


def _supervise(run_queue: RunQueue, signals: Signals, work: Callable[[], int], stopped: int) -> int:
    """Run `work` on a thread. Returns its exit code, or `stopped` after a signal."""
    codes = [FAILED]  # if the thread dies of an error

    def target() -> None:
        codes.append(work())

    thread = threading.Thread(target=target, name="work", daemon=True)
    thread.start()
    while thread.is_alive() and not signals.n:
        thread.join(0.1)
    if not signals.n:
        return codes[-1]
    log.info("stopping")
    run_queue.stop.set()
    deadline, n_signals = time.monotonic() + STOP_SECONDS, signals.n
    while thread.is_alive() and time.monotonic() < deadline and signals.n == n_signals:
        thread.join(0.1)
    if thread.is_alive():
        _abandon(run_queue, stopped)
    return stopped


def _abandon(run_queue: RunQueue, code: int) -> None:
    """End the process while its thread is busy. The run continues at the next start."""
    try:
        run_queue.put_back()
    except InkloopError as error:
        # The row remains `running`, and the next trainer adopts it.
        log.warning("run not queued again", why=str(error))
    log.info("stopped during a step")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve(run_queue: RunQueue, pipeline: LazyPipeline, map_maker: MapMaker) -> int:
    """Carry out queued runs, and have maps made between them, until the stop."""
    pipeline.warm_up()
    while not run_queue.stop.is_set():
        try:
            done = run_queue.run_next()
            if done is None:
                map_maker.poll()
        except InkloopError as error:  # such as a full disk, which may have room later
            log.warning("cannot poll for runs", why=str(error))
            done = None
        if done is None:
            run_queue.stop.wait(POLL_SECONDS)
        elif done.status == RunStatus.HELD:
            queue_first_run(run_queue.database, utc_now())
    return OK


def _once(run_queue: RunQueue, options: Options, notifier: Notifier, map_maker: MapMaker) -> int:
    """Carry out one run, print its outcome and deliver webhooks. Returns the exit code."""
    done = run_queue.run_one(is_forced=options.force)
    if done is NoRun.LEASE_HELD:
        print("another trainer is at work: try again later", file=sys.stderr)  # noqa: T201
        return LEASE_HELD
    facts, sentence = _outcome(run_queue.database, done if isinstance(done, Run) else None)
    print(json.dumps(facts) if options.as_json else sentence, flush=True)  # noqa: T201  the answer
    notifier.deliver_before_exit()
    if not isinstance(done, Run):
        return OK
    if done.status == RunStatus.PROMOTED:
        map_maker.make_now()  # no later process may make it
    codes = {RunStatus.PROMOTED: OK, RunStatus.HELD: OK, RunStatus.QUEUED: STOPPED}
    codes[RunStatus.RUNNING] = LEASE_HELD  # another trainer took the run over
    return codes.get(RunStatus(done.status), FAILED)


def _outcome(database: Database, done: Run | None) -> tuple[dict[str, Any], str]:
    """Return the facts for `--json`, and the sentence that is printed otherwise."""
    with database.read() as session:
        if done is None:
            n_new, wanted = drawing_queries.n_new(session), due.schedule(session).min_new_drawings
            facts: dict[str, Any] = {"run_id": None, "version": None, "verdict": None}
            return facts, f"Nothing to do: {n_new} new drawings, {wanted} needed"
        row = run_queries.verdict_of(session, done.id)
    facts = {"run_id": done.id, "version": done.version, "verdict": None}
    if row is None:
        return facts, f"Run {done.id} {done.status}: {done.message or 'it continues later'}"
    rules = [rule | {"sentence": rule_sentence(rule)} for rule in row.rules]
    sentence = verdict_sentence(row.passed, row.rules)
    for rule in rules:
        del rule["facts"]
    facts["verdict"] = {"passed": row.passed, "sentence": sentence, "rules": rules}
    return facts, f"Version {done.version}: {sentence}"


def parse_options(arguments: Sequence[str] | None) -> Options:
    """Parse the command line. Exits with 2 if it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one run now, then end")
    parser.add_argument("--force", action="store_true", help="even with few new drawings")
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    given = parser.parse_args(arguments)
    if (given.force or given.as_json) and not given.once:
        parser.error("--force and --json go with --once")
    return Options(given.once, given.force, given.as_json)
