"""The model card agrees with the records."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.model.model_card import NEEDED, card
from trainer.networks.recipes import COMPACT

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "benchmarks" / "records"


def test_the_card_agrees_with_the_records() -> None:
    """If this fails, run `python -m benchmarks report`."""
    assert (ROOT / "docs" / "model-card.md").read_text() == card(RECORDS)


def test_the_card_has_scores_by_half_and_digit_and_the_recipe() -> None:
    home = json.loads((RECORDS / "shift.json").read_text())["result"]["home"]
    written = card(RECORDS)

    for half in ("students", "employees"):
        assert f"| by {half} | {home[half]:.2%} |" in written
    for digit, share in enumerate(home["by_digit"]):
        assert f"| {digit} | {share:.2%} |" in written
    assert f"| n_epochs | {COMPACT.n_epochs} |" in written


def test_the_card_follows_a_changed_record(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(RECORDS, tmp_path / "records"))
    record = folder / "shift.json"
    kept = json.loads(record.read_text())
    kept["result"]["home"]["by_digit"][7] = 0.25
    record.write_text(json.dumps(kept))

    assert "| 7 | 25.00% |" in card(folder)


def test_without_its_records_the_card_names_the_benches_to_run(tmp_path: Path) -> None:
    written = card(tmp_path)

    assert all(f"`make bench NAME={name}`" in written for name in NEEDED)
    assert "{" not in written


def test_the_card_is_linked_from_the_readme() -> None:
    assert "(docs/model-card.md)" in (ROOT / "README.md").read_text()
