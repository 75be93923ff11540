"""Chinese is written in the pages, which render it from names and figures, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.running import ROOT

CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
FOLDERS = ("benchmarks", "core", "docs", "migrations", "scripts", "server", "tests", "trainer")
TEXTS = {".html", ".js", ".json", ".mako", ".md", ".py", ".sh", ".toml", ".txt"}
READS_THE_PAGES = ROOT / "tests" / "browser"
READS_DATA_SETS = {
    "core/transfer/formats/tables.py",
    "core/transfer/formats/words.py",
    "docs/data.md",
    "tests/core/transfer/test_picture_archives.py",
    "tests/core/transfer/test_tables.py",
    "tests/support/datasets.py",
}
"""Names of columns and folders as people write them in data sets: input, not translation."""


def texts() -> Iterator[Path]:
    """Files of text outside the pages' sources."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS)
    yield ROOT / "Makefile"
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS)


def test_only_the_pages_and_their_tests_have_chinese_characters() -> None:
    written = [
        str(path.relative_to(ROOT))
        for path in texts()
        if READS_THE_PAGES not in path.parents and CHINESE.search(path.read_text("utf-8"))
    ]

    assert set(written) == READS_DATA_SETS
