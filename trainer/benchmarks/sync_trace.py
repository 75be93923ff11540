"""Whether the disk had a drawing before its sender was told, seen from outside by strace.

A server runs under strace, one drawing at a time is handed over, and each answer of 201 has to come
after a write to the database's log (the WAL) and after a sync that has ended since. The same look
at a server that does not sync its commits shows that it would be noticed.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from core.errors import InkloopError
from trainer.benchmarks.killable import Server, new_instance
from trainer.benchmarks.ledger import body_of
from trainer.benchmarks.served import free_port

CALLS: Final = "fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"
LOG: Final = "/inkloop.db-wal>"
END_SECONDS: Final = 20.0

UNSYNCED: Final = """\
import core.db

core.db.sqlite_engine.__kwdefaults__["synchronous"] = "NORMAL"
"""
"""What Python runs first in a server that shall not sync its commits: no setting allows it."""

_LINE: Final = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$")


def measure(n_drawings: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Both looks, by the name of SQLite's setting; `{"why_not": …}` where strace is missing."""
    if shutil.which("strace") is None:
        return {"why_not": "strace is not installed"}
    found = {}
    for synchronous, first in (("FULL", ""), ("NORMAL", UNSYNCED)):
        say(f"tracing a server whose commits are {synchronous}")
        found[synchronous] = _traced(n_drawings, first)
    return found


def order(lines: Iterable[str]) -> dict[str, int]:
    """Read what `strace -f -y` wrote.

    Returns: `told`, the answers of 201; `syncs` of the log that ended well; and `early`, how many
        answers began while the log held something unsynced, or nothing new since the last answer.
    """
    told = early = syncs = 0
    is_written, is_synced = False, True
    syncing: set[str] = set()
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        process, call, rest = found.groups()
        if call == "pwrite64" and LOG in rest:
            is_written, is_synced = True, False
        elif call in ("fsync", "fdatasync"):
            if LOG in rest and "unfinished" in rest:
                syncing.add(process)
            elif (LOG in rest or process in syncing) and rest.endswith("= 0"):
                syncing.discard(process)
                syncs += 1
                is_synced = True
        elif "HTTP/1.1 201" in rest:
            told += 1
            early += not (is_written and is_synced)
            is_written = False
    return {"told": told, "early": early, "syncs": syncs}


def _traced(n_drawings: int, first: str) -> dict[str, int]:
    with new_instance() as instance, tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        (Path(folder) / "sitecustomize.py").write_text(first)
        path = os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])
        strace = ["strace", "-f", "--seccomp-bpf", "-y", "-s", "40", "-e", f"trace={CALLS}"]
        server = Server(
            instance,
            free_port(),
            n_workers=1,
            under=[*strace, "-o", str(trace)],
            more={"PYTHONPATH": path},
        )
        try:
            server.wait()
            _hand_over(server.port, n_drawings)
            # strace ends by itself, with all of its lines written, once what it traces is gone.
            for pid in server.pids()[:-1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            server.process.wait(END_SECONDS)
        finally:
            server.kill()
        return order(trace.read_text(errors="replace").splitlines())


def _hand_over(port: int, n_drawings: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/v1/me")
    hello = connection.getresponse()
    hello.read()
    cookie = (hello.getheader("Set-Cookie") or "").partition(";")[0]
    for _ in range(n_drawings):
        drawing = body_of(str(uuid.uuid4()), label=7)
        headers = {"Content-Type": "application/json", "Cookie": cookie}
        connection.request("POST", "/api/v1/drawings", drawing, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise InkloopError(f"a drawing was answered with {answer.status}")
    connection.close()
