"""The whole loop in a browser: draw, read, correct, retrain, read better."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.symbols.digits.golden import GOLDEN
from tests.browser.accessibility import axe_findings
from tests.browser.hands import (
    draw_by_touch,
    draw_one_by_keys,
    draw_seven_by_keys,
    draw_with_mouse,
    wait_for_count,
)
from tests.support.hands import OddHand
from tests.support.people import EMAIL, PASSWORD, Admin, make_admin
from tests.support.running import Running, running

RUN_MS = 120_000
SEVEN = next(golden for golden in GOLDEN if golden.label == 7).as_json()
LEARNED = re.compile(r"Version 2 reads \d+ of your \d+, version 1 read \d+")


def open_draw_page(browser: Browser, inkloop: Running, **options: Any) -> Page:
    """Open the draw page and wait until it shows the live version."""
    defaults: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
    context: BrowserContext = browser.new_context(**(defaults | options))
    page = context.new_page()
    page.goto(inkloop.url)
    expect(page.locator("#live-version")).to_contain_text("1")
    return page


def draw_and_label(
    page: Page, draw: Callable[[Page, Any], None], drawing: dict[str, Any], n_before: int
) -> None:
    """Draw, wait for the prediction, and give the label."""
    draw(page, drawing["strokes"])
    expect(page.locator("#answer-headline")).to_have_text(re.compile("sure|does not look"))
    if draw is draw_by_touch:
        page.locator(f"#digit-{drawing['label']}").tap()
    else:
        page.keyboard.press(str(drawing["label"]))
    wait_for_count(page, n_before + 1)


def sign_in(page: Page, inkloop: Running) -> None:
    """Sign in to the dashboard by mouse and keyboard."""
    page.goto(f"{inkloop.url}/admin")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_with_the_mouse_from_the_first_stroke_to_the_new_version(
    browser: Browser, instance: Path
) -> None:
    with running("up", instance) as inkloop:
        inkloop.wait("/readyz")
        make_admin(inkloop)
        page = open_draw_page(browser, inkloop)

        draw_with_mouse(page, SEVEN)
        expect(page.locator("#read-digit")).to_have_text("7")
        page.get_by_role("button", name="Yes, it is a 7").click()
        wait_for_count(page, 1)
        hand = OddHand(9)
        for n_before in range(1, 25):
            draw_and_label(page, draw_with_mouse, hand.draw(n_before % 10), n_before)
        expect(page.locator("#count-exam")).to_have_text("5 kept for the exam")

        dashboard = page.context.new_page()
        sign_in(dashboard, inkloop)
        dashboard.get_by_role("button", name="Retrain now").click()
        expect(page.locator("#next-training")).to_contain_text("training:", timeout=15_000)
        expect(dashboard.locator("#verdict")).to_contain_text("Promoted", timeout=RUN_MS)

        expect(page.locator("#live-version")).to_contain_text("2", timeout=RUN_MS)
        expect(page.locator("#learned")).to_contain_text(LEARNED, timeout=15_000)
        expect(page.locator("#count-learned")).to_contain_text("in version 2")
        draw_with_mouse(page, SEVEN)
        expect(page.locator("#read-digit")).to_have_text("7")
        page.context.close()


def test_by_touch_on_a_phone(browser: Browser, instance: Path, playwright: Any) -> None:
    with running("up", instance) as inkloop:
        inkloop.wait("/readyz")
        admin = Admin(inkloop)
        phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
        page = open_draw_page(browser, inkloop, **phone)

        hand = OddHand(2)
        for n_before in range(12):
            draw_and_label(page, draw_by_touch, hand.draw(n_before % 10), n_before)
        scrolled = page.evaluate("window.scrollY")
        run = admin.retrain()

        assert scrolled == 0
        assert run["status"] == "promoted", run["verdict"]
        expect(page.locator("#live-version")).to_contain_text("2", timeout=15_000)
        expect(page.locator("#learned")).to_contain_text(LEARNED, timeout=15_000)
        assert axe_findings(page) == []
        page.context.close()


def test_by_keyboard_alone_in_chinese(browser: Browser, instance: Path) -> None:
    with running("up", instance) as inkloop:
        inkloop.wait("/readyz")
        make_admin(inkloop)
        page = open_draw_page(browser, inkloop, locale="zh-CN")
        expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))

        for n_before in range(6):
            draw_one_by_keys(page)
            expect(page.locator("#read-digit")).to_have_text("1")
            page.keyboard.press("Enter")
            wait_for_count(page, 2 * n_before + 1)
            draw_seven_by_keys(page)
            expect(page.locator("#answer-headline")).not_to_have_text("")
            page.keyboard.press("7")
            wait_for_count(page, 2 * n_before + 2)
        assert axe_findings(page) == []

        page.goto(f"{inkloop.url}/admin")
        expect(page.get_by_label("密码")).to_be_visible()
        press_tab_until(page, "#email")
        page.keyboard.type(EMAIL)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#retrain")).to_be_visible()
        press_tab_until(page, "#retrain")
        page.keyboard.press("Enter")

        expect(page.locator("#run-card")).to_contain_text("2", timeout=15_000)
        assert axe_findings(page) == []
        page.goto(inkloop.url)
        expect(page.locator("#live-version")).to_contain_text("2", timeout=RUN_MS)
        page.context.close()


def press_tab_until(page: Page, selector: str) -> None:
    """Press Tab until the element that `selector` names has the focus."""
    for _ in range(60):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with the Tab key")
