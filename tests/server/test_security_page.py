"""docs/security.md names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST_FILE = re.compile(r"`([\w/]*test_\w+\.py)")


def test_every_test_that_the_page_names_exists():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    named = set(TEST_FILE.findall(page))

    assert len(named) > 20
    assert {name for name in named if not (ROOT / "tests" / name).is_file()} == set()
