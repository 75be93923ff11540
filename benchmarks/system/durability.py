"""Durability: kill a real server again and again, and look for acknowledged drawings.

SIGKILL ends all processes of the server at random moments while clients send drawings; each client
sends a drawing until it is acknowledged. Afterwards the database is compared with their ledger.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.bench import Bench, Row, Say, Table, at_least, at_most, option
from benchmarks.record import Record
from benchmarks.system.ledger import LedgerClients, compare
from benchmarks.system.server import KillableServer, free_port
from core.base.settings import Settings
from core.storage import migrate

FLUSH_SECONDS: Final = 60.0
EARLY_EVERY: Final = 10
"""One kill in this many comes while the server still starts."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    n_kills: int = 200
    n_workers: int = 2
    n_clients: int = 32
    longest_seconds: float = 3.5
    """Longest time between a server's first answer and its kill."""
    seed: int = 0


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure. Returns: the record."""
    record = Record(folder / "durability.json", asdict(options))
    return record.finish({"kills": record.piece("kills", lambda: _kills(options, say))})


def _kills(options: Options, say: Say) -> dict[str, Any]:
    rng = np.random.default_rng(options.seed)
    port = free_port()
    starts: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder,
        LedgerClients(port, options.n_clients, options.seed) as clients,
    ):
        settings = Settings.from_env({}, instance=Path(folder))
        migrate.upgrade(settings)
        for kill in range(1, options.n_kills + 1):
            server = KillableServer(settings.instance, port, options.n_workers)
            try:
                if kill % EARLY_EVERY == 0:
                    time.sleep(rng.uniform(0.0, 1.5))
                else:
                    starts.append(server.wait())
                    time.sleep(rng.uniform(0.0, options.longest_seconds))
            finally:
                server.kill()
            say(f"killed {kill} times, {len(clients.ledger.labels):,} drawings acknowledged")
        server = KillableServer(settings.instance, port, options.n_workers)
        try:
            starts.append(server.wait())
            clients.finish(FLUSH_SECONDS)
            server.stop()
        finally:
            server.kill()
        say("comparing the database with the ledger")
        found = compare(settings, clients.ledger)
    return {
        **found,
        "n_kills": options.n_kills,
        "start_seconds_median": float(np.median(starts)),
        "start_seconds_most": max(starts),
    }


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """Nothing acknowledged is lost, stored twice or changed."""
    kills = result["kills"]
    none = "{:.0f}"
    return [
        at_least("kills", 200, kills["n_kills"], "{:,.0f}"),
        at_least("drawings acknowledged", 100_000, kills["acknowledged"], "{:,.0f}"),
        at_most("acknowledged drawings lost", 0, kills["lost"], none),
        at_most("drawings stored twice", 0, kills["doubled"], none),
        at_most("drawings with another label, or without its event", 0, kills["mislabelled"], none),
        at_most("drawings with another ink", 0, kills["other_ink"], none),
        at_most("errors of SQLite's integrity and foreign key checks", 0, kills["faults"], none),
    ]


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Drawings and starts."""
    kills = result["kills"]
    rows: list[Row] = [
        ("what", "number"),
        ("SIGKILLs of all processes", f"{kills['n_kills']:,}"),
        ("drawings acknowledged", f"{kills['acknowledged']:,}"),
        ("sent again", f"{kills['sent_again']:,}"),
        ("of these stored before the kill", f"{kills['known_already']:,}"),
        ("stored without an acknowledgement", f"{kills['unasked']:,}"),
        ("start after a kill, s, median", f"{kills['start_seconds_median']:.1f}"),
        ("start after a kill, s, longest", f"{kills['start_seconds_most']:.1f}"),
    ]
    return [Table("Kills", rows)]


BENCH: Final = Bench(
    "durability",
    "Acknowledged drawings after 200 SIGKILLs of a real server under 32 clients.",
    Options,
    run,
    aims,
    tables,
    parameters=[
        option("--kills", "n_kills", type=click.IntRange(min=1), help="Kills of all processes.")
    ],
)
