"""The map as a reviewer reads it: by mouse and by keys, in both languages, at both widths."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, select

from core.base.clock import utc_now
from core.base.kinds import MapSource
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import DigitMap, Drawing, Embedding
from core.symbols.digits.mnist import idx_bytes
from core.versions import maps
from tests.browser.accessibility import axe_findings
from tests.browser.prepared import prepare
from tests.browser.signing_in import signed_in
from tests.support.running import Running, running

LABELS = np.arange(20, dtype=np.uint8) % 10
STRAY = (0.5, -0.5)
"""Where the 5 in quarantine stands: alone, among the 3s by its features."""


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Version 1 is live and its map is not made yet."""
    instance = prepare(tmp_path_factory.mktemp("map") / "instance")
    settings = Settings.from_env({}, instance=instance)
    settings.mnist_cache.mkdir(exist_ok=True)
    images = np.repeat(LABELS * 10, 784).reshape(20, 28, 28)
    for name, array in (("images-idx3", images), ("labels-idx1", LABELS)):
        (settings.mnist_cache / f"t10k-{name}-ubyte").write_bytes(idx_bytes(array))
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


@pytest.fixture(scope="module")
def database(inkloop: Running) -> Iterator[Database]:
    database = Database(Settings.from_env({}, instance=inkloop.instance))
    yield database
    database.dispose()


@pytest.fixture
def unmapped(database: Database) -> None:
    """Version 1 has no map."""
    with database.write() as session:
        session.execute(delete(Embedding))
        session.execute(delete(DigitMap))


@pytest.fixture
def stray(database: Database) -> str:
    """The id of the drawing that lies among others, the map being made."""
    with database.write() as session:
        maps.begin_map(session, 1, now=utc_now())
        drawings = session.scalars(select(Drawing).order_by(Drawing.number)).all()
        stray = next(one for one in drawings if one.status == "quarantined")
        points = [_mnist_point(place) for place in range(20)]
        for place, one in enumerate(drawings, start=20):
            is_stray = one.number == stray.number
            x, y = STRAY if is_stray else _corner(one.label, place)
            near = 3 if is_stray else one.label
            points.append(maps.Point(MapSource.DRAWING, one.number, place, x, y, 7, near, 0.6))
        maps.finish_map(
            session, 1, points, newest_number=drawings[-1].number, seconds=4.0, now=utc_now()
        )
        return stray.id


def _corner(label: int, place: int) -> tuple[float, float]:
    """A place in the left half, by digit."""
    return -0.9 + 0.12 * (label % 5) + 0.01 * (place % 7), -0.6 + 0.9 * (label // 5)


def _mnist_point(place: int) -> maps.Point:
    label = int(LABELS[place])
    x, y = _corner(label, place)
    return maps.Point(MapSource.MNIST, place, place, x, y + 0.1, label, label, 0.5)


def open_map(
    browser: Browser, inkloop: Running, locale: str, width: int, query: str = "", dark: bool = False
) -> Page:
    """An administrator's browser on the map."""
    context = signed_in(
        browser,
        inkloop,
        locale=locale,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto(f"{inkloop.url}/admin/map{query}")
    return page


def hover(page: Page, x: float, y: float) -> None:
    """Move the mouse onto a place of the whole map, -1 to 1."""
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    half = min(box["width"], box["height"]) / 2 - 20
    page.mouse.move(box["x"] + box["width"] / 2 + x * half, box["y"] + box["height"] / 2 + y * half)


def test_before_there_is_a_map_the_page_says_how_far_it_is(
    browser: Browser, inkloop: Running, database: Database, unmapped: None
) -> None:
    page = open_map(browser, inkloop, "en-GB", 390)
    expect(page.locator("h1")).to_have_text("There is no map yet.")
    expect(page.locator("#map-making")).to_contain_text("as soon as it has no run to do")
    assert axe_findings(page) == []

    with database.write() as session:
        maps.begin_map(session, 1, now=utc_now())
    expect(page.locator("#map-making")).to_contain_text("The drawings are being read, for")
    with database.write() as session:
        maps.end_attempt(session, 1, "disk")
    expect(page.get_by_role("alert")).to_contain_text("the disk is full: free some space")
    page.locator("#map-again").click()
    expect(page.locator("#map-making")).to_contain_text("as soon as it has no run to do")
    page.context.close()


def test_a_point_shows_its_ink_and_opens_the_drawing_in_the_gallery(
    browser: Browser, inkloop: Running, stray: str
) -> None:
    page = open_map(browser, inkloop, "en-GB", 1280)
    expect(page.locator("h1")).to_have_text(
        "Of 41 drawings on the map, 1 lies among another digit."
    )
    hover(page, *STRAY)
    expect(page.locator("#map-point")).to_contain_text("A drawing labelled 5")
    expect(page.locator("#map-point")).to_contain_text("Version 1 reads 7")
    expect(page.locator("#map-point")).to_contain_text("Most neighbours are labelled 3")
    assert axe_findings(page) == []

    page.mouse.wheel(0, -600)
    expect(page.locator(".map-canvas")).not_to_have_attribute("data-zoom", "1.00")
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"/admin/drawings/{stray}"))
    page.context.close()


def test_filters_live_in_the_address_and_the_strays_are_listed(
    browser: Browser, inkloop: Running, stray: str
) -> None:
    page = open_map(browser, inkloop, "en-GB", 1280)
    page.locator("#map-colour").select_option("agreement")
    page.locator("#map-source").select_option("mnist")
    page.get_by_role("button", name="7: ").click()
    expect(page.locator("#map")).to_have_attribute("aria-label", "Map of 2 points")
    expect(page.locator("#strays")).to_contain_text("None of what is shown")
    page.reload()
    expect(page.locator("#map")).to_have_attribute("aria-label", "Map of 2 points")
    expect(page.locator("#map-colour")).to_have_value("agreement")

    page.locator("#map-reset").click()
    page.locator("#strays a").click()
    expect(page).to_have_url(re.compile(f"/admin/drawings/{stray}"))
    page.context.close()


def test_by_keys_alone_in_chinese_on_a_phone_in_the_dark(
    browser: Browser, inkloop: Running, stray: str
) -> None:
    page = open_map(browser, inkloop, "zh-CN", 390, "?only=strays", dark=True)
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#map-point")).to_contain_text("笔迹，标签 5")
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page.locator(".map-canvas")).to_have_attribute("data-zoom", "2.25")
    page.keyboard.press("0")
    expect(page.locator(".map-canvas")).to_have_attribute("data-zoom", "1.00")
    assert axe_findings(page) == []

    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/admin/drawings/{stray}"))
    page.context.close()
