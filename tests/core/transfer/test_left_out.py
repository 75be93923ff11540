"""What an import leaves out is listed with reasons, all of it, and kept for 30 days."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Transfer
from core.transfer import jobs, left_out, uploads
from core.transfer.importing import Importer
from tests.core.transfer.files import import_file, take, zip_of
from tests.support.datasets import digits, pictures

N_BAD = 45


def some_bad(n: int = N_BAD) -> bytes:
    made = pictures(digits(5), lambda label, place: f"{label}/{place}.png")
    return zip_of(made | {f"7/bad{place:03d}.png": b"no picture" for place in range(n)})


def listed(settings: Settings, transfer: Transfer) -> list[str]:
    path = left_out.file_of(settings, transfer.found)
    assert path is not None
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["reason"]
    return [reason for (reason,) in rows]


def files(settings: Settings) -> list[Path]:
    return list(uploads.folder(settings).iterdir())


def test_every_reason_is_in_the_list(settings: Settings, database: Database) -> None:
    done = import_file(settings, database, some_bad())

    reasons = listed(settings, done)
    assert (done.found or {})["n_refused"] == len(reasons) == N_BAD
    assert len((done.found or {})["refusals"]) == 20
    assert reasons[44].startswith("7/bad044.png: ")


def test_a_formula_in_a_name_is_inert(settings: Settings, database: Database) -> None:
    data = zip_of({"7/a.png": b"", "=cmd()/7.png": b"no picture"})

    done = import_file(settings, database, data)

    assert listed(settings, done)[-1].startswith("'=cmd()")


def test_an_import_that_left_nothing_out_has_no_list(
    settings: Settings, database: Database
) -> None:
    done = import_file(settings, database, some_bad(0))

    assert (done.found or {})["left_out"] is None
    assert files(settings) == []


def test_a_refused_file_without_a_usable_drawing_has_its_list(
    settings: Settings, database: Database
) -> None:
    done = import_file(settings, database, zip_of({"7/a.png": b"no picture"}))

    assert done.status == TransferStatus.REFUSED
    assert len(listed(settings, done)) == 1


def test_the_list_is_bounded(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_out, "MAX_BYTES", 500)

    done = import_file(settings, database, some_bad())

    reasons = listed(settings, done)
    assert 3 < len(reasons) < 20
    assert "the list ends" in reasons[-1]
    assert (done.found or {})["n_refused"] == N_BAD


def test_undoing_an_import_deletes_its_list(settings: Settings, database: Database) -> None:
    done = import_file(settings, database, some_bad())

    with database.write() as session:
        jobs.ask_to_undo(session, done.id, by="user:1", now=utc_now())
    undone = Importer(settings, database).run(done.id)

    assert undone is not None
    assert undone.status == TransferStatus.UNDONE
    assert left_out.file_of(settings, undone.found) is None
    assert files(settings) == []


@pytest.mark.parametrize(
    ("age", "is_kept"), [(timedelta(days=29), True), (timedelta(days=31), False)]
)
def test_the_list_is_kept_for_thirty_days(
    settings: Settings, database: Database, age: timedelta, is_kept: bool
) -> None:
    done = import_file(settings, database, some_bad())
    with database.write() as session:
        session.scalars(select(Transfer)).one().created_at = utc_now() - age
    for path in files(settings):
        os.utime(path, (0, 0))

    uploads.sweep(settings, database)

    assert (left_out.file_of(settings, done.found) is not None) is is_kept


def test_a_trial_of_another_label_column_counts_nothing_twice(
    settings: Settings, database: Database
) -> None:
    """Names with two digits are read in two ways to find the label."""
    made = pictures(digits(12), lambda label, n: f"{n * 7 % 10}_{label}_{n + 100}.png")
    data = zip_of(made | {f"{n}_{n}_bad.png": b"no picture" for n in range(3)})

    transfer_id = take(settings, database, data, stores_at_once=False)
    done = Importer(settings, database).run(transfer_id)

    assert done is not None
    assert (done.found or {})["n_refused"] == 3
    assert np.sum((done.found or {})["by_label"]) == 12
