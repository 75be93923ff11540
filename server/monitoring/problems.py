"""Problems of the instance that do not stop it from serving, for `/readyz` and the overview."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import timedelta

from core.base.clock import utc_now
from core.base.errors import NotReady
from core.base.kinds import RunStatus
from core.runs import queries as run_queries
from core.storage.database import has_wal_reset_bug, sqlite_version
from core.storage.shared_state import TRAINER
from server.services import Services

MIN_FREE_SHARE = 0.05  # of the disk
HEARTBEAT_TIMEOUT = timedelta(seconds=30)
"""Its heartbeat comes every few seconds; a long torch call may delay it."""
MAX_QUEUED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, and what to do about it."""

    kind: str
    """`model`, `worker`, `shared_file`, `trainer_silent`, `trainer_missing`, `sqlite`, `disk`."""
    sentence: str
    """In English, for logs and monitors."""
    facts: dict[str, str | int] = field(default_factory=dict)
    """What a page needs to describe it in another language."""


def problems(parts: Services) -> list[Problem]:
    """Return all present problems; the last good version serves in spite of them."""
    found = []
    if parts.live.problem is not None:
        found.append(_detailed("model", parts.live.problem))
    try:
        found += _in_other_processes(parts)
    except NotReady as exc:
        found.append(_detailed("shared_file", str(exc)))
    version = sqlite_version()
    if has_wal_reset_bug(version):
        sentence = f"SQLite {version} can lose commits of several processes: install pysqlite3"
        found.append(Problem("sqlite", sentence, {"sqlite": version}))
    disk = shutil.disk_usage(parts.settings.database_path.parent)
    if disk.free < MIN_FREE_SHARE * disk.total:
        free_mb = disk.free // 1_000_000
        sentence = f"the disk is nearly full, {free_mb:,} MB are free: make room"
        found.append(Problem("disk", sentence, {"free_mb": free_mb}))
    return found


def _detailed(kind: str, sentence: str) -> Problem:
    return Problem(kind, sentence, {"detail": sentence})


def _in_other_processes(parts: Services) -> list[Problem]:
    """Return problems of other workers and of the trainer. Raises: NotReady."""
    now = utc_now()
    found = [
        _detailed("worker", f"worker {worker.pid}: {worker.problem}")
        for worker in parts.shared_state.workers(now=now)
        if worker.problem is not None and worker.problem != parts.live.problem
    ]
    seen_at = parts.shared_state.part_seen_at(TRAINER)
    if seen_at is not None and now - seen_at > HEARTBEAT_TIMEOUT:
        seconds = round((now - seen_at).total_seconds())
        sentence = (
            f"the trainer has sent no heartbeat for {seconds:,} s, so nothing is learned: look at "
            "its lines in the log, or start it with `inkloop trainer`"
        )
        found.append(Problem("trainer_silent", sentence, {"seconds": seconds}))
    with parts.database.read() as session:
        run = run_queries.latest_run(session)
    is_waiting = run is not None and run.status == RunStatus.QUEUED
    if seen_at is None and is_waiting and run and now - run.queued_at > MAX_QUEUED:
        sentence = "a run waits, but no trainer is at work: start `inkloop trainer`"
        found.append(Problem("trainer_missing", sentence))
    return found
