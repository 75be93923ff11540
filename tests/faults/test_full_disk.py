"""A full disk: reads continue, writes are refused whole, and work resumes without a restart."""

from __future__ import annotations

import resource
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.support.running import Running, run_inkloop, running, wait_until

STROKE = [[[60, 40], [180, 40], [120, 240]]]
N_BEFORE = 20
ROOM_BYTES = 4096
"""Room of the largest file: less than a commit writes."""


@pytest.fixture
def inkloop(tmp_path: Path) -> Iterator[Running]:
    instance = tmp_path / "instance"
    run_inkloop(instance, "db", "upgrade")
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        yield server


def drawing() -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "strokes": STROKE,
        "width": 280,
        "height": 280,
        "label": 7,
        "prediction": None,
    }


def let_files_grow_to(inkloop: Running, n_bytes: int) -> None:
    """Limit the file size of all processes of the server by `RLIMIT_FSIZE`."""
    parent = psutil.Process(inkloop.process.pid)
    for process in (parent, *parent.children(recursive=True)):
        process.rlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))


def test_on_a_full_disk_reads_continue_and_writes_resume_once_there_is_room(
    inkloop: Running,
) -> None:
    person = requests.Session()
    person.get(f"{inkloop.url}/api/v1/me", timeout=10)
    drawings = f"{inkloop.url}/api/v1/drawings"
    for _ in range(N_BEFORE):
        assert person.post(drawings, json=drawing(), timeout=10).status_code == 201
    wal = inkloop.instance / "inkloop.db-wal"

    let_files_grow_to(inkloop, wal.stat().st_size + ROOM_BYTES)
    refused = drawing()
    answer = person.post(drawings, json=refused, timeout=10)

    assert (answer.status_code, answer.json()["error"]) == (507, "StorageFull")
    assert "make room" in answer.json()["message"]
    mine = person.get(f"{drawings}/mine", timeout=10)
    assert (mine.status_code, len(mine.json()["items"])) == (200, N_BEFORE)
    assert inkloop.answers("/healthz")

    let_files_grow_to(inkloop, resource.RLIM_INFINITY)
    wait_until(
        lambda: person.post(drawings, json=refused, timeout=10).status_code == 201,
        "a drawing is stored again",
        seconds=10,
    )
    assert len(person.get(f"{drawings}/mine", timeout=10).json()["items"]) == N_BEFORE + 1
