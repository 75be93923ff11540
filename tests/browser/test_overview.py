"""The overview as an administrator sees it: what needs them, and figures that are true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from core.base.clock import utc_now
from core.base.kinds import DrawingStatus, Role
from core.base.settings import Settings
from core.people import accounts
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import Contributor, Drawing
from tests.browser.accessibility import axe_findings
from tests.browser.prepared import QUICK, prepare
from tests.support.people import EMAIL, PASSWORD
from tests.support.running import Running, running

CHARTS = ("accuracy-mnist_test", "per-day", "per-week", "per-digit", "by-digit")
LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(event.violatedDirective + " " + event.sample));
"""


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Version 1 is live; 41 drawings of three contributors, one of them in quarantine."""
    instance = prepare(tmp_path_factory.mktemp("overview") / "instance")
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


def open_overview(browser: Browser, inkloop: Running, locale: str, width: int) -> Page:
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.goto(f"{inkloop.url}/admin")
    page.locator("#email").fill(EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#needs")).to_be_visible()
    return page


def expect_all_charts(page: Page, accuracy: str) -> None:
    """Every chart is drawn, within the page, and nothing was refused on the way."""
    for chart in CHARTS:
        expect(page.locator(f"#{chart} .plot-place svg")).to_be_visible()
    page.locator("#accuracy-mnist_test .plot-place svg").hover()
    expect(page.locator("#accuracy-mnist_test [aria-label='tip']")).to_contain_text(accuracy)
    assert page.evaluate("window.refused") == []
    assert page.evaluate("getComputedStyle(document.querySelector('.plot-place svg')).display") == (
        "block"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_figures_are_those_of_the_database(browser: Browser, inkloop: Running) -> None:
    page = open_overview(browser, inkloop, "en-GB", 1280)
    database = Database(Settings.from_env({}, instance=inkloop.instance))
    with database.read() as session:
        kept = select(Drawing).where(Drawing.status != DrawingStatus.DELETED).subquery()
        n = session.scalars(select(func.count()).select_from(kept)).one()
        n_otherwise = session.scalars(
            select(func.count()).where(kept.c.predicted_label != kept.c.label)
        ).one()
        rows = session.execute(select(kept.c.label, func.count()).group_by(kept.c.label)).all()
        by_label = {label: count for label, count in rows}  # noqa: C416  (rows, not pairs)
        n_contributors = session.scalars(select(func.count()).select_from(Contributor)).one()
    database.dispose()

    expect(page.locator("#n-drawings")).to_have_text(str(n))
    expect(page.locator("#n-contributors")).to_have_text(str(n_contributors))
    expect(page.locator("#share-disagreed")).to_have_text(f"{100 * n_otherwise / n:.1f} %")
    expect(page.locator("#per-day strong")).to_contain_text(f"{n} drawings in 14 days")
    expect(page.locator("#accuracy-mnist_test strong")).to_have_text(
        "Version 1 reads 99.50 % of 10,000; likely between 99.34 % and 99.62 %"
    )
    page.locator("#per-digit summary").click()
    shown = page.locator("#per-digit tbody td").all_inner_texts()
    assert shown == [str(by_label[digit]) for digit in range(10)]
    expect_all_charts(page, "99.50 %")
    assert axe_findings(page) == []
    page.context.close()


def test_what_needs_a_person_comes_first_until_it_is_done(
    browser: Browser, inkloop: Running
) -> None:
    page = open_overview(browser, inkloop, "en-GB", 1280)
    expect(page.locator("#lead")).to_contain_text("one thing needs you")
    expect(page.locator("#needs")).to_contain_text("One drawing is being checked")

    page.locator("#retrain").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{inkloop.url}/admin/review")
    expect(page.locator("#review-why")).to_contain_text("In quarantine")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("x")
    page.goto(f"{inkloop.url}/admin")

    expect(page.locator("#needs")).to_contain_text("Nothing needs you", timeout=30_000)
    expect(page.locator("#lead")).to_contain_text("nothing needs you")
    assert axe_findings(page) == []
    page.context.close()


def test_a_chart_has_its_table_by_keyboard_with_the_way_to_the_drawings(
    browser: Browser, inkloop: Running
) -> None:
    page = open_overview(browser, inkloop, "en-GB", 1280)

    page.locator("#by-digit summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#by-digit .plot-table")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#lead")).to_have_text("5 drawings fit")
    assert page.url.endswith("/admin/drawings?label=0&disagrees=true")
    page.context.close()


def test_in_chinese_on_a_phone(browser: Browser, inkloop: Running) -> None:
    page = open_overview(browser, inkloop, "zh-CN", 390)

    expect(page.locator("#lead")).to_contain_text("张新笔迹等待训练")
    finding = page.locator("#accuracy-mnist_test strong")
    expect(finding).to_contain_text("版本 1 在 10,000 张中的正确率")
    expect_all_charts(page, "99.50%")
    assert axe_findings(page) == []
    page.context.close()


def test_what_cannot_be_shown_says_so_and_comes_by_itself(
    browser: Browser, inkloop: Running
) -> None:
    page = open_overview(browser, inkloop, "en-GB", 1280)
    trouble = {"error": "Overloaded", "message": "Try again in a moment."}
    page.route("**/api/v1/overview", lambda route: route.fulfill(status=503, json=trouble))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Try again in a moment.")

    page.unroute("**/api/v1/overview")

    expect(page.locator("#needs")).to_be_visible(timeout=30_000)
    page.context.close()


def test_an_instance_without_anything_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path / "instance")
    migrate.upgrade(settings)
    settings.secret()
    database = Database(settings)
    with database.write() as session:
        accounts.create_user(
            session, EMAIL, QUICK.hash(PASSWORD), Role.ADMIN, by="command", now=utc_now()
        )
    database.dispose()
    with running("serve", settings.instance, INKLOOP_WORKERS="1") as server:
        server.wait("/healthz")
        page = open_overview(browser, server, "en-GB", 390)

        expect(page.locator("#needs")).to_contain_text("no model yet")
        expect(page.locator("#live")).to_contain_text("No version is live yet")
        expect(page.locator("#reads")).to_contain_text("Scores appear with the first version")
        expect(page.locator("#collected")).to_contain_text("Draw the first digit")
        assert axe_findings(page) == []
        page.context.close()
