"""A setting that is misspelt or malformed stops the start with a sentence."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from core.base.errors import SettingsError
from core.base.settings import Settings


def test_an_unknown_name_stops_the_start_and_is_named() -> None:
    with pytest.raises(SettingsError, match="unknown setting INKLOOP_PROT"):
        Settings.from_env({"INKLOOP_PROT": "8000"})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "eight", "expected a valid integer"),
        ("PORT", "70000", "expected less than or equal to 65535"),
        ("RATE_LIMITS", "yes", "expected 'on' or 'off'"),
        ("WORKERS", "0", "expected greater than or equal to 1"),
        ("DATABASE_URL", "mysql://x", "begins with sqlite:///"),
        ("INSTANCE", "", "expected a folder"),
        ("SECRET_KEY", "short", "at least 32 characters"),
    ],
)
def test_a_malformed_value_says_what_is_expected(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected) as caught:
        Settings.from_env({f"INKLOOP_{name}": value})

    assert f"INKLOOP_{name}" in str(caught.value)


def test_a_refused_secret_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"INKLOOP_SECRET_KEY": "hunter2"})

    assert "hunter2" not in str(caught.value)


def test_variables_of_other_programs_are_left_alone() -> None:
    assert Settings.from_env({"PORT": "1", "HOME": "/"}).port == 8000


def test_the_secret_is_generated_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path)

    first = settings.secret()

    assert settings.secret() == first
    assert len(first) == 64
    assert stat.S_IMODE(settings.secret_path.stat().st_mode) == 0o600


def _read_secret(folder: str) -> bytes:
    return Settings.from_env({}, instance=folder).secret()


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        secrets = pool.map(_read_secret, [str(tmp_path)] * 8)

    assert len(set(secrets)) == 1


def test_two_instances_never_share_a_secret(tmp_path: Path) -> None:
    assert _read_secret(str(tmp_path / "a")) != _read_secret(str(tmp_path / "b"))
