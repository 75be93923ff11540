"""docs/benchmarks.md agrees with the records."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.bench import at_least, at_most
from benchmarks.record import finished_record
from benchmarks.registry import BENCHES
from benchmarks.report import page

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "benchmarks" / "records"
PAGE = ROOT / "docs" / "benchmarks.md"
MAX_LINES = 200


def test_the_page_agrees_with_the_records() -> None:
    """If this fails, run `python -m benchmarks report`."""
    assert PAGE.read_text() == page(RECORDS)


def test_the_page_is_short() -> None:
    assert len(page(RECORDS).splitlines()) <= MAX_LINES


def test_every_record_belongs_to_a_bench() -> None:
    assert {path.stem for path in RECORDS.glob("*.json")} == {bench.name for bench in BENCHES}


@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
def test_every_aim_of_a_record_is_on_the_page(bench) -> None:
    record = finished_record(RECORDS / f"{bench.name}.json")
    assert record is not None
    written = page(RECORDS)

    aims = bench.aims(record["result"], bench.options_of(record))

    assert aims
    for row in aims:
        assert f"| `{bench.name}` | {' | '.join(row)} |" in written


@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
def test_every_table_of_a_record_has_a_heading_and_full_rows(bench) -> None:
    record = finished_record(RECORDS / f"{bench.name}.json")
    assert record is not None

    for caption, rows in bench.tables(record["result"], bench.options_of(record)):
        assert len(rows) > 1, caption
        assert {len(row) for row in rows} == {len(rows[0])}, caption


def test_what_was_tried_and_left_is_on_the_page() -> None:
    left = [one for bench in BENCHES for one in bench.tried if not one.is_kept]
    written = page(RECORDS)

    assert len(left) > 40
    assert [one.what for one in left if one.what not in written] == []


def test_the_page_names_machine_versions_and_date() -> None:
    record = json.loads((RECORDS / "familiarity.json").read_text())
    written = page(RECORDS)

    assert record["machine"] in written
    assert f"torch {record['versions']['torch']}" in written
    assert record["ended_at"][:10] in written


def test_the_page_follows_a_changed_record(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(RECORDS, tmp_path / "records"))
    before = page(folder)
    path = folder / "familiarity.json"
    record = json.loads(path.read_text())
    record["result"]["digits"]["MNIST test set"]["refused"] = 0.25
    path.write_text(json.dumps(record))

    assert page(folder) != before
    assert "| MNIST test set refused | ≤ 1.0% | 25.0% | 24.0% |" in page(folder)


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_bench_without_a_finished_record_is_named(tmp_path: Path, is_begun: bool) -> None:
    if is_begun:
        (tmp_path / "speed.json").write_text(json.dumps({"question": {}, "pieces": {}}))

    (line,) = (line for line in page(tmp_path).splitlines() if line.startswith("| `speed` |"))
    assert line.endswith("| not measured yet |")


def test_a_missed_aim_says_by_how_much() -> None:
    assert at_least("caught", 0.9, 0.85) == ("caught", "≥ 90.0%", "85.0%", "5.0%")
    assert at_least("caught", 0.9, 0.95)[-1] == ""
    assert at_most("lost", 0.1, 0.25, "{:.2f}")[-1] == "0.15"
