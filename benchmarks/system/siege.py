"""`inkloop bench siege`: everything at once, for ten minutes, on one real instance.

`inkloop up` with two workers and its trainer at run after run; clients; imports stored and undone,
one after the other; exports; a backup now and then. Afterwards the logs are searched for
locks, and every backup is restored into an instance of its own and compared with what had been
acknowledged before it began. The clients share the cores with all of it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import text

from benchmarks.aims import Row, at_most
from benchmarks.record import Record
from benchmarks.system import besiegers
from benchmarks.system.besiegers import Seen, Siege
from benchmarks.system.served import Account, kept_mnist, serving
from benchmarks.system.siege_check import check
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
    "draw": "drawings handed over",
    "change": "decisions, changes, imports",
    "export": "exports, to the last byte",
}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked."""

    minutes: float = 10.0
    n_workers: int = 2
    n_clients: int = 64
    pause_ms: float = 500.0
    """Of a client between two requests, on average."""
    n_reviewers: int = 3
    """Of the clients; another one exports."""
    n_imported: int = 5_000
    """Drawings in each imported file."""
    backup_every_seconds: float = 100.0
    export_every_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Backup:
    """One that was taken."""

    path: Path
    began_at: float
    """On the monotonic clock, in seconds."""
    seconds: float
    """How long it took."""


@dataclass(slots=True)
class Backups:
    """Takes them, with the moment at which each began."""

    instance: Path
    folder: Path
    taken: list[Backup] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def take(self, turn: int) -> None:
        """As an administrator would, by the command."""
        path, began = self.folder / str(turn), time.monotonic()
        said = _inkloop(self.instance, "db", "backup", str(path))
        if said:
            self.failures.append(said)
        else:
            self.taken.append(Backup(path, began, time.monotonic() - began))

    def restore_all(self, seen: Seen, say: Say) -> list[dict[str, Any]]:
        """Each into an instance of its own, and what is found there. The backups are used up.

        Raises: DataError, if one is not whole.
        """
        found = []
        for number, backup in enumerate(self.taken):
            say(f"restoring backup {number + 1} of {len(self.taken)}")
            instance = self.folder / f"restored-{number}"
            restore(_settings(instance), backup.path, now=utc_now())
            checked = check(_settings(instance), seen, before=backup.began_at)
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
    account = Account("bench@example.org", secrets.token_urlsafe(16))
    try:
        say("training the first model")
        with serving(
            instance, account, options.n_workers, command="up", given=_surroundings(), log=log
        ) as (host, cookie):
            _wait_for_champion(_settings(instance))
            result, seen, backups = besiege(
                instance, int(host.rpartition(":")[2]), cookie, options, say
            )
        return result | judge(instance, log, seen, backups, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _surroundings() -> dict[str, str]:
    """Rate limits are counted as always, yet never reached; MNIST is not fetched anew."""
    limits = ("DRAWINGS", "PREDICTIONS")
    never = {f"INKLOOP_MAX_{name}_PER_MINUTE": "1000000" for name in limits}
    return never | {"INKLOOP_RATE_LIMITS": "on"} | kept_mnist()


def besiege(
    instance: Path, port: int, admin_cookie: str, options: Options, say: Say
) -> tuple[dict[str, Any], Seen, Backups]:
    """Everything at once on an instance that serves and trains.

    Returns: the figures, all that was answered, and the backups that were taken.
    """
    say(f"{options.n_clients} clients for {options.minutes:g} minutes")
    folder = instance.with_name("backups")
    folder.mkdir()
    backups = Backups(instance, folder)
    seen = Seen()
    siege = Siege(
        port=port,
        admin_cookie=admin_cookie,
        until=time.monotonic() + 60 * options.minutes,
        seen=seen,
        pause_seconds=options.pause_ms / 1000,
    )
    wal = _Largest(instance / "inkloop.db-wal")
    # In a thread of its own: whoever calls may be inside an event loop already.
    thread = threading.Thread(target=asyncio.run, args=[_all(siege, options, backups)])
    began = time.monotonic()
    thread.start()
    while thread.is_alive():
        wal.look()
        thread.join(0.2)
    return _figures(seen, time.monotonic() - began, wal.n_bytes), seen, backups


async def _all(siege: Siege, options: Options, backups: Backups) -> None:
    n_contributors = options.n_clients - options.n_reviewers - 1
    await asyncio.gather(
        *(besiegers.contributor(siege, number) for number in range(n_contributors)),
        *(besiegers.reviewer(siege, number) for number in range(options.n_reviewers)),
        besiegers.exporter(siege, options.export_every_seconds),
        besiegers.importer(siege, options.n_imported),
        besiegers.runner(siege),
        besiegers.now_and_then(siege, options.backup_every_seconds, backups.take),
    )


@dataclass(slots=True)
class _Largest:
    """How large a file became. Looked at by name: only SQLite may open it."""

    path: Path
    n_bytes: int = 0

    def look(self) -> None:
        if self.path.exists():
            self.n_bytes = max(self.n_bytes, self.path.stat().st_size)


def judge(instance: Path, log: Path, seen: Seen, backups: Backups, say: Say) -> dict[str, Any]:
    """What the logs say, what the database holds, and what every backup holds once restored.

    Call it when nothing runs on the instance any more.
    """
    say("comparing with what was acknowledged")
    settings = _settings(instance)
    said = log.read_text(encoding="utf-8", errors="replace")
    locked = [line for line in said.splitlines() if any(word in line for word in LOCKED)]
    database = Database(settings)
    with database.read() as session:
        runs = Counter(session.execute(text("SELECT status FROM runs")).scalars())
    database.dispose()
    return {
        "locked": [*seen.busy, *locked][: besiegers.MOST_KEPT],
        "n_locked": len(seen.busy) + len(locked),
        "faults": seen.faults,
        "n_faults": seen.n_faults,
        "acknowledged": len(seen.drawn),
        "database": asdict(check(settings, seen)),
        "runs": dict(runs),
        "imports": dict(seen.imports),
        "n_imported": seen.n_imported,
        "backups": backups.restore_all(seen, say),
        "backups_failed": backups.failures,
    }


def _figures(seen: Seen, seconds: float, wal_bytes: int) -> dict[str, Any]:
    kinds = {
        kind: {
            "n": len(times),
            "p50_ms": float(np.percentile(times, 50)),
            "p99_ms": float(np.percentile(times, 99)),
            "slowest_ms": max(times),
            "statuses": {str(status): n for status, n in sorted(seen.statuses[kind].items())},
        }
        for kind, times in sorted(seen.times_ms.items())
    }
    return {"seconds": seconds, "kinds": kinds, "wal_mb": wal_bytes / 1e6}


def _settings(instance: Path) -> Settings:
    return Settings.from_env({}, instance=instance)


def _inkloop(instance: Path, *words: str) -> str:
    """Run a command on an instance. Returns: empty, or what it said when it failed."""
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
    """Answers and their times, kind by kind."""
    rows: list[Row] = [("what", "answers of 2xx", "a second", "p50 ms", "p99 ms", "slowest ms",
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
    """What went on beside the clients."""
    backups = result["backups"]
    seconds = [one["seconds"] for one in backups]
    named = {
        "runs": ", ".join(f"{n} {status}" for status, n in sorted(result["runs"].items())),
        "imports": ", ".join(f"{n} {status}" for status, n in sorted(result["imports"].items())),
        "drawings imported": f"{result['n_imported']:,}",
        "drawings in the end": f"{result['database']['n_drawings']:,}",
        "backups": f"{len(backups)}, {min(seconds):.1f} to {max(seconds):.1f} s each"
        if backups
        else "none",
        "the WAL at its largest": f"{result['wal_mb']:.0f} MB",
    }
    return [("what", "how much"), *named.items()]


def aims(result: Mapping[str, Any]) -> list[Row]:
    """What was wanted beside what came of it."""
    backups = result["backups"]
    n_bad = sum(1 for one in backups if one["n_missing"] or one["n_wrong"] or one["problems"])
    whole = result["database"]
    figures: list[tuple[str, float]] = [
        ("words of a locked database in answers and logs", result["n_locked"]),
        ("answers that nobody announced: 5xx, broken connections", result["n_faults"]),
        ("acknowledged drawings missing", whole["n_missing"]),
        ("acknowledged drawings with another label", whole["n_wrong"]),
        ("problems in the database afterwards", len(whole["problems"])),
        (f"of {len(backups)} backups restored, not of one whole moment", n_bad),
        ("backups that failed", len(result["backups_failed"])),
    ]
    p99_ms = {kind: one["p99_ms"] for kind, one in result["kinds"].items()}
    return [
        *(at_most(what, 0.0, float(reached), "{:.0f}") for what, reached in figures),
        at_most("p99 of contributors' reads, ms", 200.0, p99_ms["read"], "{:.0f}"),
        at_most("p99 of reviewers' lists, ms", 200.0, p99_ms["list"], "{:.0f}"),
    ]
