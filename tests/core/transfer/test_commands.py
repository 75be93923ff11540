"""`inkloop data import|export|re-ink` on the command line."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.cli.main import main
from core.imaging import IMAGING_VERSION
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.transfer.re_ink import re_ink
from tests.conftest import SECRET
from tests.core.transfer.files import fill, inks, kept, npz, pictures
from tests.support.datasets import Digits, digits, table
from tests.support.datasets import npz as npz_of
from tests.support.running import INKLOOP, wait_until
from tests.support.sample_reader import publish_reader


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """`run("data", "export", …)`: its output and exit code."""
    monkeypatch.setenv("INKLOOP_INSTANCE", str(settings.instance))
    monkeypatch.setenv("INKLOOP_SECRET_KEY", SECRET)
    return lambda *words: CliRunner().invoke(main, list(words))


def n_drawings(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(func.count()).where(Drawing.ink != b"")).one()


def test_a_file_is_imported_and_exported_again(run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "digits.npz"
    file.write_bytes(npz(20))

    imported = run("data", "import", str(file))
    exported = run("data", "export", str(tmp_path / "ones.parquet"), "--label", "1")

    assert (imported.exit_code, exported.exit_code) == (0, 0), imported.output + exported.output
    assert "20 new, 0 known" in imported.output
    assert pq.read_table(tmp_path / "ones.parquet").column("label").to_pylist() == [1, 1]


def test_check_reports_the_content_and_stores_nothing(run, database, tmp_path: Path) -> None:
    file = tmp_path / "digits.npz"
    file.write_bytes(npz(20))

    checked = run("data", "import", "--check", str(file))

    assert checked.exit_code == 0
    assert "20 drawings" in checked.output
    assert "Nothing was stored" in checked.output
    assert n_drawings(database) == 0


@pytest.fixture
def transposed(settings: Settings, database: Database, tmp_path: Path) -> Path:
    """A file of digits with rows and columns swapped, and a live version that reads digits."""
    publish_reader(settings, database)
    made = digits(40)
    file = tmp_path / "emnist.npz"
    file.write_bytes(npz_of(images=made.images.transpose(0, 2, 1), labels=made.labels))
    return file


def test_a_preview_says_what_is_odd_and_which_option_repairs_it(
    run, database: Database, transposed: Path
) -> None:
    shown = run("data", "import", "--preview", str(transposed))

    assert shown.exit_code == 0, shown.output
    assert "% of 40 labels agree with version 1" in shown.output
    assert "Warning: " in shown.output
    assert "(--transpose)" in shown.output
    assert n_drawings(database) == 0


def test_an_odd_file_is_not_stored_without_a_decision(
    run, database: Database, transposed: Path
) -> None:
    refused = run("data", "import", str(transposed))

    assert refused.exit_code == 1
    assert "nothing was stored. Import it again with --transpose" in refused.output
    assert n_drawings(database) == 0


@pytest.mark.parametrize(
    "options", [("--transpose",), ("--turn", "transpose"), ("--as-it-is",),
                ("--confirm", "store anyway")]
)  # fmt: skip
def test_an_option_decides_on_an_odd_file(
    run, database: Database, transposed: Path, options: tuple[str, ...]
) -> None:
    done = run("data", "import", *options, str(transposed))

    assert done.exit_code == 0, done.output
    assert "40 new, 0 known" in done.output
    assert n_drawings(database) == 40


def test_inverting_scaling_shifting_and_a_label_column_are_options(
    run, settings: Settings, database: Database, tmp_path: Path
) -> None:
    publish_reader(settings, database)
    made = digits(40)
    grey = Digits(90 - made.images // 4, [(label + 1) % 10 for label in made.labels])
    file = tmp_path / "odd.csv"
    file.write_text(table(grey, label="last"))

    done = run("data", "import", "--invert", "--scale", "--shift-labels", "-1", "--label-column",
               "last", str(file))  # fmt: skip

    assert done.exit_code == 0, done.output
    with database.read() as session:
        labels = session.scalars(select(Drawing.label).order_by(Drawing.number)).all()
    assert labels == made.labels


def test_a_confirmation_in_other_words_is_refused(run, transposed: Path) -> None:
    refused = run("data", "import", "--confirm", "yes", str(transposed))

    assert refused.exit_code == 1
    assert '"store anyway"' in refused.output


def test_a_hostile_archive_is_refused_with_a_reason(run, database, tmp_path: Path) -> None:
    file = tmp_path / "evil.zip"
    file.write_bytes(pictures("../7/a.png"))

    refused = run("data", "import", str(file))

    assert refused.exit_code == 1
    assert "a path out of its folder" in refused.output
    assert n_drawings(database) == 0


def test_an_export_of_nothing_leaves_no_file(run, tmp_path: Path) -> None:
    refused = run("data", "export", str(tmp_path / "none.npz"))

    assert refused.exit_code == 1
    assert "nothing to export" in refused.output
    assert list(tmp_path.glob("none*")) == []


def test_an_export_is_written_to_a_pipe(settings: Settings, database: Database) -> None:
    with database.write() as session:
        fill(session)

    done = subprocess.run(
        [INKLOOP, "data", "export", "-", "--format", "npz"],
        env={**os.environ, "INKLOOP_INSTANCE": str(settings.instance)},
        capture_output=True,
        check=True,
    )

    assert done.stdout.startswith(b"PK")


def test_an_import_killed_in_the_middle_is_continued_by_the_next_one(
    run, settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "digits.npz"
    file.write_bytes(npz(1500))
    process = subprocess.Popen(
        [INKLOOP, "data", "import", str(file)],
        env={**os.environ, "INKLOOP_INSTANCE": str(settings.instance)},
    )
    wait_until(lambda: n_drawings(database) >= 250, "some are stored")
    process.send_signal(signal.SIGKILL)
    process.wait()
    in_the_middle = n_drawings(database)
    with database.write() as session:  # fifteen seconds later
        session.scalars(select(Transfer)).one().heartbeat_at = None

    other = tmp_path / "other.npz"
    other.write_bytes(npz(3, ink=inks(3, seed=9)))
    done = run("data", "import", str(other))

    assert in_the_middle < 1500
    assert "Continuing import 1" in done.output
    assert n_drawings(database) == 1503
    with database.read() as session:
        assert set(session.scalars(select(Transfer.status))) == {TransferStatus.DONE}


def test_re_inking_recomputes_the_ink_of_another_imaging_version(run, database: Database) -> None:
    with database.write() as session:
        fill(session)
    with database.read() as session:
        before = kept(session)
    with database.write() as session:
        for drawing in session.scalars(select(Drawing)):
            drawing.imaging_version = 0
            if drawing.strokes is not None:
                drawing.ink = bytes(783) + b"\1"

    done = run("data", "re-ink")

    with database.read() as session:
        after = session.scalars(select(Drawing).order_by(Drawing.number)).all()
    assert done.exit_code == 0, done.output
    assert "Recomputed the ink of 5 drawings" in done.output
    now = IMAGING_VERSION
    assert [row.imaging_version for row in after] == [now, now, 0, now, now, 0, now]
    assert all(row.ink != bytes(783) + b"\1" for row in after)
    assert [(row.label, row.split, row.status) for row in after] == [
        (row[3], row[5], row[4]) for row in before
    ]


def test_re_inking_again_does_nothing(database: Database) -> None:
    with database.write() as session:
        fill(session)

    assert re_ink(database).n_done == 0
