"""Makes the pictures in docs/images from a running Inkloop.

    .venv/bin/python scripts/screenshots.py http://127.0.0.1:8000

It draws and labels digits like a person, so let it loose on an instance made for the purpose. Needs
the packages of `make test`, Chromium, and a live version.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from core.golden import GOLDEN

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
STROKE_STEPS = 2
LAST_DIGIT = 7


def draw(page: Page, strokes: list[list[list[float]]]) -> None:
    """Draw with the mouse in the middle of the canvas. Strokes are on a page of 280 by 280."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    scale = min(box["width"], box["height"]) / 280
    left = box["x"] + (box["width"] - 280 * scale) / 2
    top = box["y"] + (box["height"] - 280 * scale) / 2
    for stroke in strokes:
        page.mouse.move(left + stroke[0][0] * scale, top + stroke[0][1] * scale)
        page.mouse.down()
        for x, y, *_ in stroke[1:]:
            page.mouse.move(left + x * scale, top + y * scale, steps=STROKE_STEPS)
        page.mouse.up()
    expect(page.locator("#read-digit")).not_to_have_text("")


def shoot_draw_page(page: Page, url: str) -> None:
    """The draw page at 1280 pixels: a few drawings kept, a 7 on the canvas."""
    page.goto(url)
    expect(page.locator("#canvas")).to_be_visible()
    for golden in GOLDEN:
        draw(page, golden.as_json())
        with page.expect_response("**/api/v1/drawings"):
            page.keyboard.press(str(golden.label))
        expect(page.locator("#read-digit")).to_have_text("")
    seven = next(golden for golden in GOLDEN if golden.label == LAST_DIGIT)
    draw(page, seven.as_json())
    expect(page.locator("#read-digit")).to_have_text(str(LAST_DIGIT))
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "draw.png", animations="disabled")


def main() -> None:
    """Make them all."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-GB")
        shoot_draw_page(page, url)
        browser.close()
    print(f"Made {IMAGES / 'draw.png'}")


if __name__ == "__main__":
    main()
