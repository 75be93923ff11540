"""Whether the disk had a drawing before its sender was told, seen from outside by strace.

A server runs under strace, one drawing at a time is handed over, and each answer of 201 has to come
after a write of that drawing to the database's log (the WAL) and after a sync of all that the log
has, which has ended since. The same look at a server that does not sync its commits shows that it
would be noticed.
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

from benchmarks.system.killable import Server, new_instance
from benchmarks.system.ledger import body_of
from benchmarks.system.served import free_port
from core.base.errors import InkloopError

CALLS: Final = "fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"
LOG: Final = "/inkloop.db-wal>"
END_SECONDS: Final = 20.0

PAGE_BYTES: Final = 4096
"""Of what is written, strace shows a whole page of the database: the drawing's id is in it."""
UNSYNCED: Final = """\
import core.storage.database
from sqlalchemy import Engine, event

core.storage.database.sqlite_engine.__kwdefaults__["synchronous"] = "NORMAL"


@event.listens_for(Engine, "connect")
def never_check_point(connection, _):
    connection.execute("PRAGMA wal_autocheckpoint = 0")
"""
"""What Python runs first in a server that shall not sync its commits: no setting allows it.

A checkpoint syncs the log first, whatever is set, and comes within the commit that brings the log
to 1,000 pages: of 200 answers 3 did come after such a sync, and rightly did not count as early.
"""

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


def order(lines: Iterable[str], ids: Iterable[str]) -> dict[str, int]:
    """Read what `strace -f -y` wrote while drawings of these ids were handed over in turn.

    Returns: `told`, the answers of 201; `syncs` that ended well, of all that the log had; and
        `early`, how many answers began while the log did not have their drawing, or held
        something unsynced.
    """
    told = early = syncs = 0
    is_written, is_synced = False, True
    syncing: set[str] = set()
    coming = iter(ids)
    one = next(coming, None)
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        process, call, rest = found.groups()
        if call == "pwrite64" and LOG in rest:
            is_written = is_written or (one is not None and one in rest)
            is_synced = False
            syncing.clear()  # a sync that has begun already may leave this out
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
            one = next(coming, None)
    return {"told": told, "early": early, "syncs": syncs}


def _traced(n_drawings: int, first: str) -> dict[str, int]:
    with new_instance() as instance, tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        (Path(folder) / "sitecustomize.py").write_text(first)
        path = os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])
        strace = [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-y",
            "-s",
            str(PAGE_BYTES),
            "-e",
            f"trace={CALLS}",
        ]
        server = Server(
            instance,
            free_port(),
            n_workers=1,
            under=[*strace, "-o", str(trace)],
            more={"PYTHONPATH": path},
        )
        try:
            server.wait()
            ids = _hand_over(server.port, n_drawings)
            # strace ends by itself, with all of its lines written, once what it traces is gone.
            for pid in server.pids()[:-1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            server.process.wait(END_SECONDS)
        finally:
            server.kill()
        with trace.open(errors="replace") as lines:
            return order(lines, ids)


def _hand_over(port: int, n_drawings: int) -> list[str]:
    """Store so many drawings, one at a time. Returns: their ids in turn."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/v1/me")
    hello = connection.getresponse()
    hello.read()
    cookie = (hello.getheader("Set-Cookie") or "").partition(";")[0]
    ids = [str(uuid.uuid4()) for _ in range(n_drawings)]
    for one in ids:
        headers = {"Content-Type": "application/json", "Cookie": cookie}
        connection.request("POST", "/api/v1/drawings", body_of(one, label=7), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise InkloopError(f"a drawing was answered with {answer.status}")
    connection.close()
    return ids
