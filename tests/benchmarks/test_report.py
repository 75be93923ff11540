"""The page of benchmarks says what the records say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.aims import at_least, at_most
from benchmarks.report import SECTIONS, page

DOCS = Path(__file__).resolve().parents[2] / "docs"
RECORDS = DOCS.parent / "benchmarks" / "records"


def test_the_page_agrees_with_the_records() -> None:
    """If this fails: `inkloop bench report`."""
    assert (DOCS / "benchmarks.md").read_text() == page(RECORDS)


def test_every_record_has_a_section() -> None:
    assert {path.stem for path in RECORDS.glob("*.json")} <= {one.name for one in SECTIONS}


def test_a_record_is_told_with_machine_versions_and_date() -> None:
    kept = json.loads((RECORDS / "familiarity.json").read_text())
    written = page(RECORDS)

    assert kept["machine"] in written
    assert f"torch {kept['versions']['torch']}" in written
    assert kept["ended_at"][:10] in written


def test_another_figure_in_a_record_is_another_page(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(RECORDS, tmp_path / "records"))
    before = page(folder)
    record = folder / "familiarity.json"
    kept = json.loads(record.read_text())
    kept["result"]["digits"]["MNIST test set"]["refused"] = 0.25
    record.write_text(json.dumps(kept))

    assert page(folder) != before
    assert "| MNIST test set refused | ≤ 1.0% | 25.0% | 24.0% |" in page(folder)


@pytest.mark.parametrize("begun", [True, False])
def test_what_is_not_measured_to_its_end_is_named(tmp_path: Path, begun: bool) -> None:
    if begun:
        (tmp_path / "speed.json").write_text(json.dumps({"question": {}, "pieces": {}}))

    assert "Not measured yet: `inkloop bench speed`." in page(tmp_path)


def test_a_missed_aim_tells_by_how_much() -> None:
    assert at_least("caught", 0.9, 0.85) == ("caught", "≥ 90.0%", "85.0%", "5.0%")
    assert at_least("caught", 0.9, 0.95)[-1] == ""
    assert at_most("lost", 0.1, 0.25, "{:.2f}")[-1] == "0.15"
