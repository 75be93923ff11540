"""The gallery as a reviewer uses it: find wrong labels, correct them, undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import Source
from core.base.settings import Settings
from core.drawings.storing import NewDrawing, store_drawings
from core.imaging import IMAGING_VERSION, encode_strokes, ink_from_strokes, parse_strokes
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Drawing, ModelVersion, RunDrawing
from tests.browser.accessibility import axe_findings
from tests.browser.prepared import prepare
from tests.browser.signing_in import signed_in
from tests.server import small_models
from tests.support.factories import new_id
from tests.support.hands import OddHand
from tests.support.running import Running, running, wait_until

N_MORE = 600
N_WRONG = 6
DOUBTFUL_SEVENS = "label=7&predicted=1&sort=most_sure"


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests of this file, with the prepared drawings and six hundred more."""
    instance = prepare(tmp_path_factory.mktemp("gallery") / "instance")
    _collect(instance)
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


def _collect(instance: Path) -> None:
    """Store dora's digits 0 to 9 in turn, read correctly, six of the ones labelled 7.

    Version 1 was also trained on alice's drawings.
    """
    settings = Settings.from_env({}, instance=instance)
    database = Database(settings)
    hand = OddHand(3)
    drawn = [hand.draw(digit) for digit in range(10)]
    many = []
    for place in range(N_MORE):
        digit = place % 10
        is_wrong = digit == 1 and place < 10 * N_WRONG
        many.append(_new(drawn[digit], 7 if is_wrong else digit, digit, 0.5 + place / 2000))
    with database.write() as session:
        store_drawings(session, many, secret=settings.secret(), now=utc_now())
        small_models.publish(ModelStore(settings.models_dir), session, 2, says=1, is_live=False)
        run_id = session.get_one(ModelVersion, 1).run_id
        for drawing in session.scalars(select(Drawing).where(Drawing.contributor_id == "alice")):
            lineage = {"drawing_number": drawing.number, "label": drawing.label, "is_new": True}
            session.add(RunDrawing(run_id=run_id, **lineage))
    database.dispose()


def _new(drawn: dict[str, Any], label: int, read: int, confidence: float) -> NewDrawing:
    width, height = drawn["width"], drawn["height"]
    strokes = parse_strokes(drawn["strokes"], width, height)
    return NewDrawing(
        id=new_id(),
        contributor_id="dora",
        label=label,
        source=Source.DRAWN,
        ink=ink_from_strokes(strokes, width, height).ink_HW.tobytes(),
        imaging_version=IMAGING_VERSION,
        strokes=encode_strokes(strokes, width, height),
        predicted_label=read,
        predicted_version=1,
        confidence=confidence,
    )


def open_gallery(browser: Browser, inkloop: Running, query: str = "", **options: Any) -> Page:
    """Open the gallery as a signed-in user and wait for its first tiles."""
    defaults: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
    page = signed_in(browser, inkloop, **(defaults | options)).new_page()
    page.goto(f"{inkloop.url}/admin/drawings?{query}")
    expect(page.locator(".wall-tile").first).to_be_visible()
    return page


def tiles(page: Page, label: int) -> int:
    """Number of tiles with this label."""
    return page.locator(f".wall-tile[aria-label^='{label},']").count()


def n_fit(page: Page, n: int) -> None:
    """Wait until the heading shows `n` matching drawings."""
    expect(page.locator("#lead")).to_have_text(re.compile(rf"^{n} drawings? fits?$"))


def test_mislabelled_sevens_are_found_and_relabelled_and_undo_restores_them(
    browser: Browser, inkloop: Running
) -> None:
    page = open_gallery(browser, inkloop)

    page.locator("#filter-label").select_option("7")
    page.locator("#filter-predicted").select_option("1")
    page.locator("#sort").select_option("most_sure")
    n_fit(page, N_WRONG)
    page.locator(".wall-tile").first.click()
    page.locator(".wall-tile").nth(N_WRONG - 1).click(modifiers=["Shift"])
    expect(page.locator("#n-chosen")).to_have_text(f"{N_WRONG} drawings selected")
    page.get_by_role("button", name="Label 1", exact=True).click()

    expect(page.locator("#said")).to_contain_text(f"{N_WRONG} drawings labelled 1.")
    assert tiles(page, 1) == N_WRONG  # the tiles stay in place
    page.locator("#undo").click()
    expect(page.locator("#said")).to_contain_text("restored")
    assert tiles(page, 7) == N_WRONG
    page.reload()
    n_fit(page, N_WRONG)
    page.context.close()


def test_the_gallery_works_by_keyboard_alone(browser: Browser, inkloop: Running) -> None:
    page = open_gallery(browser, inkloop, DOUBTFUL_SEVENS)

    page.locator("#wall").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#n-chosen")).to_have_text("3 drawings selected")
    page.keyboard.press("x")
    expect(page.locator("#said")).to_contain_text("3 drawings rejected.")
    page.keyboard.press("u")
    expect(page.locator("#said")).to_contain_text("3 drawings restored.")

    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("#label-history li").first).to_be_visible()
    n_labels = page.locator("#label-history li").count()
    page.keyboard.press("1")
    expect(page.locator("#sheet-label")).to_have_text("1")
    expect(page.locator("#label-history li")).to_have_count(n_labels + 1)
    page.keyboard.press("u")
    expect(page.locator("#sheet-label")).to_have_text("7")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("#drawing-sheet")).to_have_count(0)
    assert page.url.endswith(f"/admin/drawings?{DOUBTFUL_SEVENS}")
    page.context.close()


def test_a_drawing_has_an_address_with_its_strokes_history_and_readings(
    browser: Browser, inkloop: Running
) -> None:
    page = open_gallery(browser, inkloop, DOUBTFUL_SEVENS)
    page.locator(".wall-tile").first.dblclick()
    expect(page.locator("#drawing-sheet")).to_be_visible()
    address = page.url

    page.goto(address)

    expect(page.locator("#label-history li").first).to_contain_text("7 its contributor")
    expect(page.locator("#readings li")).to_have_count(2)
    expect(page.locator("#readings")).to_contain_text(
        re.compile("Version 2.*1.*Version 1.*7", re.I | re.S)
    )
    whole = page.locator("#replay > svg").inner_html()
    page.locator("#replay input").fill("1")
    assert len(page.locator("#replay > svg").inner_html()) < len(whole)
    page.locator("#play").click()
    wait_until(lambda: page.locator("#replay > svg").inner_html() == whole, "all is drawn", 10)
    assert axe_findings(page) == []
    page.context.close()


def test_only_visible_tiles_are_in_the_page_and_scrolling_loads_more(
    browser: Browser, inkloop: Running
) -> None:
    page = open_gallery(browser, inkloop, "contributor=dora")

    for _ in range(60):
        page.mouse.wheel(0, 4_000)
        if page.get_by_text("That is all.").is_visible():
            break
        page.wait_for_timeout(50)

    expect(page.get_by_text("That is all.")).to_be_visible()
    assert page.locator(".wall-tile").count() < N_MORE * 2 / 3
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator(".wall-tile").last
    expect(last).to_have_attribute("aria-posinset", str(N_MORE))
    page.context.close()


def test_deleting_many_asks_for_confirmation_with_the_consequence(
    browser: Browser, inkloop: Running
) -> None:
    page = open_gallery(browser, inkloop, "contributor=alice")
    page.locator("#wall").focus()
    page.keyboard.press("Control+a")

    page.keyboard.press("Delete")
    expect(page.locator("dialog")).to_contain_text("1 version learned from these 30 drawings")
    page.locator("#confirm").click()
    expect(page.locator("#said")).to_contain_text("30 drawings deleted.")
    page.locator("#undo").click()

    expect(page.locator("#said")).to_contain_text("30 drawings restored.")
    page.context.close()


def test_a_refusal_is_shown_and_the_tiles_are_restored(browser: Browser, inkloop: Running) -> None:
    page = open_gallery(browser, inkloop, DOUBTFUL_SEVENS)
    page.context.set_offline(True)
    page.locator(".wall-tile").first.click()
    page.locator("#wall").press("x")

    expect(page.locator("#said")).to_contain_text("no connection")
    expect(page.locator(".wall-tile.is-rejected")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("scheme", "locale"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_axe_finds_nothing_and_nothing_overflows(
    browser: Browser, inkloop: Running, width: int, scheme: Any, locale: str
) -> None:
    page = open_gallery(
        browser,
        inkloop,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        locale=locale,
    )
    page.locator(".wall-tile").first.click()
    expect(page.locator("#selection-bar")).to_be_visible()

    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#open").click()
    expect(page.locator("#readings li")).to_have_count(2)
    assert axe_findings(page) == []
    page.context.close()
