"""Locks on an instance folder: one `inkloop up` at a time, and no restore while a part runs.

The kernel holds the locks (flock), so a killed process leaves none behind. The files stay: if one
were removed, two processes could lock two files of the same name.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from core.base.errors import SettingsError

UP = "inkloop.lock"
PARTS = "parts.lock"


def hold_up(instance: Path) -> IO[str]:
    """Lock the folder for one `inkloop up`, until the file is closed or the process ends.

    Raises: SettingsError, naming the process that has the lock.
    """
    file = _open(instance, UP)
    if not _lock(file, fcntl.LOCK_EX):
        file.seek(0)
        pid = file.read().strip() or "unknown"
        file.close()
        raise SettingsError(
            f"another Inkloop (process {pid}) is running in {instance.resolve()}: stop it, or "
            "set INKLOOP_INSTANCE to another folder"
        )
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def hold_part(instance: Path) -> IO[str]:
    """Lock the folder against a restore while a server or trainer runs; survives an exec.

    Raises: SettingsError, while a backup is being restored.
    """
    file = _open(instance, PARTS)
    if not _lock(file, fcntl.LOCK_SH):
        file.close()
        raise SettingsError(f"a backup is being restored into {instance.resolve()}: wait for it")
    os.set_inheritable(file.fileno(), True)
    return file


def hold_alone(instance: Path) -> tuple[IO[str], IO[str]]:
    """Lock the folder for a restore, against every other process of Inkloop.

    Raises: SettingsError, if one is running.
    """
    up = hold_up(instance)
    parts = _open(instance, PARTS)
    if not _lock(parts, fcntl.LOCK_EX):
        up.close()
        parts.close()
        raise SettingsError(
            f"a server or trainer is running in {instance.resolve()}: stop it, then try again"
        )
    return up, parts


def _open(instance: Path, name: str) -> IO[str]:
    instance.mkdir(parents=True, exist_ok=True)
    return (instance / name).open("a+", encoding="ascii")


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
