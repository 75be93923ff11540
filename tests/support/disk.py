"""What reaches the disk, and when: syncs and renames as the process under test makes them."""

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
    """A list that grows: for each sync what `named` makes of its descriptor, and each `RENAME`."""
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
