"""The command `inkloop`, run as by a person or a script."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.base.errors import NotSignedIn
from core.base.settings import Settings
from core.cli.main import main
from core.people import accounts
from core.storage import instance_lock
from core.storage.database import Database
from core.storage.model_store import ModelStore
from tests.support import factories
from tests.support.running import ROOT, run_inkloop
from tests.support.stored import version_file

PASSWORD = "a few words in a row\n"


def inkloop(settings: Settings, *words: str, stdin: str = "") -> Result:
    """Run the command on an instance."""
    environment = {"INKLOOP_INSTANCE": str(settings.instance)}
    return CliRunner().invoke(main, words, input=stdin, env=environment)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (["data", "export", "nowhere/at/all.parquet"], "nowhere/at/all.parquet.partial"),
        (["db", "backup", "/dev/null/backup"], "/dev/null"),
    ],
)
def test_an_unusable_path_is_reported_in_one_sentence(
    settings: Settings, database: Database, words: list[str], path: str
) -> None:
    done = inkloop(settings, *words)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {path} cannot be used: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_instance_that_is_not_a_folder_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("a letter")

    done = run_inkloop(tmp_path / "instance", "models", "list")

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {tmp_path}/instance cannot be used: ")


@pytest.mark.parametrize("command", ["serve", "trainer", "up"])
def test_nothing_starts_on_a_file_that_is_not_a_database(tmp_path: Path, command: str) -> None:
    (tmp_path / "inkloop.db").write_bytes(b"a letter to a friend")

    done = run_inkloop(tmp_path, command)

    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Error: {tmp_path}/inkloop.db is not a database, or is damaged: "
    )
    assert (tmp_path / "inkloop.db").read_bytes() == b"a letter to a friend"


@pytest.fixture
def two_versions(settings: Settings, database: Database) -> Settings:
    """An instance with versions 1 and 2. 2 is live, and 1 was live before."""
    store = ModelStore(settings.models_dir)
    for version in (1, 2):
        published = store.publish(version, {"model.onnx": b"onnx"}, {"version": version})
        with database.write() as session:
            factories.make_version(session, version, manifest_sha256=published.manifest_sha256)
    return settings


def test_the_command_needs_neither_flask_nor_torch() -> None:
    code = "import core.cli.main, sys; print({'flask', 'torch', 'apscheduler'} & set(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"


def test_an_unknown_setting_is_reported_in_one_sentence(tmp_path: Path) -> None:
    done = run_inkloop(tmp_path, "doctor", INKLOOP_PROT="8000")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: unknown setting INKLOOP_PROT")
    assert len(done.stderr.splitlines()) == 1


def test_an_account_is_created_and_can_sign_in(settings: Settings, database: Database) -> None:
    done = inkloop(
        settings, "admin", "create", "ada@x.org", "--role", "admin", "--password-stdin",
        stdin=PASSWORD,
    )  # fmt: skip

    assert done.exit_code == 0, done.stderr
    with database.read() as session:
        assert accounts.check_password(session, "ada@x.org", PASSWORD.strip()) == 1


def test_an_account_is_not_created_twice(settings: Settings) -> None:
    words = ("admin", "create", "ada@x.org", "--role", "reviewer", "--password-stdin")
    inkloop(settings, *words, stdin=PASSWORD)

    done = inkloop(settings, *words, stdin=PASSWORD)

    assert done.exit_code == 1
    assert "has an account already" in done.stderr


def test_a_short_password_is_refused_with_advice(settings: Settings) -> None:
    done = inkloop(
        settings, "admin", "create", "ada@x.org", "--role", "admin", "--password-stdin", stdin="1\n"
    )

    assert done.exit_code == 1
    assert "12 to 256 characters" in done.stderr


def test_a_new_password_replaces_the_old_one(settings: Settings, database: Database) -> None:
    words = ("ada@x.org", "--password-stdin")
    inkloop(settings, "admin", "create", *words, "--role", "admin", stdin=PASSWORD)

    done = inkloop(settings, "admin", "passwd", *words, stdin="another few words\n")

    assert done.exit_code == 0, done.stderr
    with database.read() as session:
        assert accounts.check_password(session, "ada@x.org", "another few words") == 1
        with pytest.raises(NotSignedIn):
            accounts.check_password(session, "ada@x.org", PASSWORD.strip())


def test_versions_are_listed_newest_first(two_versions: Settings) -> None:
    done = inkloop(two_versions, "models", "list", "--json")

    items = json.loads(done.stdout)["items"]
    assert [(item["version"], item["status"]) for item in items] == [(2, "live"), (1, "retired")]


def test_a_version_is_shown_with_its_scores(two_versions: Settings) -> None:
    done = inkloop(two_versions, "models", "show", "2", "--json")

    assert json.loads(done.stdout)["scores"]["mnist_test"]["n_correct"] == 9950


def test_an_unknown_version_is_reported_in_one_sentence(settings: Settings) -> None:
    done = inkloop(settings, "models", "promote", "9")

    assert (done.exit_code, done.stderr) == (1, "Error: there is no version 9\n")


def test_a_rollback_makes_the_previous_version_live(two_versions: Settings) -> None:
    done = inkloop(two_versions, "models", "rollback", "--reason", "odd answers", "--json")

    assert json.loads(done.stdout) == {"version": 1, "previous_version": 2}


def test_a_damaged_version_is_not_promoted(two_versions: Settings) -> None:
    version_file(ModelStore(two_versions.models_dir), 1, "model.onnx").write_bytes(b"oops")

    done = inkloop(two_versions, "models", "promote", "1")

    assert done.exit_code == 1
    assert "its bytes have changed" in done.stderr
    items = json.loads(inkloop(two_versions, "models", "list", "--json").stdout)["items"]
    assert items[0]["status"] == "live"


def test_verify_names_the_damaged_version(two_versions: Settings) -> None:
    version_file(ModelStore(two_versions.models_dir), 1, "model.onnx").write_bytes(b"oops")

    done = inkloop(two_versions, "models", "verify")

    assert done.exit_code == 1
    assert "version 1: model.onnx of version 1 is not what was published" in done.stdout
    assert "version 2: unchanged since it was published" in done.stdout


def test_the_anchor_is_moved(two_versions: Settings) -> None:
    inkloop(two_versions, "models", "anchor", "2", "--reason", "clearly better")

    items = json.loads(inkloop(two_versions, "models", "list", "--json").stdout)["items"]
    assert [item["is_anchor"] for item in items] == [True, False]


def test_a_database_is_set_up_once(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path / "instance")

    first = inkloop(settings, "db", "upgrade")
    second = inkloop(settings, "db", "upgrade")

    assert "went from revision none to" in first.stdout
    assert "already" in second.stdout


def test_backup_and_restore_report_what_they_copied(two_versions: Settings, tmp_path: Path) -> None:
    made = inkloop(two_versions, "db", "backup", str(tmp_path / "backup"))
    restored = inkloop(two_versions, "db", "restore", str(tmp_path / "backup"))

    assert made.stdout.startswith("Backed up 0 drawings and 2 versions")
    assert restored.stdout.startswith("Restored 0 drawings and 2 versions")


def test_a_taken_port_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        done = run_inkloop(tmp_path / "instance", "up", INKLOOP_PORT=port)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: port {port} of 127.0.0.1 is taken")
    assert len(done.stderr.splitlines()) == 1


def test_a_second_inkloop_on_the_same_folder_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with instance_lock.hold_up(tmp_path):
        done = run_inkloop(tmp_path, "up")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: another Inkloop (process ")
    assert len(done.stderr.splitlines()) == 1
