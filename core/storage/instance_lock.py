"""Who works on an instance folder: one `inkloop up` at a time, no restore below a live part.

The locks are the kernel's (flock), so a killed process leaves none behind. The files stay: removing
one would let two processes lock two files of the same name.
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
    """Be the only `inkloop up` on this folder until the file is closed or the process ends.

    Raises: SettingsError, naming the process that is at work already.
    """
    file = _open(instance, UP)
    if not _lock(file, fcntl.LOCK_EX):
        file.seek(0)
        pid = file.read().strip() or "unknown"
        file.close()
        raise SettingsError(
            f"another Inkloop (process {pid}) is at work in {instance.resolve()}: stop it, or "
            "name another folder with INKLOOP_INSTANCE"
        )
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def hold_part(instance: Path) -> IO[str]:
    """Say that a server or trainer is at work here; kept when the process turns into another.

    Raises: SettingsError, while a backup is being restored.
    """
    file = _open(instance, PARTS)
    if not _lock(file, fcntl.LOCK_SH):
        file.close()
        raise SettingsError(f"a backup is being restored into {instance.resolve()}: wait for it")
    os.set_inheritable(file.fileno(), True)
    return file


def hold_alone(instance: Path) -> tuple[IO[str], IO[str]]:
    """Keep every other process of Inkloop away from this folder, for a restore.

    Raises: SettingsError, if one is at work.
    """
    up = hold_up(instance)
    parts = _open(instance, PARTS)
    if not _lock(parts, fcntl.LOCK_EX):
        up.close()
        parts.close()
        raise SettingsError(
            f"a server or trainer is at work in {instance.resolve()}: stop it, then repeat this"
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
