"""The checks of `inkloop doctor`. Each gives one finding, and says what to do about a problem."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.base.clock import utc_now
from core.base.errors import DataError, InkloopError, ModelFileError, SettingsError
from core.base.settings import Settings
from core.cli.network import require_free_port
from core.storage import migrate
from core.storage.database import Database, has_wal_reset_bug, sqlite_engine, sqlite_version
from core.storage.model_store import ModelStore
from core.storage.tables import AuditEvent, ModelVersion, Schedule
from core.symbols import digits

Level = Literal["ok", "warn", "fail"]
LEAST_FREE_BYTES = 1_000_000_000  # a guess: models, backups and WAL of some weeks fit
ENOUGH_FREE_BYTES = 5_000_000_000
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # an earlier clock is wrong: the code is younger
MOST_AHEAD = timedelta(minutes=5)
PACKAGES = ("flask", "granian", "onnxruntime", "sqlalchemy", "numpy", "pillow")
TRAINER_PACKAGES = ("torch", "torchvision", "apscheduler", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    level: Level
    sentence: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Run all checks in order. No check changes anything."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _python,
        _packages,
        _trainer_packages,
        _sqlite,
        _instance,
        _secret,
        _disk,
        _database,
        _integrity,
        _shared,
        _models,
        _mnist,
        _clock,
        _timezone,
        _port,
    )
    for check in checks:
        yield check(settings)


def _python(_settings: Settings) -> Finding:
    return Finding("python", "ok", f"Python {platform.python_version()} on {platform.system()}")


def _versions(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    found, missing = [], []
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return found, missing


def _packages(_settings: Settings) -> Finding:
    found, missing = _versions(PACKAGES)
    if missing:
        return Finding("packages", "fail", f"{', '.join(missing)} missing: run `make setup`")
    return Finding("packages", "ok", ", ".join(found))


def _trainer_packages(_settings: Settings) -> Finding:
    found, missing = _versions(TRAINER_PACKAGES)
    if missing:
        sentence = f"{', '.join(missing)} missing: this machine can serve, but not train"
        return Finding("trainer", "warn", f"{sentence} (`make setup` installs them)")
    return Finding("trainer", "ok", ", ".join(found))


def _sqlite(_settings: Settings) -> Finding:
    version = sqlite_version()
    if has_wal_reset_bug(version):
        return Finding(
            "sqlite",
            "fail",
            f"SQLite {version} can lose commits when several processes write (fixed in 3.51.3): "
            "install the package pysqlite3, or a newer SQLite",
        )
    return Finding("sqlite", "ok", f"SQLite {version}")


def _instance(settings: Settings) -> Finding:
    folder = settings.instance.resolve()
    nearest = folder if folder.exists() else _nearest_parent(folder)
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("instance", "fail", f"{nearest} is not writable: change its owner or mode")
    if not folder.exists():
        return Finding("instance", "ok", f"{folder} will be created at the first start")
    if folder.stat().st_mode & stat.S_IWOTH:
        return Finding("instance", "warn", f"every user can write in {folder}: run chmod o-w on it")
    return Finding("instance", "ok", f"{folder} is writable")


def _nearest_parent(folder: Path) -> Path:
    return next(parent for parent in folder.parents if parent.exists())


def _secret(settings: Settings) -> Finding:
    path = settings.secret_path
    if settings.secret_key:
        return Finding("secret key", "ok", "set by INKLOOP_SECRET_KEY")
    if not path.exists():
        return Finding("secret key", "ok", "will be created at the first start")
    if path.stat().st_mode & 0o077:
        return Finding("secret key", "fail", f"other users can read {path}: run chmod 600 on it")
    return Finding("secret key", "ok", f"{path}, readable by its owner only")


def _disk(settings: Settings) -> Finding:
    folder = settings.instance.resolve()
    free = shutil.disk_usage(folder if folder.exists() else _nearest_parent(folder)).free
    level: Level = "ok"
    if free < ENOUGH_FREE_BYTES:
        level = "fail" if free < LEAST_FREE_BYTES else "warn"
    advice = "" if level == "ok" else ": make room"
    return Finding("disk", level, f"{free / 1e9:.1f} GB free{advice}")


def _database(settings: Settings) -> Finding:
    try:
        revision = migrate.current(settings)
    except (SQLAlchemyError, InkloopError) as exc:
        return Finding(
            "database", "fail", f"{settings.database_path} cannot be read ({exc}): restore a backup"
        )
    if revision is None:
        return Finding("database", "ok", "will be created at the first start")
    if not os.access(settings.database_path, os.R_OK | os.W_OK):
        sentence = f"{settings.database_path} is not writable: run chown for the user of Inkloop"
        return Finding("database", "fail", sentence)
    if not migrate.is_known(revision):
        return Finding("database", "fail", migrate.newer(revision))
    if revision != migrate.head():
        return Finding(
            "database",
            "warn",
            f"at revision {revision}, not {migrate.head()}: run `inkloop db upgrade`",
        )
    return Finding("database", "ok", f"{settings.database_path} at revision {revision}")


def _integrity(settings: Settings) -> Finding:
    if not settings.database_path.exists():
        return Finding("integrity", "ok", "there is no database yet")
    faults = _faults(settings.database_path)
    if faults:
        sentence = f"{'; '.join(faults)}: stop Inkloop, then restore a backup"
        return Finding("integrity", "fail", sentence)
    return Finding("integrity", "ok", "every page and every reference is valid")


def _shared(settings: Settings) -> Finding:
    path = settings.shared_state_path
    if not path.exists():
        return Finding("shared", "ok", "the shared state will be created at the first start")
    faults = _faults(path)
    if faults:
        advice = "restart Inkloop, which creates a new one; no data is lost"
        return Finding("shared", "fail", f"{path.name}: {'; '.join(faults)}: {advice}")
    return Finding("shared", "ok", f"{path.name} is valid")


def _faults(path: Path) -> list[str]:
    """Return what SQLite finds damaged: three findings and one broken reference at most."""
    engine = sqlite_engine(path, "BEGIN")
    try:
        with engine.begin() as connection:
            rows = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars()
            faults = [str(fault) for fault in rows if fault != "ok"]
            orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    except SQLAlchemyError as exc:
        return [str(getattr(exc, "orig", exc))]
    finally:
        engine.dispose()
    if orphan is not None:
        faults.append(f"a row of {orphan[0]} refers to a row that does not exist")
    return faults


def _has_tables(settings: Settings) -> bool:
    try:
        return migrate.current(settings) == migrate.head()
    except (SQLAlchemyError, InkloopError):
        return False


def _models(settings: Settings) -> Finding:
    if not _has_tables(settings):
        return Finding("models", "ok", "none yet")
    database = Database(settings)
    try:
        with database.read() as session:
            rows = session.execute(select(ModelVersion.version, ModelVersion.manifest_sha256)).all()
    finally:
        database.dispose()
    store = ModelStore(settings.models_dir)
    problems = []
    for version, manifest_sha256 in rows:
        try:
            store.verify(version, manifest_sha256)
        except ModelFileError as exc:
            problems.append(str(exc))
    if problems:
        return Finding("models", "fail", "; ".join(problems))
    return Finding("models", "ok", f"{len(rows)} versions, no file has changed")


def _mnist(settings: Settings) -> Finding:
    if not settings.mnist_cache.exists():
        return Finding("mnist", "warn", "not fetched yet: run `inkloop data fetch`")
    try:
        n_images = digits.verify(settings)
    except DataError as exc:
        return Finding("mnist", "fail", f"{exc} (`inkloop data fetch` fetches it again)")
    detail = f"{n_images:,} digits; all four files have their published MD5 sums"
    return Finding("mnist", "ok", detail)


def _clock(settings: Settings) -> Finding:
    now = utc_now()
    if now < EARLIEST:
        return Finding("clock", "fail", f"it shows {now:%Y-%m-%d %H:%M} UTC: set the clock")
    newest = _newest(settings)
    if newest is not None and newest > now + MOST_AHEAD:
        return Finding(
            "clock",
            "fail",
            f"it shows {now:%Y-%m-%d %H:%M} UTC, but the log has entries of "
            f"{newest:%Y-%m-%d %H:%M}: set the clock, or wait until then",
        )
    return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _newest(settings: Settings) -> datetime | None:
    """Return the time of the newest entry of the audit log."""
    if not _has_tables(settings):
        return None
    database = Database(settings)
    try:
        with database.read() as session:
            return session.scalars(select(func.max(AuditEvent.at))).one()
    finally:
        database.dispose()


def _timezone(settings: Settings) -> Finding:
    name = ""
    if _has_tables(settings):
        database = Database(settings)
        try:
            with database.read() as session:
                name = session.scalars(select(Schedule.timezone)).one_or_none() or ""
        finally:
            database.dispose()
    if not name:
        return Finding("time zone", "ok", f"the machine's, {'/'.join(time.tzname)}")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError):
        return Finding(
            "time zone",
            "fail",
            f"this machine does not know the schedule's time zone {name}: choose another one",
        )
    return Finding("time zone", "ok", f"the schedule's, {name}")


def _port(settings: Settings) -> Finding:
    try:
        require_free_port(settings.host, settings.port)
    except SettingsError as exc:
        return Finding("port", "warn", f"{exc} (ignore this while Inkloop is running there)")
    return Finding("port", "ok", f"{settings.port} of {settings.host} is free")
