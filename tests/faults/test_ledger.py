"""Acknowledged drawings are durable: kill all processes repeatedly, and count."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import select

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Drawing
from tests.support.running import Running, free_port, run_inkloop

N_KILLS = 6
N_CLIENTS = 6
STROKE = [[[60, 40], [180, 40], [120, 240]]]


class Client(threading.Thread):
    """Posts drawings until stopped, each again until it is acknowledged."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.chance = random.Random(number)
        self.ledger: dict[str, int] = {}
        self.is_over = threading.Event()
        self.session = requests.Session()

    def run(self) -> None:
        pending: dict[str, Any] | None = None
        while not self.is_over.is_set() or pending is not None:
            pending = pending or {
                "id": str(UUID(int=self.chance.getrandbits(128), version=4)),
                "strokes": STROKE,
                "width": 280,
                "height": 280,
                "label": self.chance.randrange(10),
                "prediction": None,
            }
            try:
                if "inkloop_contributor" not in self.session.cookies:
                    self.session.get(f"{self.url}/api/v1/me", timeout=5)
                answer = self.session.post(f"{self.url}/api/v1/drawings", json=pending, timeout=5)
            except requests.RequestException:
                self.is_over.wait(0.05)
                continue
            if answer.status_code in (200, 201):
                self.ledger[pending["id"]] = pending["label"]
                pending = None


def test_each_acknowledged_drawing_is_stored_once_after_kills(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    run_inkloop(instance, "db", "upgrade")
    chance = random.Random(7)
    port = str(free_port())
    clients = [Client(f"http://127.0.0.1:{port}", number) for number in range(N_CLIENTS)]

    for kill in range(N_KILLS + 1):
        server = Running("serve", instance, INKLOOP_PORT=port)
        server.wait()
        if kill == 0:
            for client in clients:
                client.start()
        if kill < N_KILLS:
            threading.Event().wait(chance.uniform(0.3, 1.5))
            server.kill()
    for client in clients:
        client.is_over.set()
    for client in clients:
        client.join(30)
    server.stop()

    database = Database(Settings.from_env({}, instance=instance))
    with database.read() as session:
        stored = session.execute(select(Drawing.id, Drawing.label)).all()
    database.dispose()
    acknowledged = {id_: label for client in clients for id_, label in client.ledger.items()}
    assert len(acknowledged) > 100
    assert len(stored) == len({row.id for row in stored})
    assert acknowledged == {row.id: row.label for row in stored if row.id in acknowledged}
