"""Trainers that die during a run: no partial version counts, and the run is not lost."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.runs import lifecycle as runs
from core.schedule import due
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import ModelVersion, Promotion, Run, RunLine
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.running import guarded
from tests.support.stored import sweep_later
from tests.support.tiny_world import easy_digits

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0
"""Importing torch takes two seconds, but up to a minute on a busy machine."""
STOP_SECONDS = 4.0


def _settings(instance: Path) -> Settings:
    return Settings.from_env({}, instance=instance, secret_key=SECRET)


def _environ(instance: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        **guarded(),
        "INKLOOP_INSTANCE": str(instance),
        "INKLOOP_SECRET_KEY": SECRET,
        "INKLOOP_TRAIN_THREADS": "1",
    }


def _command(*flags: str) -> list[str]:
    return [sys.executable, "-m", "tests.faults.tiny_trainer", *flags]


def _once(instance: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command("--once", *flags),
        cwd=ROOT,
        env=_environ(instance),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextmanager
def _trainer(instance: Path, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    with (instance / "trainer.log").open("ab") as log:
        process = subprocess.Popen(
            _command(*flags), cwd=ROOT, env=_environ(instance), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def first_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a first model, from a process of its own, and thirty new drawings."""
    instance = tmp_path_factory.mktemp("killed") / "instance"
    settings = _settings(instance)
    migrate.upgrade(settings)
    done = _once(instance)
    assert done.returncode == 0, done.stderr
    database = Database(settings)
    inks, labels = easy_digits(30, np.random.default_rng(1), slant=0.5)
    with database.write() as session:
        for ink, label in zip(inks, labels, strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
    database.dispose()
    return instance


@pytest.fixture
def instance(first_instance: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first_instance, tmp_path / "instance"))


@pytest.fixture
def database(instance: Path) -> Iterator[Database]:
    database = Database(_settings(instance))
    yield database
    database.dispose()


def _run(database: Database) -> Run | None:
    """The newest run after the first model's."""
    with database.read() as session:
        return session.scalars(
            select(Run).where(Run.id > 1).order_by(Run.id.desc()).limit(1)
        ).one_or_none()


def _wait_for_phase(database: Database, phase: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        run = _run(database)
        if run is not None and (run.phase == phase or run.finished_at is not None):
            return
        time.sleep(0.002)
    raise AssertionError(f"the run never came to {phase}")


def _log(database: Database, run: Run) -> list[str]:
    """Names of the lines in the run's log, oldest first."""
    with database.read() as session:
        lines = select(RunLine.name).where(RunLine.run_id == run.id).order_by(RunLine.id)
        return list(session.scalars(lines))


def _check_nothing_half_made(instance: Path, database: Database) -> None:
    store = sweep_later(_settings(instance))
    with database.read() as session:
        rows = session.scalars(select(ModelVersion)).all()
        promoted = set(session.scalars(select(Promotion.version)))
        running = runs.open_run(session)
    assert running is None
    assert store.versions() == [row.version for row in rows]
    assert not list(store.root.rglob("*.partial"))
    assert promoted <= {row.version for row in rows}
    for row in rows:
        store.verify(row.version, row.manifest_sha256)


@pytest.mark.parametrize("phase", ["gather", "train", "evaluate", "export", "publish"])
def test_a_run_killed_in_any_phase_is_completed_by_the_next_start(
    instance: Path, database: Database, phase: str
) -> None:
    with _trainer(instance, "--once", "--force") as process:
        _wait_for_phase(database, phase)
        process.send_signal(signal.SIGKILL)
        process.wait()

    done = _once(instance)

    run = _run(database)
    assert done.returncode == 0, done.stderr
    assert run is not None
    assert run.status == "promoted", run.message
    assert run.n_attempts <= 2
    log = _log(database, run)
    assert ("resumed" in log, log[-1]) == (run.n_attempts == 2, "ended")
    _check_nothing_half_made(instance, database)
    with database.read() as session:
        assert drawing_queries.n_new(session) == 0


def test_a_run_killed_twice_fails_and_its_drawings_stay_new(
    instance: Path, database: Database
) -> None:
    for _ in range(2):
        with _trainer(instance, "--once", "--force") as process:
            n_before = getattr(_run(database), "n_attempts", 0)
            deadline = time.monotonic() + START_SECONDS
            while getattr(_run(database), "n_attempts", 0) == n_before:
                assert time.monotonic() < deadline
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.wait()

    done = _once(instance)

    run = _run(database)
    assert done.returncode == 1
    assert run is not None
    assert (run.status, run.failure) == ("failed", "broken_off")
    assert "died 2 times" in str(run.message)
    _check_nothing_half_made(instance, database)
    with database.read() as session:
        assert drawing_queries.n_new(session) == 24


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_trainer_ends_in_time_and_its_run_continues_later(
    instance: Path, database: Database, number: signal.Signals
) -> None:
    with database.write() as session:
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=5, now=utc_now())
    with _trainer(instance) as process:
        _wait_for_phase(database, "train")
        process.send_signal(number)
        began = time.monotonic()
        code = process.wait(timeout=30)
        seconds = time.monotonic() - began
    stopped = _run(database)

    done = _once(instance, "--json")

    assert (code, seconds < STOP_SECONDS) == (0, True), seconds
    assert stopped is not None
    assert (stopped.status, stopped.n_attempts) == ("queued", 0)
    assert [name for name in _log(database, stopped) if name in {"stopped", "resumed"}] == [
        "stopped",
        "resumed",
    ]
    assert json.loads(done.stdout)["run_id"] == stopped.id
    _check_nothing_half_made(instance, database)


def test_a_trainer_stops_in_time_while_it_imports(instance: Path, database: Database) -> None:
    with _trainer(instance) as process:
        deadline = time.monotonic() + START_SECONDS
        while b"schedule" not in (instance / "trainer.log").read_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        code = process.wait(timeout=30)

    assert code == 0
    assert time.monotonic() - began < STOP_SECONDS


def test_once_without_a_due_run_prints_json(instance: Path, database: Database) -> None:
    with database.write() as session:
        due.schedule(session).min_new_drawings = 25

    done = _once(instance, "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {"run_id": None, "version": None, "verdict": None}


def test_once_exits_with_75_while_another_trainer_holds_the_lease(
    instance: Path, database: Database
) -> None:
    with _trainer(instance, "--once", "--force"):
        _wait_for_phase(database, "train")

        done = _once(instance, "--force")

    assert done.returncode == 75
    assert "another trainer is at work" in done.stderr
