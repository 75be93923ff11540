"""`inkloop bench dashboard`: every list, filter, count and chart at 10,000 and 1,000,000 drawings.

A real server on an instance that `collected` fills; one client asks for one thing at a time, over
one connection, as a reviewer's browser does. Times are in milliseconds, the answer read to its end.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.aims import Row, at_most
from benchmarks.record import Record
from benchmarks.system.collected import BEGAN, IMPORTER, N_DAYS, N_RUNS, collect
from benchmarks.system.first_view import VIEWS, first_views
from benchmarks.system.served import Account, serving
from core.base.settings import Settings
from core.symbols.digits.mnist import Mnist

MOST_MS: Final = 100.0
MOST_GROWTH: Final = 1.5
MOST_VIEW_MS: Final = 1_000.0
N_WARM_UP: Final = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked."""

    sizes: tuple[int, ...] = (10_000, 1_000_000)
    n_each: int = 40
    """Requests of each kind."""

    n_views: int = 5
    """Times that each view is opened."""


def _day(place: float) -> str:
    return str((BEGAN + timedelta(days=int(N_DAYS * place))).date())


FILTERS: Final[dict[str, str]] = {
    "everything": "",
    "label 7": "label=7",
    "sevens read as 1": "label=7&predicted=1",
    "disagrees": "disagrees=true",
    "under 60 % sure": "confidence=below_60",
    "being checked": "status=quarantined",
    "imported long ago": "source=imported",
    "sevens, imported, in the first month": f"label=7&source=imported&until={_day(0.08)}",
    "rejected exam sevens read as 1": "label=7&predicted=1&status=rejected&split=holdout_new",
    "a month": f"since={_day(0.5)}&until={_day(0.58)}",
    "disagrees, in a month": f"disagrees=true&since={_day(0.5)}&until={_day(0.58)}",
    "who imported a fifth": f"contributor={IMPORTER}",
    "a usual contributor": "contributor=c0040",
    "a contributor's sevens read as 1": "contributor=c0003&label=7&predicted=1",
    "learned by version 5": "version=5",
    "learned by version 5, sevens read as 1": "version=5&label=7&predicted=1",
}
SORTS: Final[dict[str, str]] = {
    "oldest first": "sort=oldest",
    "least sure first": "sort=least_sure",
    "disagrees, surest first": "disagrees=true&sort=most_sure",
    "a contributor's, least sure first": "contributor=c0003&sort=least_sure",
    "a month's, surest first": f"since={_day(0.5)}&until={_day(0.58)}&sort=most_sure",
}
OTHERS: Final[dict[str, str]] = {
    "figures of the front pages": "/api/v1/stats",
    "chart: the overview, ninety days": "/api/v1/overview",
    "chart: points of the map": f"/api/v1/map?version={N_RUNS}",
    "chart: inks of the map": f"/api/v1/map/inks?version={N_RUNS}",
    "list: contributors, newest": "/api/v1/contributors",
    "list: contributors, most drawings": "/api/v1/contributors?sort=most",
    "list: runs": "/api/v1/runs",
    "a run in full": "/api/v1/runs/10",
    "list: what a run learned from, and counts": "/api/v1/runs/10/drawings?limit=200",
    "list: the older sevens of a run, and counts": (
        "/api/v1/runs/10/drawings?kind=older&label=7&limit=200"
    ),
    "list: versions": "/api/v1/models",
    "list: log": "/api/v1/audit",
}


def calls() -> dict[str, str]:
    """Every call that is measured: its name and its address."""
    listed = {f"list: {name}": f"/api/v1/drawings?{query}" for name, query in FILTERS.items()}
    sorted_ = {f"list: {name}": f"/api/v1/drawings?{query}" for name, query in SORTS.items()}
    counted = {
        f"count: {name}": f"/api/v1/drawings/summary?{query}" for name, query in FILTERS.items()
    }
    return listed | sorted_ | counted | OTHERS


def run(
    images: Mnist, folder: Path, options: Options, say: Callable[[str], None]
) -> dict[str, Any]:
    """Measure at each size. Returns: the record, `result` being by size, then by call."""
    record = Record(folder / "dashboard.json", {**asdict(options), "sizes": list(options.sizes)})
    result = {
        str(n): record.piece(f"{n} drawings", lambda n=n: _at(n, images, options, say))  # type: ignore[misc]
        for n in options.sizes
    }
    return record.finish(result)


def _at(n: int, images: Mnist, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    instance = Path(tempfile.mkdtemp(prefix="inkloop-bench-")) / "instance"
    try:
        began = time.perf_counter()
        collect(Settings.from_env({}, instance=instance), images, n, say)
        filled_seconds = time.perf_counter() - began
        size = (instance / "inkloop.db").stat().st_size
        account = Account("bench@example.org", secrets.token_urlsafe(16))
        times: dict[str, Any] = {}
        with (
            serving(instance, account) as (host, cookie),
            contextlib.closing(http.client.HTTPConnection(host, timeout=60)) as connection,
        ):
            for name, path in calls().items():
                say(f"{n:,} drawings: {name}")
                times[name] = _times(connection, path, cookie, options.n_each)
            say(f"{n:,} drawings: first views in Chromium")
            views = first_views(host, cookie, options.n_views)
    finally:
        shutil.rmtree(instance.parent, ignore_errors=True)
    return {"filled_seconds": filled_seconds, "megabytes": size // 10**6, "calls": times,
            "views": views}  # fmt: skip


def _times(
    connection: http.client.HTTPConnection, path: str, cookie: str, n: int
) -> dict[str, float]:
    """p50 and p95 of `n` requests; every second list goes on behind its first page."""
    first = _ask(connection, path, cookie)
    after = first.get("next") if path.startswith("/api/v1/drawings") else None
    sign = "&" if "?" in path else "?"
    second = path if after is None else f"{path}{sign}after={after}"
    taken = []
    for turn in range(n + N_WARM_UP):
        began = time.perf_counter()
        _ask(connection, second if turn % 2 else path, cookie)
        taken.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(taken[N_WARM_UP:], [50, 95])
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


def _ask(connection: http.client.HTTPConnection, path: str, cookie: str) -> dict[str, Any]:
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise OSError(f"{path}: {answer.status} {body[:200]!r}")
    if answer.headers.get_content_type() != "application/json":
        return {}
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


def table(result: dict[str, Any]) -> list[Row]:
    """p50 and p95 of each call at each size, and how much the median grew."""
    sizes = list(result)
    heading = ["call"]
    for size in sizes:
        heading += [f"p50 ms at {int(size):,}", f"p95 ms at {int(size):,}"]
    rows: list[Row] = [(*heading, "growth")]
    for name in result[sizes[0]]["calls"]:
        figures = [result[size]["calls"][name] for size in sizes]
        cells = [f"{one[key]:.1f}" for one in figures for key in ("p50_ms", "p95_ms")]
        rows.append((name, *cells, f"{_growth(result, name):.2f}×"))
    return rows


def views_table(result: dict[str, Any]) -> list[Row]:
    """Milliseconds from an address to a view that can be used, at each size."""
    heading = ("view", *(f"ms at {int(size):,}" for size in result))
    return [heading, *((name, *(f"{result[size]['views'][name]:.0f}" for size in result))
                       for name in VIEWS)]  # fmt: skip


def aims(result: dict[str, Any]) -> list[Row]:
    """The slowest call at the largest size, and the list that grew most."""
    largest = result[list(result)[-1]]["calls"]
    slowest = max(largest, key=lambda name: float(largest[name]["p95_ms"]))
    lists = [name for name in largest if name.startswith("list: ")]
    grown = max(lists, key=lambda name: _growth(result, name))
    p95 = largest[slowest]["p95_ms"]
    views = result[list(result)[-1]]["views"]
    view = max(views, key=lambda name: float(views[name]))
    return [
        at_most(f"p95 of the slowest call ({slowest}), ms", MOST_MS, p95, "{:.1f}"),
        at_most(f"slowest first view ({view}), ms", MOST_VIEW_MS, views[view], "{:.0f}"),
        at_most(f"growth of the list that grew most ({grown})", MOST_GROWTH,
                _growth(result, grown), "{:.2f}"),
    ]  # fmt: skip


def _growth(result: dict[str, Any], name: str) -> float:
    sizes: Sequence[str] = list(result)
    first, last = (result[size]["calls"][name]["p50_ms"] for size in (sizes[0], sizes[-1]))
    return float(last / first)
