"""Each check of `inkloop doctor` finds its problem and says what to do."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import shutil
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.base.clock import utc_now
from core.base.settings import Settings
from core.cli.commands.doctor import doctor
from core.cli.doctor import Finding, examine
from core.storage.audit import audit
from core.storage.database import Database, has_wal_reset_bug, sqlite_driver
from core.storage.model_store import ModelStore
from core.symbols.digits import mnist
from tests.support import factories
from tests.support.stored import version_file


def find(settings: Settings, name: str) -> Finding:
    """Return the finding of one check."""
    return next(finding for finding in examine(settings) if finding.name == name)


@pytest.fixture
def version_1(settings: Settings, database: Database) -> ModelStore:
    """The store with a version that has a row."""
    store = ModelStore(settings.models_dir)
    published = store.publish(1, {"model.onnx": b"onnx"}, {"version": 1})
    with database.write() as session:
        factories.make_version(session, 1, manifest_sha256=published.manifest_sha256)
    return store


def test_a_fresh_machine_fails_nowhere(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path / "fresh")

    levels = {finding.name: finding.level for finding in examine(settings)}

    assert "fail" not in levels.values()
    assert not settings.instance.exists()


def test_whole_models_are_ok(settings: Settings, version_1: ModelStore) -> None:
    assert find(settings, "models").level == "ok"


def test_a_changed_model_fails_by_name(settings: Settings, version_1: ModelStore) -> None:
    version_file(version_1, 1, "model.onnx").write_bytes(b"oops")

    found = find(settings, "models")

    assert found.level == "fail"
    assert "model.onnx of version 1" in found.sentence


def test_an_old_schema_is_a_warning(settings: Settings, database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    found = find(settings, "database")

    assert found.level == "warn"
    assert "inkloop db upgrade" in found.sentence


def test_a_database_of_a_newer_inkloop_fails(settings: Settings, database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    found = find(settings, "database")

    assert found.level == "fail"
    assert "a newer Inkloop" in found.sentence


def test_a_file_that_is_not_a_database_fails(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path)
    settings.database_path.write_bytes(b"not a database at all, but long enough to be looked at")

    found = find(settings, "database")

    assert found.level == "fail"
    assert "restore a backup" in found.sentence


def test_a_secret_key_that_others_can_read_fails(settings: Settings, tmp_path: Path) -> None:
    keeping = Settings.from_env({}, instance=tmp_path / "keeping")
    keeping.secret()
    keeping.secret_path.chmod(0o644)

    found = find(keeping, "secret key")

    assert found.level == "fail"
    assert "chmod 600" in found.sentence


def test_a_taken_port_is_a_warning(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = settings.model_copy(update={"port": other.getsockname()[1]})

        found = find(taken, "port")

    assert found.level == "warn"
    assert "INKLOOP_PORT" in found.sentence


def test_a_cut_mnist_file_fails(settings: Settings) -> None:
    settings.mnist_cache.mkdir()
    for name in mnist.MD5:
        (settings.mnist_cache / name).write_bytes(b"cut")

    found = find(settings, "mnist")

    assert found.level == "fail"
    assert "inkloop data fetch" in found.sentence


def test_an_unknown_zone_fails(settings: Settings, database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE schedule SET timezone = 'Mars/Olympus'"))

    assert find(settings, "time zone").level == "fail"


def test_a_database_that_is_not_writable_fails(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.doctor.os.access", lambda *_: False)

    found = find(settings, "database")

    assert found.level == "fail"
    assert "chown" in found.sentence


def test_an_overwritten_page_fails(settings: Settings) -> None:
    data = bytearray(settings.database_path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8192] = b"x" * 8192
    settings.database_path.write_bytes(data)

    found = find(settings, "integrity")

    assert found.level == "fail"
    assert "restore a backup" in found.sentence


def test_a_broken_reference_fails(settings: Settings) -> None:
    with contextlib.closing(sqlite_driver.connect(settings.database_path)) as loose:
        loose.execute("INSERT INTO promotions (version, kind, reason, by, at) "
                      "VALUES (9, 'gate', '', 'gate', 0)")  # fmt: skip
        loose.commit()

    found = find(settings, "integrity")

    assert found.level == "fail"
    assert "promotions" in found.sentence


def test_a_damaged_shared_state_fails_and_loses_no_data(settings: Settings) -> None:
    settings.shared_state_path.write_bytes(b"half a page " * 1000)

    found = find(settings, "shared")

    assert found.level == "fail"
    assert "no data is lost" in found.sentence


def test_a_clock_behind_the_audit_log_fails(settings: Settings, database: Database) -> None:
    with database.write() as session:
        later = utc_now() + timedelta(days=2)
        audit(session, by="user:1", action="login", subject="user:1", now=later)

    found = find(settings, "clock")

    assert found.level == "fail"
    assert "set the clock" in found.sentence


@pytest.mark.parametrize(
    ("package", "check", "level"), [("flask", "packages", "fail"), ("torch", "trainer", "warn")]
)
def test_a_missing_package_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, package: str, check: str, level: str
) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == package:
            raise importlib.metadata.PackageNotFoundError
        return real(name)

    monkeypatch.setattr("core.cli.doctor.importlib.metadata.version", version)

    found = find(settings, check)

    assert found.level == level
    assert found.sentence.startswith(f"{package} missing")
    assert "make setup" in found.sentence


def test_a_sqlite_that_can_lose_commits_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.doctor.sqlite_version", lambda: "3.40.1")

    found = find(settings, "sqlite")

    assert found.level == "fail"
    assert "pysqlite3" in found.sentence


def test_a_folder_that_is_not_writable_fails_and_one_open_to_all_is_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.instance.chmod(0o777)
    open_to_all = find(settings, "instance")
    monkeypatch.setattr("core.cli.doctor.os.access", lambda *_: False)
    closed = find(settings, "instance")

    assert (open_to_all.level, closed.level) == ("warn", "fail")
    assert "chmod o-w" in open_to_all.sentence


def test_a_nearly_full_disk_fails(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(settings.instance)
    monkeypatch.setattr("core.cli.doctor.shutil.disk_usage", lambda _: usage._replace(free=10**8))

    found = find(settings, "disk")

    assert (found.level, found.sentence) == ("fail", "0.1 GB free: make room")


def test_the_command_prints_json_and_exits_with_1_on_a_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLOOP_INSTANCE", str(settings.instance))
    settings.shared_state_path.write_bytes(b"half a page " * 1000)

    done = CliRunner().invoke(doctor, ["--json"])
    settings.shared_state_path.unlink()
    well = CliRunner().invoke(doctor, [])

    levels = {finding["name"]: finding["level"] for finding in json.loads(done.stdout)}
    assert (done.exit_code, levels["shared"], levels["integrity"]) == (1, "fail", "ok")
    assert (well.exit_code, "fail" in well.stdout) == (0, False)


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        ("3.40.1", True),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.50.7", False),
        ("3.50.6", True),
        ("3.44.6", False),
        ("3.53.4", False),
    ],
)
def test_sqlite_versions_that_can_lose_commits_are_known(version: str, has_it: bool) -> None:
    assert has_wal_reset_bug(version) == has_it


def test_the_sqlite_in_use_does_not_lose_commits(settings: Settings) -> None:
    assert find(settings, "sqlite").level == "ok"
