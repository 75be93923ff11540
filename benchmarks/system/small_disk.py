"""A disk that fills up while a server stores drawings, and then has room again.

The disk is a tmpfs in a mount namespace of its own, so that nothing stays mounted whatever happens:
root on Linux only. `python -m benchmarks.system.small_disk N` is what runs inside.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.system.killable import Server
from benchmarks.system.ledger import Ledger, body_of, compared
from benchmarks.system.served import free_port
from core.base.errors import InkloopError
from core.base.settings import Settings
from core.storage import migrate

SIZE_MB: Final = 16
BALLAST_MB: Final = 6
"""Of a file that is taken away when there shall be room again."""
MOST: Final = 100_000
"""Drawings after which the disk has to be full."""
AGAIN_SECONDS: Final = 30.0


def measure(n_refused: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Fill a disk, have `n_refused` drawings refused, make room, and send these again.

    Returns: the counts; `{"why_not": …}` where no disk can be mounted.
    """
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return {"why_not": "mounting a small disk takes root on Linux"}
    say("filling a small disk")
    inside = [sys.executable, "-m", "benchmarks.system.small_disk", str(n_refused)]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", *inside],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InkloopError(f"the small disk could not be tried: {done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@dataclass
class _Person:
    """A contributor who asks one thing at a time."""

    port: int
    ledger: Ledger = field(default_factory=Ledger)
    cookie: str = ""

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"} | (
            {"Cookie": self.cookie} if self.cookie else {}
        )
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        if not self.cookie:
            self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        connection.close()
        return answer.status, json.loads(data)

    def hand_over(self, one: str) -> tuple[int, str]:
        """The status, and what a refusal said."""
        status, said = self.ask("POST", "/api/v1/drawings", body_of(one, label=7))
        if status in (200, 201):
            self.ledger.acknowledge(one, 7, status, 1)
        return status, str(said.get("message", ""))


def _fill(disk: Path, n_refused: int) -> dict[str, Any]:
    ballast, instance = disk / "ballast", disk / "instance"
    ballast.write_bytes(bytes(BALLAST_MB << 20))
    settings = Settings.from_env({}, instance=instance)
    migrate.upgrade(settings)
    server = Server(instance, free_port(), n_workers=2)
    try:
        server.wait()
        person = _Person(server.port)
        person.ask("GET", "/api/v1/me")
        refused, sentence, reads = _until_it_is_full(person, n_refused)
        n_stored = len(person.ledger.labels)
        ballast.unlink()
        again_seconds = _send_again(person, refused)
        server.stop()
    finally:
        server.kill()
    found = compared(settings, person.ledger)
    return {
        "size_mb": SIZE_MB,
        "stored": n_stored,
        "refused": sum(status == 507 for status in refused.values()),
        "otherwise": sum(status != 507 for status in refused.values()),
        "sentence": sentence,
        "reads": len(reads),
        "reads_failed": sum(status != 200 for status in reads),
        "lost": found["lost"] + found["doubled"] + found["other_ink"] + found["faults"],
        "not_taken": len(refused.keys() - person.ledger.labels.keys()),
        "again_seconds": again_seconds,
    }


def _until_it_is_full(person: _Person, n_refused: int) -> tuple[dict[str, int], str, list[int]]:
    """Drawings that were not stored with their statuses, the refusal's words, statuses of reads."""
    refused: dict[str, int] = {}
    reads: list[int] = []
    sentence = ""
    for _ in range(MOST):
        one = str(uuid.uuid4())
        status, said = person.hand_over(one)
        if status in (200, 201):
            continue
        refused[one] = status
        sentence = sentence or said
        for path in ("/api/v1/drawings/mine", "/api/v1/stats"):
            reads.append(person.ask("GET", path)[0])
        if len(refused) == n_refused:
            return refused, sentence, reads
    raise InkloopError(f"the disk took {MOST:,} drawings: it is not small")


def _send_again(person: _Person, refused: dict[str, int]) -> float:
    """Send each again until it is stored. Returns: the seconds until the first one was."""
    began = time.perf_counter()
    first = 0.0
    for one in refused:
        while person.hand_over(one)[0] not in (200, 201):
            if time.perf_counter() - began > AGAIN_SECONDS:
                return AGAIN_SECONDS
            time.sleep(0.05)
        first = first or time.perf_counter() - began
    return first


def main(n_refused: int) -> None:
    """Mount the disk, fill it, and print the counts as JSON."""
    with tempfile.TemporaryDirectory(prefix="inkloop-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", folder]
        subprocess.run(mount, check=True)
        try:
            found = _fill(Path(folder), n_refused)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
