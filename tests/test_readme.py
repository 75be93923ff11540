"""The README's table of settings is complete, and links of the documentation lead to files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.base.settings import PREFIX, Settings
from tests.support.running import ROOT

TESTS = ROOT / "tests"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_in_table() -> dict[str, str]:
    """Name and default of each row, as written: `| `INKLOOP_HOST` | `127.0.0.1` | … |`."""
    rows = re.findall(rf"^\| `{PREFIX}(\w+)` \| ([^|]*) \|", README, re.MULTILINE)
    return {name.lower(): default.strip() for name, default in rows}


def test_the_table_lists_every_setting_and_no_other() -> None:
    assert list(settings_in_table()) == list(Settings.model_fields)


def test_the_table_shows_the_real_defaults() -> None:
    shown = {
        name: default.strip("`")
        for name, default in settings_in_table().items()
        if re.fullmatch(r"`[^`]*`", default)
    }

    settings = Settings.from_env({})

    assert shown == {name: str(getattr(settings, name)) for name in shown}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_is_there(page: Path) -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [name for name in linked if not (page.parent / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`(?:tests/)?((?:[a-z_]+/)*test_[a-z_]+\.py)", page.read_text("utf-8")))
    there = {path.relative_to(ROOT / "tests").as_posix() for path in TESTS.rglob("test_*.py")}
    there |= {path.name for path in TESTS.rglob("test_*.py")}

    assert named - there == set()
