"""Mixed load: everything at once on one real instance, for ten minutes.

`inkloop up` with two workers and a trainer in run after run; clients; imports and their undos;
exports; regular backups. Afterwards the logs are searched for lock errors, and every backup is
restored and compared with what was acknowledged before it began. The clients share the cores.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from sqlalchemy import text

from benchmarks.bench import Bench, Row, Say, Table, at_most, option
from benchmarks.record import Record
from benchmarks.system import load_clients
from benchmarks.system.consistency import check
from benchmarks.system.load_clients import ClientLog, LoadPlan
from benchmarks.system.server import cached_mnist, serving
from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.base.settings import Settings
from core.storage import migrate
from core.storage.backup import restore
from core.storage.database import Database

LIVE_SECONDS: Final = 300.0
LOCKED: Final = ("database is locked", "database is busy", "database table is locked")
KINDS: Final = {
    "read": "contributors' reads",
    "list": "reviewers' lists",
    "predict": "predictions",
    "draw": "drawings sent",
    "change": "decisions, changes, imports",
    "export": "exports, to the last byte",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    minutes: float = 10.0
    n_workers: int = 2
    n_clients: int = 64
    pause_ms: float = 500.0
    """Mean pause of a client between two requests."""
    n_reviewers: int = 3
    """Of the clients. One other client exports."""
    n_imported: int = 5_000
    """Drawings in each imported file."""
    backup_every_seconds: float = 100.0
    export_every_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup."""

    path: Path
    began_at: float
    """Seconds on the monotonic clock."""
    seconds: float
    """Duration."""


@dataclass(slots=True)
class Backups:
    """Takes backups during the load, and restores them afterwards."""

    instance: Path
    folder: Path
    taken: list[Backup] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def take(self, turn: int) -> None:
        """Take a backup by the command."""
        path, began = self.folder / str(turn), time.monotonic()
        error = _inkloop(self.instance, "db", "backup", str(path))
        if error:
            self.failures.append(error)
        else:
            self.taken.append(Backup(path, began, time.monotonic() - began))

    def restore_all(self, log: ClientLog, say: Say) -> list[dict[str, Any]]:
        """Restore, check and delete each backup. Raises: DataError, if one is incomplete."""
        found = []
        for number, backup in enumerate(self.taken):
            say(f"restoring backup {number + 1} of {len(self.taken)}")
            instance = self.folder / f"restored-{number}"
            restore(_settings(instance), backup.path, now=utc_now())
            checked = check(_settings(instance), log, before=backup.began_at)
            found.append(asdict(checked) | {"seconds": backup.seconds})
            shutil.rmtree(instance)
            shutil.rmtree(backup.path)
        return found


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure. Returns: the record."""
    record = Record(folder / "siege.json", asdict(options))
    return record.finish(record.piece("all", lambda: _on_an_instance(options, say)))


def _on_an_instance(options: Options, say: Say) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="inkloop-bench-"))
    instance, log = folder / "instance", folder / "log"
    migrate.upgrade(_settings(instance))
    try:
        say("training the first model")
        with serving(
            instance, options.n_workers, command="up", settings=_server_settings(), log=log
        ) as (host, cookie):
            _wait_for_champion(_settings(instance))
            result, client_log, backups = put_under_load(
                instance, int(host.rpartition(":")[2]), cookie, options, say
            )
        return result | check_everything(instance, log, client_log, backups, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_settings() -> dict[str, str]:
    """Rate limits that count but are never reached, and the cached MNIST."""
    limits = ("DRAWINGS", "PREDICTIONS")
    never = {f"INKLOOP_MAX_{name}_PER_MINUTE": "1000000" for name in limits}
    return never | {"INKLOOP_RATE_LIMITS": "on"} | cached_mnist()


def put_under_load(
    instance: Path, port: int, admin_cookie: str, options: Options, say: Say
) -> tuple[dict[str, Any], ClientLog, Backups]:
    """Run all load clients and backups on an instance that serves and trains.

    Returns: the figures, the clients' log, and the backups.
    """
    say(f"{options.n_clients} clients for {options.minutes:g} minutes")
    folder = instance.with_name("backups")
    folder.mkdir()
    backups = Backups(instance, folder)
    log = ClientLog()
    plan = LoadPlan(
        port=port,
        admin_cookie=admin_cookie,
        until=time.monotonic() + 60 * options.minutes,
        log=log,
        pause_seconds=options.pause_ms / 1000,
    )
    wal = _LargestSize(instance / "inkloop.db-wal")
    # asyncio.run fails in a thread with a running event loop.
    thread = threading.Thread(target=asyncio.run, args=[_all_clients(plan, options, backups)])
    began = time.monotonic()
    thread.start()
    while thread.is_alive():
        wal.look()
        thread.join(0.2)
    return _figures(log, time.monotonic() - began, wal.n_bytes), log, backups


async def _all_clients(plan: LoadPlan, options: Options, backups: Backups) -> None:
    n_contributors = options.n_clients - options.n_reviewers - 1
    await asyncio.gather(
        *(load_clients.contributor(plan, number) for number in range(n_contributors)),
        *(load_clients.reviewer(plan, number) for number in range(options.n_reviewers)),
        load_clients.exporter(plan, options.export_every_seconds),
        load_clients.importer(plan, options.n_imported),
        load_clients.run_requester(plan),
        load_clients.periodically(plan, options.backup_every_seconds, backups.take),
    )


@dataclass(slots=True)
class _LargestSize:
    """The largest size of a file, by stat: only SQLite may open a live database."""

    path: Path
    n_bytes: int = 0

    def look(self) -> None:
        if self.path.exists():
            self.n_bytes = max(self.n_bytes, self.path.stat().st_size)


def check_everything(
    instance: Path, server_log: Path, log: ClientLog, backups: Backups, say: Say
) -> dict[str, Any]:
    """Check the server's log, the database and every backup. The instance has to be stopped."""
    say("comparing with what was acknowledged")
    settings = _settings(instance)
    lines = server_log.read_text(encoding="utf-8", errors="replace").splitlines()
    locked = [line for line in lines if any(word in line for word in LOCKED)]
    database = Database(settings)
    with database.read() as session:
        runs = Counter(session.execute(text("SELECT status FROM runs")).scalars())
    database.dispose()
    return {
        "locked": [*log.busy, *locked][: load_clients.MAX_LOGGED],
        "n_locked": len(log.busy) + len(locked),
        "faults": log.faults,
        "n_faults": log.n_faults,
        "acknowledged": len(log.drawings),
        "database": asdict(check(settings, log)),
        "runs": dict(runs),
        "imports": dict(log.imports),
        "n_imported": log.n_imported,
        "backups": backups.restore_all(log, say),
        "backups_failed": backups.failures,
    }


def _figures(log: ClientLog, seconds: float, wal_bytes: int) -> dict[str, Any]:
    kinds = {
        kind: {
            "n": len(times),
            "p50_ms": float(np.percentile(times, 50)),
            "p99_ms": float(np.percentile(times, 99)),
            "slowest_ms": max(times),
            "statuses": {str(status): n for status, n in sorted(log.statuses[kind].items())},
        }
        for kind, times in sorted(log.times_ms.items())
    }
    return {"seconds": seconds, "kinds": kinds, "wal_mb": wal_bytes / 1e6}


def _settings(instance: Path) -> Settings:
    return Settings.from_env({}, instance=instance)


def _inkloop(instance: Path, *words: str) -> str:
    """Run a command on an instance. Returns: its output if it failed, else nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *words],
        env=os.environ | {"INKLOOP_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"{words}: {done.stdout}{done.stderr}"


def _wait_for_champion(settings: Settings) -> None:
    deadline = time.monotonic() + LIVE_SECONDS
    database = Database(settings)
    try:
        while time.monotonic() < deadline:
            with database.read() as session:
                if session.scalar(text("SELECT count(*) FROM promotions")):
                    return
            time.sleep(0.5)
    finally:
        database.dispose()
    raise InkloopError(f"no model was live within {LIVE_SECONDS:.0f} s")


def table(result: Mapping[str, Any]) -> list[Row]:
    """Answers and their times by kind."""
    rows: list[Row] = [("what", "2xx answers", "a second", "p50 ms", "p99 ms", "slowest ms",
                        "statuses")]  # fmt: skip
    for kind, name in KINDS.items():
        one = result["kinds"].get(kind)
        if one is None:
            continue
        statuses = ", ".join(f"{n:,} × {status}" for status, n in one["statuses"].items())
        times = (f"{one[key]:,.1f}" for key in ("p50_ms", "p99_ms", "slowest_ms"))
        a_second = f"{one['n'] / result['seconds']:,.1f}"
        rows.append((name, f"{one['n']:,}", a_second, *times, statuses))
    return rows


def beside_table(result: Mapping[str, Any]) -> list[Row]:
    """Runs, imports and backups during the load."""
    backups = result["backups"]
    seconds = [one["seconds"] for one in backups]
    named = {
        "runs": ", ".join(f"{n} {status}" for status, n in sorted(result["runs"].items())),
        "imports": ", ".join(f"{n} {status}" for status, n in sorted(result["imports"].items())),
        "drawings imported": f"{result['n_imported']:,}",
        "drawings at the end": f"{result['database']['n_drawings']:,}",
        "backups": f"{len(backups)}, {min(seconds):.1f} to {max(seconds):.1f} s each"
        if backups
        else "none",
        "largest size of the WAL": f"{result['wal_mb']:.0f} MB",
    }
    return [("what", "number"), *named.items()]


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """No errors, nothing lost, consistent backups, and latency."""
    backups = result["backups"]
    n_bad = sum(1 for one in backups if one["n_missing"] or one["n_wrong"] or one["problems"])
    whole = result["database"]
    figures: list[tuple[str, float]] = [
        ("lock errors in answers and logs", result["n_locked"]),
        ("5xx answers without Retry-After, broken connections", result["n_faults"]),
        ("acknowledged drawings missing", whole["n_missing"]),
        ("acknowledged drawings with another label", whole["n_wrong"]),
        ("inconsistencies in the database afterwards", len(whole["problems"])),
        (f"inconsistent backups of {len(backups)}, restored", n_bad),
        ("failed backups", len(result["backups_failed"])),
    ]
    p99_ms = {kind: one["p99_ms"] for kind, one in result["kinds"].items()}
    return [
        *(at_most(what, 0.0, float(reached), "{:.0f}") for what, reached in figures),
        at_most("p99 of contributors' reads, ms", 200.0, p99_ms["read"], "{:.0f}"),
        at_most("p99 of reviewers' lists, ms", 200.0, p99_ms["list"], "{:.0f}"),
    ]


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Latency of the clients, and the work beside them."""
    return [
        Table("Clients on the server's machine", table(result)),
        Table("Beside them", beside_table(result)),
    ]


BENCH: Final = Bench(
    "siege",
    "Everything at once: 64 clients, run after run, imports, exports, backups that are restored.",
    Options,
    run,
    aims,
    tables,
    parameters=[
        option("--minutes", "minutes", type=click.FloatRange(min=0.1), help="Duration."),
        option("--pause-ms", "pause_ms", type=click.FloatRange(min=0),
               help="Mean pause of a client between requests."),
    ],
)  # fmt: skip
