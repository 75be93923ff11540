"""The README's table of settings is the settings."""

from __future__ import annotations

import re

from core.base.settings import PREFIX, Settings
from tests.support.running import ROOT

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


def test_every_file_that_the_readme_links_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)

    assert [name for name in linked if not (ROOT / name).exists()] == []
