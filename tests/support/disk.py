"""Record the syncs and renames of the process under test, in order."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import pytest

Named = TypeVar("Named")

RENAME: Final = "rename"


def seen_on_disk(
    monkeypatch: pytest.MonkeyPatch, named: Callable[[int], Named]
) -> list[Named | str]:
    """Return a growing list: `named(descriptor)` for each sync, `RENAME` for each rename."""
    done: list[Named | str] = []
    sync, rename = os.fsync, Path.rename

    def seen_sync(descriptor: int) -> None:
        done.append(named(descriptor))
        sync(descriptor)

    def seen_rename(path: Path, target: Path) -> Path:
        done.append(RENAME)
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(Path, "rename", seen_rename)
    return done
