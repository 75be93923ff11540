"""The bench `load`: every part on a real server, and its aims."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.system import load
from tests.support.slow_clients import MAX_CLIENTS, SlowClients

SHORT = load.Options(
    n_workers=1,
    seconds=0.5,
    n_readers=2,
    n_drawers=4,
    n_slow=9,
    slow_seconds=0.5,
    n_too_many=128,
    n_promotions=2,
)


@pytest.mark.slow
def test_every_part_is_measured_on_a_real_server(tmp_path: Path) -> None:
    kept = load.run(tmp_path, SHORT, lambda _doing: None)

    result = kept["result"]
    rows = load.table(result)
    assert [len(row) for row in rows] == [5] * 6
    assert all(float(row[1].replace(",", "")) > 0 for row in rows[1:])
    assert set(result["drawings"]["statuses"]) == {"201"}
    assert result["promotions"]["n"] == 2
    assert len(load.aims(result, SHORT)) == 7
    assert (tmp_path / "load.json").exists()


def test_missed_aims_and_wrong_answers_are_reported() -> None:
    part = {"per_second": 900.0, "p50_ms": 1.0, "p99_ms": 20.0, "statuses": {"200": 9}}
    many = part | {"statuses": {"0": 1, "200": 5, "429": 2, "503": 7}, "first_after_ms": 3.0}
    result = {
        "predictions": part | {"worker_mb": 100.0},
        "drawings": part | {"worker_mb": 170.0},
        "slow clients": {"alone": part, "beside": part},
        "too many": many,
        "promotions": {"grown_mb": 21.5, "worker_mb": 90.0},
    }

    missed = [row[-1] for row in load.aims(result, load.Options())]

    assert missed == ["5.0", "100", "10", "", "1", "", "1.5"]


def test_the_number_of_slow_clients_is_limited() -> None:
    with pytest.raises(ValueError, match="at most 300"):
        SlowClients(1, MAX_CLIENTS + 1)
