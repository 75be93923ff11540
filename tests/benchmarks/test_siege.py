"""The bench `siege` in six seconds: everything at once, and every backup restored.

A real server with two workers, a real trainer, contributors and reviewers, imports and undos,
exports and backups.
"""

from __future__ import annotations

import shutil
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


@pytest.fixture(scope="module")
def result(first_model: FirstModel, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The bench's result."""
    folder = tmp_path_factory.mktemp("siege")
    instance = Path(shutil.copytree(first_model.instance, folder / "instance"))
    with running("up", instance, INKLOOP_WORKERS="2") as inkloop:
        admin = Admin(inkloop)
        inkloop.wait("/api/v1/models/champion")
        cookie = f"inkloop_session={admin.session.cookies['inkloop_session']}"
        figures, log, backups = siege.put_under_load(
            instance, inkloop.port, cookie, OPTIONS, say=lambda _: None
        )
    return figures | siege.check_everything(
        instance, inkloop.log_path, log, backups, say=lambda _: None
    )


def test_no_client_gets_a_lock_error_or_an_unannounced_refusal(result: dict[str, Any]) -> None:
    assert (result["locked"], result["faults"]) == ([], [])
    assert set(result["kinds"]) == set(siege.KINDS)


def test_everything_acknowledged_is_stored_completely(result: dict[str, Any]) -> None:
    assert result["acknowledged"] > 20
    assert sum(result["runs"].values()) > 1
    assert result["database"] == {
        "n_drawings": result["database"]["n_drawings"],
        "n_missing": 0,
        "n_wrong": 0,
        "problems": [],
    }


def test_every_backup_restores_to_one_consistent_moment(
    result: dict[str, Any],
) -> None:
    backups = result["backups"]

    assert result["backups_failed"] == []
    assert backups[-1]["n_drawings"] > 0
    assert [one for one in backups if one["n_missing"] or one["n_wrong"] or one["problems"]] == []
