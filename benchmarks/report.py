"""docs/benchmarks.md, written from the records: aims, what is reached, what was tried and left.

All figures on the page come from the records; a test compares the page with them. Details are in
the tables that each bench prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.bench import HEADING, Bench, Row
from benchmarks.record import finished_record
from benchmarks.registry import BENCHES

INTRODUCTION: Final = """\
# Benchmarks

`make bench` lists the benches, `make bench NAME=load` runs one and prints its tables;
`python -m benchmarks load --help` tells its options. Records are in
[`benchmarks/records`](../benchmarks/records); `python -m benchmarks report` writes this page from
them. {summary}
"""

# Aims without a bench.
ELSEWHERE: Final = (
    "The draw page has at most 60 kB compressed: `make test` measures it.",
    "Forty drawings of an unfamiliar hand improve its exam, ten drawings are enough for a"
    " promotion: `tests/loop/test_new_hands.py`.",
    'Not measured: 60 s from "Retrain" to the new version on 1,000 drawings, 1.5 GB of memory for'
    " the trainer, 50 ms from pen up to the answer on the page.",
)

REMOVED: Final = (
    "Nights (a simulated year of nightly runs in six zones, with a machine that sleeps or a wrong"
    " clock: of 4,009 runs none lost or doubled): `tests/core/schedule/test_cron.py`,"
    " `tests/trainer/process/test_schedule.py` and `test_schedule_nights.py`.",
    "Faketime (a real trainer whose clock jumps, ten of ten right): the defects that it found have"
    " tests in `tests/trainer/process/test_schedule.py`.",
    "Small disk (a full tmpfs: 200 of 200 drawings answered 507, stored once there was room):"
    " `tests/faults/test_full_disk.py`.",
    "Sync trace (strace: 200 of 200 answers came after the sync of their WAL):"
    " `tests/core/storage/test_database.py` and `tests/faults/test_guards_are_real.py` hold"
    " `synchronous=FULL`, `tests/faults/test_ledger.py` that an answer follows its commit.",
)


def page(folder: Path) -> str:
    """Return the page, from the records in a folder."""
    records = {bench.name: finished_record(folder / f"{bench.name}.json") for bench in BENCHES}
    benches: list[Row] = [("bench", "measures", "measured on")]
    aims: list[Row] = [("bench", *HEADING)]
    for bench in BENCHES:
        record = records[bench.name]
        benches.append((f"`{bench.name}`", bench.measures, _origin(record)))
        aims += [(f"`{bench.name}`", *row) for row in _aims(bench, record)]
    tried = [
        f"- `{bench.name}`, {one.what}: {one.result}{_why(one.kept)}."
        for bench in BENCHES
        for one in bench.tried
        if not one.is_kept
    ]
    parts = [
        INTRODUCTION.format(summary=_summary(aims[1:])),
        "## Benches\n",
        *markdown(benches),
        "\n## Aims\n",
        *markdown(aims),
        "",
        *(f"- {one}" for one in ELSEWHERE),
        "\n## Tried and left\n",
        *tried,
        "\n## Removed\n\nBenches whose findings are now held by tests.\n",
        *(f"- {one}" for one in REMOVED),
    ]
    return "\n".join(parts) + "\n"


def _aims(bench: Bench, record: dict[str, Any] | None) -> list[Row]:
    if record is None:
        return []
    return bench.aims(record["result"], bench.options_of(record))


def _summary(aims: Sequence[Row]) -> str:
    n_reached = sum(not row[-1] for row in aims)
    return f"{n_reached} of {len(aims)} aims are reached."


def _origin(record: dict[str, Any] | None) -> str:
    if record is None:
        return "not measured yet"
    versions = record["versions"]
    return (
        f"{record['ended_at'][:10]}, {record['machine']}, Python {versions['python']}, "
        f"torch {versions['torch']}"
    )


def _why(kept: str) -> str:
    reason = kept.removeprefix("no").removeprefix(":").strip()
    return f" ({reason})" if reason else ""


def markdown(rows: Sequence[Row]) -> list[str]:
    """Lines of a Markdown table. The first row is the heading."""
    heading, *others = rows
    return [_line(heading), _line(["---"] * len(heading)), *(_line(row) for row in others)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
