"""Take the screenshots in docs/images.

    make images
    .venv/bin/python -m scripts.screenshots http://127.0.0.1:8000

Without an address: all views of the dashboard of a temporary instance, with invented versions and
scores. With the address of an Inkloop that has a live version: the draw page with predictions of a
trained model; the script draws and labels digits there, so use an instance made for this purpose.
Needs the packages of `make test` and Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from core.symbols.digits.golden import GOLDEN
from tests.browser.hands import draw_with_mouse
from tests.browser.pictured import prepare_pictured
from tests.support.people import EMAIL, PASSWORD
from tests.support.running import running

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
LAST_DIGIT = 7
N_COLOURS = 128
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
VIEWS = {
    "overview": "",
    "drawings": "/drawings",
    "drawing": "/drawings",
    "review": "/review",
    "models": "/models",
    "version": "/models/2",
    "compare": "/models/compare/1/2",
    "runs": "/runs",
    "run": "/runs/2",
    "map": "/map",
    "schedule": "/schedule",
    "people": "/people",
    "data": "/data",
    "audit": "/audit",
}
ON_A_PHONE = ("overview", "drawings", "review", "models", "version", "runs", "map", "schedule")


def save(page: Page, name: str) -> None:
    """Save a screenshot of the loaded page in few colours, a quarter of the bytes."""
    page.wait_for_load_state("networkidle")
    shot = Image.open(BytesIO(page.screenshot(animations="disabled")))
    few = shot.convert("RGB").quantize(N_COLOURS, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{name}.png", optimize=True)


def shoot_draw_page(browser: Browser, url: str) -> None:
    """Save the draw page at 1280 pixels: some drawings stored, a 7 on the canvas."""
    page = browser.new_page(viewport=DESK, locale="en-GB")
    page.goto(url)
    expect(page.locator("#canvas")).to_be_visible()
    for golden in GOLDEN:
        draw_with_mouse(page, golden.as_json())
        expect(page.locator("#read-digit")).not_to_have_text("")
        with page.expect_response("**/api/v1/drawings"):
            page.keyboard.press(str(golden.label))
        expect(page.locator("#read-digit")).to_have_text("")
    seven = next(golden for golden in GOLDEN if golden.label == LAST_DIGIT)
    draw_with_mouse(page, seven.as_json())
    expect(page.locator("#read-digit")).to_have_text(str(LAST_DIGIT))
    save(page, "draw")


def shoot_privacy_sheet(page: Page, url: str, name: str) -> None:
    """Save the privacy sheet of the draw page."""
    page.goto(url)
    page.locator("#privacy").click()
    expect(page.locator("#privacy-sheet")).to_be_visible()
    save(page, name)


def shoot_views(browser: Browser, url: str) -> None:
    """Save every view at 1280 pixels, light, in English; some on a phone, dark, in Chinese."""
    for is_phone in (False, True):
        context = browser.new_context(
            viewport=PHONE if is_phone else DESK,
            locale="zh-CN" if is_phone else "en-GB",
            color_scheme="dark" if is_phone else "light",
        )
        end = "-phone" if is_phone else ""
        page = context.new_page()
        shoot_privacy_sheet(page, url, f"privacy{end}")
        answer = context.request.post(
            f"{url}/api/v1/login", data={"email": EMAIL, "password": PASSWORD}
        )
        assert answer.ok, answer.text()
        for name in ON_A_PHONE if is_phone else VIEWS:
            page.goto(f"{url}/admin{VIEWS[name]}")
            expect(page.locator("h1")).to_be_visible()
            if name == "drawing":
                page.locator(".wall-tile").first.dblclick()
            save(page, f"{name}{end}")
        context.close()


def main() -> None:
    """Save the draw page of a given Inkloop, or all other screenshots."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        if len(sys.argv) > 1:
            shoot_draw_page(browser, sys.argv[1])
        else:
            instance = prepare_pictured(Path(folder) / "instance")
            with running("serve", instance, INKLOOP_WORKERS="1") as server:
                server.wait("/readyz")
                shoot_views(browser, server.url)
        browser.close()
    print(f"Saved the screenshots in {IMAGES}")


if __name__ == "__main__":
    main()
