"""Review by keyboard, and the views of contributors, accounts, tokens and the audit log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import axe_findings
from tests.browser.prepared import REVIEWER, prepare
from tests.browser.signing_in import signed_in
from tests.support.people import EMAIL
from tests.support.running import Running, running, wait_until

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests of this file; each test changes rows of its own."""
    instance = prepare(tmp_path_factory.mktemp("prepared") / "instance")
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


def open_view(
    browser: Browser, inkloop: Running, path: str, *, email: str = EMAIL, **options: Any
) -> Page:
    """Open a view of the dashboard as a signed-in user."""
    options = {"locale": "en-GB", **DESK} | options
    page = signed_in(browser, inkloop, email=email, **options).new_page()
    page.goto(inkloop.url + path)
    return page


def leave_review(page: Page) -> None:
    """Go to another view, which releases the undecided drawings."""
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.locator("nav.rail a[href='/admin/schedule']").click()
    page.context.close()


def left(page: Page) -> int:
    """Number of drawings that wait for a reviewer, as the page shows it."""
    found = re.search(r"\d+", page.locator("#review-left").inner_text())
    assert found is not None
    return int(found[0])


def shown(page: Page) -> str:
    """The drawing that the reviewer sees."""
    return page.locator(".review-card").get_attribute("data-id") or ""


def press(page: Page, key: str) -> None:
    """Decide by a key; the next drawing appears at once."""
    before = shown(page)
    page.keyboard.press(key)
    expect(page.locator(".review-card")).not_to_have_attribute("data-id", before)


def statuses(inkloop: Running) -> dict[str, int]:
    """Totals by status, from the server."""
    return dict(inkloop.get("/api/v1/stats")["by_status"])


def test_ten_drawings_are_reviewed_by_keyboard_and_the_last_decision_is_undone(
    browser: Browser, inkloop: Running
) -> None:
    page = open_view(browser, inkloop, "/admin/review", email=REVIEWER)
    expect(page.locator("#review-why")).to_contain_text("In quarantine")
    expect(page.locator("#review-why")).to_contain_text("the model reads 7, its contributor says 5")
    n_left = left(page)
    before = statuses(inkloop)
    assert axe_findings(page) == []

    for key in ["Enter", "3", "x", "Enter", "0", "Enter", "8", "Enter", "Enter"]:
        press(page, key)
    tenth = shown(page)
    press(page, "x")
    expect(page.locator("#review-done")).to_have_text("10 done today")
    page.keyboard.press("u")
    expect(page.locator(".review-card")).to_have_attribute("data-id", tenth)
    expect(page.locator("#review-said")).to_contain_text("Undone")
    # Accepting an accepted drawing changes no total, so wait for the answer instead.
    with page.expect_response(lambda answer: "/api/v1/review/" in answer.url and answer.ok):
        press(page, "Enter")

    assert left(page) == n_left - 10
    rejected, quarantined = before["rejected"] + 1, before["quarantined"] - 1
    after = {**before, "rejected": rejected, "quarantined": quarantined}
    after["accepted"] = sum(before.values()) - rejected - quarantined - before["deleted"]
    wait_until(lambda: statuses(inkloop) == after, f"the totals are {after}", seconds=10)
    page.reload()
    expect(page.locator("#review-left")).to_have_text(f"{n_left - 10} left")
    leave_review(page)


def test_two_reviewers_see_different_drawings(browser: Browser, inkloop: Running) -> None:
    one = open_view(browser, inkloop, "/admin/review?view=grid", email=REVIEWER)
    expect(one.locator(".review-tile").first).to_be_visible()
    other = open_view(browser, inkloop, "/admin/review?view=grid")
    expect(other.locator("#lead")).to_be_visible()

    tiles = "els => els.map(el => el.dataset.id)"
    ones = one.locator(".review-tile").evaluate_all(tiles)
    others = other.locator(".review-tile").evaluate_all(tiles)

    assert ones
    assert not set(ones) & set(others)
    leave_review(one)
    leave_review(other)


def test_the_last_decision_counts_even_if_the_page_is_left_at_once(
    browser: Browser, inkloop: Running
) -> None:
    page = open_view(browser, inkloop, "/admin/review", email=REVIEWER)
    expect(page.locator("#review-ink")).to_be_visible()
    n_before = statuses(inkloop)["rejected"]

    for _ in range(4):
        page.keyboard.press("x")
    page.goto("about:blank")

    wait_until(lambda: statuses(inkloop)["rejected"] == n_before + 4, "four are rejected", 10)
    page.context.close()


def test_a_grid_is_reviewed_by_touch_in_chinese(browser: Browser, inkloop: Running) -> None:
    page = open_view(
        browser, inkloop, "/admin/review?view=grid", email=REVIEWER, locale="zh-CN", **PHONE
    )
    tiles = page.locator(".review-tile")
    expect(tiles.first).to_be_visible()
    n_left = left(page)

    tiles.nth(1).tap()
    page.locator("#review-digit-4").tap()
    expect(tiles.nth(1)).to_have_class(re.compile("is-done"))
    tiles.nth(2).tap()
    page.get_by_role("button", name="不采用").tap()

    expect(tiles.nth(2)).to_have_class(re.compile("is-reject"))
    expect(page.locator("#review-left")).to_have_text(f"剩余 {n_left - 2} 张")
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
    leave_review(page)


def test_a_contributor_is_blocked_and_unblocked(browser: Browser, inkloop: Running) -> None:
    page = open_view(browser, inkloop, "/admin/people")
    page.get_by_role("link", name="Contributor 2").click()
    expect(page.locator("#lead")).to_contain_text("Contributor 2 gave 6 drawings")
    assert axe_findings(page) == []

    page.get_by_role("button", name="Block").click()
    page.get_by_label("Why? It is written to the audit log.").fill("scribbles")
    page.keyboard.press("Enter")
    expect(page.locator("#is-blocked")).to_contain_text("no drawing is accepted")
    page.goto(f"{inkloop.url}/admin/people?blocked=true")
    expect(page.locator("#contributors tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Contributor 2").click()
    page.get_by_role("button", name="Unblock").click()
    page.get_by_label("Why? It is written to the audit log.").fill("it was a misunderstanding")
    page.keyboard.press("Enter")

    expect(page.locator("#is-blocked")).to_have_count(0)
    page.context.close()


def test_erasing_shows_its_effects_first_and_then_deletes_the_data(
    browser: Browser, inkloop: Running
) -> None:
    page = open_view(browser, inkloop, "/admin/people/contributors/3", locale="zh-CN", **PHONE)
    expect(page.locator("#lead")).to_contain_text("贡献者 3 写了 5 张笔迹")
    n_before = inkloop.get("/api/v1/stats")["n_drawings"]

    page.get_by_role("button", name="清除全部笔迹").tap()
    said = page.locator(".erasure-sentence")
    expect(said).to_have_text(
        [re.compile("清除 5 张"), re.compile("训练过的版本：1"), re.compile("版本 1")]
    )
    assert axe_findings(page) == []
    page.locator("#erase-confirm").tap()

    expect(page.locator("#lead")).to_have_text("贡献者 3 没有笔迹")
    assert inkloop.get("/api/v1/stats")["n_drawings"] == n_before - 5
    page.context.close()


def test_an_account_is_made_and_its_owner_changes_the_password(
    browser: Browser, inkloop: Running
) -> None:
    page = open_view(browser, inkloop, "/admin/people/users")
    page.locator("#new-email").fill("eva@example.org")
    page.get_by_role("button", name="Create the account").click()
    made_up = page.locator("#made-password").inner_text()
    expect(page.locator("#users tbody tr")).to_have_count(3)
    assert axe_findings(page) == []

    owner = browser.new_context(locale="en-GB", **DESK).new_page()
    owner.goto(f"{inkloop.url}/admin/people/account")
    owner.locator("#email").fill("eva@example.org")
    owner.locator("#password").fill(made_up)
    owner.keyboard.press("Enter")
    expect(owner.locator("#lead")).to_have_text("You are eva@example.org")
    owner.get_by_label("Current password").fill(made_up)
    for label in ("New password", "Repeat the new password"):
        owner.get_by_label(label, exact=True).fill("four quiet words here")
    owner.keyboard.press("Enter")
    expect(owner.get_by_text("Changed. Your other browsers are signed out.")).to_be_visible()
    expect(owner.locator("#sessions tbody tr")).to_have_count(1)
    assert axe_findings(owner) == []

    page.get_by_role("button", name="Disable: eva@example.org").click()
    expect(page.locator("tr[data-email='eva@example.org']")).to_contain_text("disabled")
    owner.reload()
    expect(owner.get_by_label("Password")).to_be_visible()
    page.get_by_role("button", name=f"Disable: {EMAIL}").click()
    expect(page.get_by_text("is the last admin")).to_be_visible()
    owner.context.close()
    page.context.close()


def test_a_token_is_shown_once_and_revoked(browser: Browser, inkloop: Running) -> None:
    page = open_view(browser, inkloop, "/admin/people/tokens", locale="zh-CN", **PHONE)
    page.get_by_label("名称").fill("nightly export")
    page.get_by_role("button", name="创建令牌").tap()
    secret = page.locator("#made-token").inner_text()
    bearer = {"Authorization": f"Bearer {secret}"}
    listed = page.request.get(f"{inkloop.url}/api/v1/drawings", headers=bearer)
    assert axe_findings(page) == []

    page.get_by_role("button", name="吊销：nightly export").tap()
    expect(page.locator("#tokens")).to_contain_text("已吊销")
    page.reload()

    refused = page.request.get(f"{inkloop.url}/api/v1/drawings", headers=bearer)
    expect(page.locator("#tokens")).to_contain_text("nightly export")
    assert (listed.status, refused.status) == (200, 401)
    assert secret not in page.content()
    page.context.close()


def test_the_audit_log_is_filtered_shared_by_its_url_and_downloaded(
    browser: Browser, inkloop: Running
) -> None:
    page = open_view(browser, inkloop, "/admin/audit")
    rows = page.locator("#audit tbody tr")
    expect(rows.first).to_contain_text("signed in")
    assert axe_findings(page) == []

    page.locator("#audit-action").select_option("gate")
    page.locator("#audit-subject").fill("version:1")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("it passed")
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.locator("#audit-action")).to_have_value("gate")

    with page.expect_download() as downloading:
        page.locator("#audit-jsonl").click()
    lines = downloading.value.path().read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["subject"] for line in lines] == ["version:1"]
    page.locator("#audit-clear").click()
    expect(rows.nth(2)).to_be_visible()
    page.context.close()


def test_a_schedule_is_described_while_it_is_typed_then_saved_and_paused(
    browser: Browser, inkloop: Running
) -> None:
    page = open_view(browser, inkloop, "/admin/schedule", locale="zh-CN", **PHONE)
    expect(page.locator("#schedule-sentence")).to_contain_text("每天 03:00")

    page.locator("#cron").fill("30 6 * * 1")
    page.locator("#timezone").fill("Asia/Shanghai")
    expect(page.locator("#cron-meaning")).to_have_text("也就是：每周一 06:30。")
    page.locator("#save-schedule").tap()
    expect(page.locator("#next-times li")).to_have_text([re.compile("星期一 06:30")] * 5)
    assert axe_findings(page) == []

    page.locator("#pause-schedule").tap()
    expect(page.locator("#schedule-sentence")).to_contain_text("已暂停")
    assert inkloop.get("/api/v1/schedule")["enabled"] is False
    page.context.close()
