"""How long Chromium takes from an address to a view that can be used, nothing in its cache."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from core.base.errors import SettingsError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VIEWS: Final = {
    "overview": ("/admin", "#needs"),
    "drawings": ("/admin/drawings", ".wall-tile"),
    "review": ("/admin/review", ".review-card"),
}
"""Address, and what a person looks for and can click there."""

MOST_WAIT_MS: Final = 30_000


def first_views(host: str, cookie: str, n: int) -> dict[str, float]:
    """The median of `n` in milliseconds, for each of `VIEWS`; one more before, not counted.

    Raises: SettingsError, without Playwright.
    """
    # In a thread of its own: whoever calls may be inside an event loop already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_measure, host, cookie, n).result()


def _measure(host: str, cookie: str, n: int) -> dict[str, float]:
    try:
        from playwright.sync_api import sync_playwright  # only for this figure: see `make test`
    except ImportError as exc:
        raise SettingsError("the first view needs Playwright: run `make test` once") from exc
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        found = {}
        for name, (path, usable) in VIEWS.items():
            taken = [_once(browser, host, cookie, path, usable) for _ in range(n + 1)]
            found[name] = round(statistics.median(taken[1:]), 1)
        browser.close()
    return found


def _once(browser: Browser, host: str, cookie: str, path: str, usable: str) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    for part in cookie.split("; "):
        name, _, value = part.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://{host}"}])
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"http://{host}{path}", wait_until="commit")
    page.locator(usable).first.click(trial=True, timeout=MOST_WAIT_MS)
    taken_ms = (time.perf_counter() - began) * 1000
    context.close()
    return taken_ms
