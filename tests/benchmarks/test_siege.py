"""Everything at once on one instance, and every backup of it restored: short form of
`inkloop bench siege`.

A real server with two workers, a real trainer in a run, clients who draw, read, review and change,
imports stored and undone, exports, and backups all the while.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.system import siege
from tests.support.first_model import FirstModel
from tests.support.people import Admin
from tests.support.running import running

pytestmark = pytest.mark.slow

OPTIONS = siege.Options(
    minutes=0.1,
    n_clients=20,
    pause_ms=100.0,
    n_reviewers=2,
    n_imported=600,
    backup_every_seconds=1.0,
    export_every_seconds=2.0,
)


@dataclass(frozen=True)
class Besieged:
    """What came of it."""

    result: dict[str, Any]


@pytest.fixture(scope="module")
def besieged(first_model: FirstModel, tmp_path_factory: pytest.TempPathFactory) -> Besieged:
    folder = tmp_path_factory.mktemp("siege")
    instance = Path(shutil.copytree(first_model.instance, folder / "instance"))
    with running("up", instance, INKLOOP_WORKERS="2") as inkloop:
        admin = Admin(inkloop)
        inkloop.wait("/api/v1/models/champion")
        cookie = f"inkloop_session={admin.session.cookies['inkloop_session']}"
        result, seen, backups = siege.besiege(
            instance, inkloop.port, cookie, OPTIONS, say=lambda _: None
        )
    return Besieged(
        result | siege.judge(instance, inkloop.log_path, seen, backups, say=lambda _: None)
    )


def test_nobody_meets_a_lock_or_an_answer_that_was_not_announced(besieged: Besieged) -> None:
    found = besieged.result

    assert (found["locked"], found["faults"]) == ([], [])
    assert set(found["kinds"]) == set(siege.KINDS)


def test_all_that_was_acknowledged_is_there_and_nothing_by_halves(besieged: Besieged) -> None:
    found = besieged.result

    assert found["acknowledged"] > 20
    assert sum(found["runs"].values()) > 1
    assert found["database"] == {
        "n_drawings": found["database"]["n_drawings"],
        "n_missing": 0,
        "n_wrong": 0,
        "problems": [],
    }


def test_every_backup_taken_meanwhile_restores_to_one_whole_moment(besieged: Besieged) -> None:
    backups = besieged.result["backups"]

    assert besieged.result["backups_failed"] == []
    assert backups[-1]["n_drawings"] > 0
    assert [one for one in backups if one["n_missing"] or one["n_wrong"] or one["problems"]] == []
