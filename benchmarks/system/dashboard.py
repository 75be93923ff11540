"""The dashboard's API and first views at 10,000 and at 1,000,000 drawings.

A real server on an instance that `filled` fills. One client sends one request at a time, over one
connection, as a reviewer's browser does. Times are in milliseconds up to the end of the answer. A
first view is the time from an address to a usable page, in Chromium with an empty cache.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import numpy as np

from benchmarks.bench import Bench, Row, Say, Table, at_most, option
from benchmarks.model.data import on_mnist
from benchmarks.record import Record
from benchmarks.system.filled import BEGAN, IMPORTER, N_DAYS, N_RUNS, fill
from benchmarks.system.server import serving
from core.base.errors import SettingsError
from core.base.settings import Settings
from core.symbols.digits.mnist import Mnist

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VIEWS: Final = {
    "overview": ("/admin", "#needs"),
    "drawings": ("/admin/drawings", ".wall-tile"),
    "review": ("/admin/review", ".review-card"),
}
"""Address, and an element that a person can click once the view is usable."""

MOST_MS: Final = 100.0
MOST_GROWTH: Final = 1.5
MOST_VIEW_MS: Final = 1_000.0
N_WARM_UP: Final = 3
VIEW_TIMEOUT_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    sizes: tuple[int, ...] = (10_000, 1_000_000)
    n_each: int = 40
    """Requests of each kind."""

    n_views: int = 5
    """Times that each view is opened; 0 needs no browser."""


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
    """All measured calls: name and address."""
    listed = {f"list: {name}": f"/api/v1/drawings?{query}" for name, query in FILTERS.items()}
    sorted_ = {f"list: {name}": f"/api/v1/drawings?{query}" for name, query in SORTS.items()}
    counted = {
        f"count: {name}": f"/api/v1/drawings/summary?{query}" for name, query in FILTERS.items()
    }
    return listed | sorted_ | counted | OTHERS


def run(images: Mnist, folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure at each size. Returns: the record; `result` is by size, then by call."""
    record = Record(folder / "dashboard.json", asdict(options))
    result = {
        str(n): record.piece(f"{n} drawings", partial(_at, n, images, options, say))
        for n in options.sizes
    }
    return record.finish(result)


def _at(n: int, images: Mnist, options: Options, say: Say) -> dict[str, Any]:
    instance = Path(tempfile.mkdtemp(prefix="inkloop-bench-")) / "instance"
    try:
        began = time.perf_counter()
        fill(Settings.from_env({}, instance=instance), images, n, say)
        filled_seconds = time.perf_counter() - began
        size = (instance / "inkloop.db").stat().st_size
        times: dict[str, Any] = {}
        with (
            serving(instance) as (host, cookie),
            contextlib.closing(http.client.HTTPConnection(host, timeout=60)) as connection,
        ):
            for name, path in calls().items():
                say(f"{n:,} drawings: {name}")
                times[name] = _times(connection, path, cookie, options.n_each)
            say(f"{n:,} drawings: first views in Chromium")
            views = first_views(host, cookie, options.n_views) if options.n_views else {}
    finally:
        shutil.rmtree(instance.parent, ignore_errors=True)
    return {"filled_seconds": filled_seconds, "megabytes": size // 10**6, "calls": times,
            "views": views}  # fmt: skip


def _times(
    connection: http.client.HTTPConnection, path: str, cookie: str, n: int
) -> dict[str, float]:
    """p50 and p95 of `n` requests. Every second request of a list is for its second page."""
    first = _get(connection, path, cookie)
    after = first.get("next") if path.startswith("/api/v1/drawings") else None
    sign = "&" if "?" in path else "?"
    second = path if after is None else f"{path}{sign}after={after}"
    taken = []
    for turn in range(n + N_WARM_UP):
        began = time.perf_counter()
        _get(connection, second if turn % 2 else path, cookie)
        taken.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(taken[N_WARM_UP:], [50, 95])
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> dict[str, Any]:
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


def first_views(host: str, cookie: str, n: int) -> dict[str, float]:
    """Median milliseconds of `n` first views, for each of `VIEWS`, after one warm-up.

    Raises: SettingsError, if Playwright is missing.
    """
    # Playwright's synchronous API fails in a thread with a running event loop.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_measure_views, host, cookie, n).result()


def _measure_views(host: str, cookie: str, n: int) -> dict[str, float]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as exc:
        raise SettingsError("first views need Playwright: run `make test` once") from exc
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        found = {}
        for name, (path, usable) in VIEWS.items():
            taken = [_first_view(browser, host, cookie, path, usable) for _ in range(n + 1)]
            found[name] = round(statistics.median(taken[1:]), 1)
        browser.close()
    return found


def _first_view(browser: Browser, host: str, cookie: str, path: str, usable: str) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    for part in cookie.split("; "):
        name, _, value = part.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://{host}"}])
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"http://{host}{path}", wait_until="commit")
    page.locator(usable).first.click(trial=True, timeout=VIEW_TIMEOUT_MS)
    taken_ms = (time.perf_counter() - began) * 1000
    context.close()
    return taken_ms


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Times of all views and calls."""
    return [
        Table("First view in Chromium, empty cache", views_table(result)),
        Table("One request at a time", table(result)),
    ]


def table(result: Mapping[str, Any]) -> list[Row]:
    """p50 and p95 of each call at each size, and the growth of the median."""
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


def views_table(result: Mapping[str, Any]) -> list[Row]:
    """Milliseconds from an address to a usable view, at each size."""
    heading = ("view", *(f"ms at {int(size):,}" for size in result))
    return [heading, *((name, *(f"{result[size]['views'][name]:.0f}" for size in result))
                       for name in result[next(iter(result))]["views"])]  # fmt: skip


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """The slowest call and view at the largest size, and the list with the largest growth."""
    largest = result[list(result)[-1]]["calls"]
    slowest = max(largest, key=lambda name: float(largest[name]["p95_ms"]))
    lists = [name for name in largest if name.startswith("list: ")]
    grown = max(lists, key=lambda name: _growth(result, name))
    p95 = largest[slowest]["p95_ms"]
    views = result[list(result)[-1]]["views"]
    rows = [
        at_most(f"p95 of the slowest call ({slowest}), ms", MOST_MS, p95, "{:.1f}"),
        at_most(f"largest growth of a list ({grown})", MOST_GROWTH,
                _growth(result, grown), "{:.2f}"),
    ]  # fmt: skip
    if views:
        view = max(views, key=lambda name: float(views[name]))
        rows.insert(1, at_most(f"slowest first view ({view}), ms", MOST_VIEW_MS, views[view],
                               "{:.0f}"))  # fmt: skip
    return rows


def _growth(result: Mapping[str, Any], name: str) -> float:
    sizes: Sequence[str] = list(result)
    first, last = (result[size]["calls"][name]["p50_ms"] for size in (sizes[0], sizes[-1]))
    return float(last / first)


BENCH: Final = Bench(
    "dashboard",
    "Every list, filter, count, chart and first view at 10,000 and at 1,000,000 drawings.",
    Options,
    on_mnist(run),
    aims,
    tables,
    parameters=[
        option("--size", "sizes", type=click.IntRange(min=1_000), multiple=True,
               help="Drawings; repeat it for several sizes."),
        option("--requests", "n_each", type=click.IntRange(min=1), help="Of each call."),
        option("--views", "n_views", type=click.IntRange(min=0),
               help="First views of each page; 0 needs no browser."),
    ],
)  # fmt: skip
