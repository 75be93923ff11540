"""Draw in a real browser with a mouse, a finger, or the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import FloatRect, Page, expect

from core.symbols.digits.golden import PAGE_PX

Strokes = Sequence[Sequence[Sequence[float]]]
"""Strokes as [[x, y, …], …], on a canvas of 280 by 280 pixels."""


def canvas_box(page: Page) -> FloatRect:
    """Position and size of the drawing area on the screen."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    return box


def _on_screen(page: Page, strokes: Strokes) -> list[list[tuple[float, float]]]:
    box = canvas_box(page)
    scale = min(box["width"], box["height"]) / PAGE_PX
    return [
        [(box["x"] + point[0] * scale, box["y"] + point[1] * scale) for point in stroke]
        for stroke in strokes
    ]


def draw_with_mouse(page: Page, strokes: Strokes) -> None:
    """Draw each stroke with the mouse: press, move, release."""
    for points in _on_screen(page, strokes):
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=2)
        page.mouse.up()


def draw_by_touch(page: Page, strokes: Strokes) -> None:
    """Draw each stroke with one finger, by Chromium's input events."""
    client = page.context.new_cdp_session(page)

    def touch(kind: str, at: list[dict[str, float]]) -> None:
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    for points in _on_screen(page, strokes):
        touch("touchStart", [{"x": points[0][0], "y": points[0][1]}])
        for x, y in points[1:]:
            touch("touchMove", [{"x": x, "y": y}])
        touch("touchEnd", [])
    client.detach()


def draw_one_by_keys(page: Page) -> None:
    """Draw a 1: focus the drawing area, put the pen down, ten steps down, lift the pen."""
    page.keyboard.press("d")
    expect(page.locator("#canvas")).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")


def draw_seven_by_keys(page: Page) -> None:
    """Draw a 7: a bar to the right, then a line down to the left."""
    page.keyboard.press("d")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    for _ in range(5):
        page.keyboard.press("End")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")


def wait_for_count(page: Page, n: int, seconds: float = 15) -> None:
    """Wait until the page says that `n` drawings are stored."""
    shown = re.compile(rf"^{n}\b")
    expect(page.locator("#n-drawings")).to_have_text(shown, timeout=seconds * 1000)
