"""The draw page: pictures, undo, offline use, languages, widths and colours."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from core.symbols.digits.golden import GOLDEN
from tests.browser.accessibility import axe_findings
from tests.browser.hands import draw_with_mouse, wait_for_count
from tests.browser.test_the_loop import SEVEN, open_draw_page
from tests.support.first_model import FirstModel
from tests.support.running import Running, running

THREE = next(golden for golden in GOLDEN if golden.label == 3).as_json()


@pytest.fixture(scope="module")
def served(first_model: FirstModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served") / "instance"
    shutil.copytree(first_model.instance, folder)
    with running("up", folder) as inkloop:
        inkloop.wait("/readyz")
        yield inkloop


@pytest.fixture
def page(browser: Browser, served: Running) -> Iterator[Page]:
    page = open_draw_page(browser, served)
    yield page
    page.context.close()


@pytest.mark.parametrize("label", range(10))
def test_a_golden_digit_is_read_as_drawn(page: Page, label: int) -> None:
    for golden in (golden for golden in GOLDEN if golden.label == label):
        draw_with_mouse(page, golden.as_json())
        expect(page.locator("#read-digit")).to_have_text(str(label))
        page.keyboard.press("Escape")
        expect(page.locator("#read-digit")).to_have_text("")


def test_undo_removes_the_last_stroke(page: Page) -> None:
    draw_with_mouse(page, SEVEN)
    draw_with_mouse(page, [[[20, 20], [260, 260]]])
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#read-digit")).to_have_text("7")


def test_a_scribble_is_no_digit_but_can_be_labelled(page: Page) -> None:
    tangle = [[[40 + (n * 97) % 200, 40 + (n * 61) % 200] for n in range(60)]]
    draw_with_mouse(page, tangle)

    expect(page.locator("#answer-headline")).to_have_text("That does not look like a digit")
    page.keyboard.press("8")
    wait_for_count(page, 1)


def test_the_model_view_and_the_steps_are_shown(page: Page) -> None:
    draw_with_mouse(page, THREE)
    expect(page.locator("#read-digit")).to_have_text("3")
    page.keyboard.press("s")

    expect(page.get_by_text("network", exact=True)).to_be_visible()
    expect(page.locator("#ink canvas")).to_be_visible()


def test_a_picture_of_dark_ink_on_white_paper_is_read(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "seven.png"
    picture = Image.new("L", (400, 300), 235)
    pen = ImageDraw.Draw(picture)
    for stroke in SEVEN:
        pen.line([(60 + x, y) for x, y, *_ in stroke], fill=40, width=12, joint="curve")
    picture.save(photo)

    page.locator("#picture-input").set_input_files(photo)

    expect(page.locator("#read-digit")).to_have_text("7")
    page.get_by_role("button", name="Yes, it is a 7").click()
    wait_for_count(page, 1)


def test_a_drawing_labelled_offline_is_sent_once_after_reconnecting(page: Page) -> None:
    page.context.set_offline(True)
    draw_with_mouse(page, SEVEN)
    page.keyboard.press("7")
    expect(page.locator("#count-unsent")).to_contain_text("1")

    page.context.set_offline(False)

    wait_for_count(page, 1)
    expect(page.locator("#count-unsent")).to_have_count(0)


def test_a_drawing_kept_offline_survives_a_reload(page: Page) -> None:
    page.route("**/api/v1/drawings", lambda route: route.abort())
    draw_with_mouse(page, SEVEN)
    page.keyboard.press("7")
    expect(page.locator("#count-unsent")).to_contain_text("1")

    page.unroute("**/api/v1/drawings")
    page.reload()

    # A request that the reload interrupted is repeated once its claim expires.
    wait_for_count(page, 1, seconds=45)


def test_a_drawing_is_relabelled_and_deleted_and_comes_back(page: Page) -> None:
    draw_with_mouse(page, SEVEN)
    expect(page.locator("#read-digit")).to_have_text("7")
    page.keyboard.press("1")
    wait_for_count(page, 1)

    page.locator("#tiles button").first.click()
    page.locator("dialog").get_by_role("button", name="It is a 7").click()
    expect(page.locator("#tiles button").first).to_have_attribute(
        "aria-label", re.compile("^Your 7")
    )
    page.locator("#tiles button").first.click()
    page.locator("#delete-drawing").click()
    wait_for_count(page, 0)
    page.locator("#toast").get_by_role("button", name="Undo").click()
    wait_for_count(page, 1)


def test_the_language_is_switched_and_kept(page: Page) -> None:
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))

    page.reload()

    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_axe_finds_nothing_and_nothing_overflows(
    browser: Browser, served: Running, width: int, scheme: Any, locale: str
) -> None:
    page = open_draw_page(
        browser,
        served,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        locale=locale,
    )
    draw_with_mouse(page, THREE)
    expect(page.locator("#read-digit")).to_have_text("3")

    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_no_page_violates_the_content_policy(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.reload()
    draw_with_mouse(page, SEVEN)
    expect(page.locator("#read-digit")).to_have_text("7")

    assert [text for text in complaints if "Content Security Policy" in text] == []
