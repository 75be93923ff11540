"""Browser contexts with a signed-in user. The sign-in form has tests of its own."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.people import EMAIL, PASSWORD
from tests.support.running import Running


def signed_in(
    browser: Browser, inkloop: Running, *, email: str = EMAIL, **options: Any
) -> BrowserContext:
    """A new signed-in browser context with Playwright's `options`. The caller closes it."""
    context = browser.new_context(**options)
    answer = context.request.post(
        f"{inkloop.url}/api/v1/login", data={"email": email, "password": PASSWORD}
    )
    assert answer.ok, answer.text()
    return context


def open_dashboard(browser: Browser, inkloop: Running, locale: str, width: int) -> Page:
    """Open the dashboard as an administrator."""
    size = {"width": width, "height": 900}
    page = signed_in(browser, inkloop, locale=locale, viewport=size).new_page()
    page.goto(f"{inkloop.url}/admin")
    expect(page.locator("#sign-out")).to_be_visible()
    return page
