"""`python -m core.cli.web_process`: runs Granian and its workers. `inkloop serve` execs it."""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

import core.base.without_rich  # noqa: F401  inherited by workers
from core.base import logs
from core.base.errors import SettingsError
from core.base.parent_process import die_with
from core.base.settings import Settings
from core.cli.network import PORT_PATIENCE_SECONDS, require_free_port
from core.storage import instance_lock
from core.storage.shared_state import discard_if_broken

APPLICATION = "server.wsgi:app"
M_ARENA_MAX = -8  # of mallopt(3)
# Heaps of the C library in a worker; its default is up to eight for each core. Threads come and go
# with the load, and what they leave in their heaps adds up to 10 MB of 170 at 64 clients.
N_HEAPS = 2
KILL_WORKERS_AFTER_SECONDS = 2  # `inkloop up` allows five for all processes


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    try:
        settings = Settings.from_env()
        require_free_port(settings.host, settings.port, PORT_PATIENCE_SECONDS)
        lock = instance_lock.hold_part(settings.instance)
    except SettingsError as exc:
        sys.exit(f"Error: {exc}")
    with lock:
        discard_if_broken(settings)
        _serve(settings)


def _serve(settings: Settings) -> None:
    _share_heaps()
    # Threads and backpressure have Granian's defaults: with one thread and a backpressure of 16,
    # 200 slow request bodies raised another client's p99 to 8 s; with the defaults, it was 6 ms.
    Granian(
        APPLICATION,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.workers,
        respawn_failed_workers=True,  # otherwise the first dead worker stops the whole server
        workers_kill_timeout=KILL_WORKERS_AFTER_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig=logs.stdlib_config(settings.log_format, "server"),
    ).serve(target_loader=functools.partial(load_application, os.getpid()))


def _share_heaps() -> None:
    """Limit the heaps of this process and of its workers. Only glibc has heaps and this call."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, N_HEAPS)


def load_application(parent: int, application: str) -> Callable[..., Any]:
    """Import the application in a worker. Granian's main process, `parent`, does not import it."""
    die_with(parent)
    module, name = application.split(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return loaded


if __name__ == "__main__":
    main()
