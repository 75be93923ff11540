"""`inkloop bench durability`: kill a real server again and again, and count what it had promised.

Every process of the server is ended by SIGKILL at a random moment while clients hand over drawings;
each client sends a drawing until it is acknowledged, then the next. Afterwards the database is held
against the clients' ledger. Two more parts need more than Python: `sync_trace.py` looks from
outside (strace) whether the disk had a drawing before its sender was told, and `small_disk.py`
fills a disk (root). Where they cannot run, the record says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.aims import Row, at_least, at_most
from benchmarks.record import Record
from benchmarks.system import small_disk, sync_trace
from benchmarks.system.killable import Server, new_instance
from benchmarks.system.ledger import Clients, compared
from benchmarks.system.served import free_port
from core.base.settings import Settings

FLUSH_SECONDS: Final = 60.0
EARLY_EVERY: Final = 10
"""One kill in so many comes while the server still starts."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked."""

    n_kills: int = 200
    n_workers: int = 2
    n_clients: int = 32
    longest_seconds: float = 3.5
    """A kill comes at any moment up to then after the server has answered."""
    n_traced: int = 200
    n_refused: int = 200
    seed: int = 0


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure one part after the other. Returns: the record."""
    record = Record(folder / "durability.json", asdict(options))
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "kills": lambda: _kills(options, say),
        "synced": lambda: sync_trace.measure(options.n_traced, say),
        "small disk": lambda: small_disk.measure(options.n_refused, say),
    }
    return record.finish({name: record.piece(name, part) for name, part in parts.items()})


def _kills(options: Options, say: Say) -> dict[str, Any]:
    chance = np.random.default_rng(options.seed)
    port = free_port()
    starts: list[float] = []
    with new_instance() as instance, Clients(port, options.n_clients, options.seed) as clients:
        for kill in range(1, options.n_kills + 1):
            server = Server(instance, port, options.n_workers)
            try:
                if kill % EARLY_EVERY == 0:
                    time.sleep(chance.uniform(0.0, 1.5))
                else:
                    starts.append(server.wait())
                    time.sleep(chance.uniform(0.0, options.longest_seconds))
            finally:
                server.kill()
            say(f"killed {kill} times, {len(clients.ledger.labels):,} acknowledged")
        server = Server(instance, port, options.n_workers)
        try:
            starts.append(server.wait())
            clients.finish(FLUSH_SECONDS)
            server.stop()
        finally:
            server.kill()
        say("holding the database against the ledger")
        found = compared(Settings.from_env({}, instance=instance), clients.ledger)
    return {
        **found,
        "n_kills": options.n_kills,
        "start_seconds_median": float(np.median(starts)),
        "start_seconds_most": max(starts),
    }


def aims(result: Mapping[str, Any]) -> list[Row]:
    """Each promise beside what came of it; what could not run has no row."""
    kills, synced, disk = (result[part] for part in ("kills", "synced", "small disk"))
    whole, none = "{:,.0f}", "{:.0f}"
    rows = [
        at_least("kills", 200, kills["n_kills"], whole),
        at_least("drawings acknowledged", 100_000, kills["acknowledged"], whole),
        at_most("acknowledged and lost", 0, kills["lost"], none),
        at_most("stored twice", 0, kills["doubled"], none),
        at_most("with another label, or without its event", 0, kills["mislabelled"], none),
        at_most("with another ink", 0, kills["other_ink"], none),
        at_most("faults that the database finds in itself", 0, kills["faults"], none),
    ]
    if "why_not" not in synced:
        full, normal = synced["FULL"], synced["NORMAL"]
        rows += [
            at_most("told before the disk had it", 0, full["early"], none),
            at_least("the same when commits are not synced", normal["told"], normal["early"], none),
        ]
    if "why_not" not in disk:
        rows += [
            at_most("full disk: reads that failed", 0, disk["reads_failed"], none),
            at_most("full disk: writes not answered 507", 0, disk["otherwise"], none),
            at_most("full disk: acknowledged and lost", 0, disk["lost"], none),
            at_most("room again: refused drawings not stored", 0, disk["not_taken"], none),
        ]
    return rows


def table(result: Mapping[str, Any]) -> list[Row]:
    """What was counted, part by part."""
    kills = result["kills"]
    rows: list[Row] = [
        ("part", "what came of it"),
        (
            "kills",
            f"{kills['n_kills']} × SIGKILL of all processes; {kills['acknowledged']:,} drawings "
            f"acknowledged, {kills['sent_again']:,} of them sent again, "
            f"{kills['known_already']:,} of these were stored already; "
            f"{kills['unasked']} stored beyond that",
        ),
        (
            "starts after a kill",
            f"median {kills['start_seconds_median']:.1f} s, "
            f"longest {kills['start_seconds_most']:.1f} s",
        ),
    ]
    for synchronous, one in result["synced"].items():
        told = one if synchronous == "why_not" else (
            f"{one['told']} answers of 201, {one['syncs']} syncs of the log; "
            f"{one['early']} told before"
        )  # fmt: skip
        rows.append(("not traced" if synchronous == "why_not" else synchronous, told))
    disk = result["small disk"]
    rows.append(
        ("small disk", f"not tried: {disk['why_not']}")
        if "why_not" in disk
        else (
            "small disk",
            f"{disk['size_mb']} MB: {disk['stored']:,} drawings fit, {disk['refused']} more were "
            f'refused ("{disk["sentence"]}"), {disk["reads"]} reads meanwhile; stored again '
            f"{disk['again_seconds']:.1f} s after there was room",
        )
    )
    return rows
