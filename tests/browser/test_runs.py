"""Runs as an administrator follows them: how far, what came of each, and who is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Drawing, ModelVersion, Run, Verdict, WebhookDelivery
from core.webhooks import deliveries
from tests.browser.accessibility import axe_findings
from tests.browser.prepared import prepare
from tests.browser.signing_in import open_dashboard
from tests.server import small_models
from tests.support.people import EMAIL
from tests.support.running import Running, running

TTL = timedelta(hours=1)
HELD, FAILED, RUNNING = 2, 3, 4
RULES: list[dict[str, Any]] = [
    {
        "name": "mnist_vs_anchor",
        "passed": False,
        "value": 9,
        "bound": 6,
        "facts": {"n_lost": 14, "n_gained": 5},
    },
    {
        "name": "calibration",
        "passed": True,
        "value": 0.00312,
        "bound": 0.005,
        "facts": {"champion": 0.0034},
    },
    {"name": "golden", "passed": True, "value": 0, "bound": 0, "facts": {"n": 30, "wrong": []}},
]


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run 1 made the live version; run 2 was held, run 3 failed, run 4 is under way."""
    instance = prepare(tmp_path_factory.mktemp("runs") / "instance")
    add_runs(instance)
    with running("serve", instance, INKLOOP_WORKERS="1", INKLOOP_WEBHOOK_PRIVATE="on") as server:
        server.wait("/readyz")
        yield server


def add_runs(instance: Path) -> None:
    """One run held, one failed, one under way, as trainers would leave them."""
    settings = Settings.from_env({}, instance=instance)
    database = Database(settings)
    with database.write() as session:
        small_models.publish(ModelStore(settings.models_dir), session, 2, says=1, is_live=False)
        run_id, fence = _begin(session, "schedule")
        numbers = session.execute(
            select(Drawing.number, Drawing.label).where(Drawing.status == "accepted")
        ).all()
        lineage = [(number, label, number > 20) for number, label in numbers]
        runs.record_lineage(session, run_id, lineage, fence=fence)
        n_new = sum(is_new for _, _, is_new in lineage)
        runs.describe_run(
            session, run_id, fence=fence, base_version=1, n_new=n_new, n_drawings=len(lineage)
        )
        _learn(session, run_id, fence, 60, 60)
        version = session.scalars(select(ModelVersion).where(ModelVersion.version == 2)).one()
        version.run_id, version.base_version = run_id, 1
        session.add(Verdict(run_id=run_id, version=2, passed=False, rules=RULES, at=utc_now()))
        runs.finish_run(
            session, run_id, fence=fence, status=RunStatus.HELD, version=2, now=utc_now()
        )
        run_id, fence = _begin(session, "command")
        runs.finish_run(
            session,
            run_id,
            fence=fence,
            status=RunStatus.FAILED,
            message="the disk failed or is full: make room, then ask for a new run",
            failure="disk",
            now=utc_now(),
        )
        run_id, fence = _begin(session, "user:1")
        runs.describe_run(session, run_id, fence=fence, base_version=1, n_new=5, n_drawings=5)
        few = session.scalars(select(Drawing.number).limit(5)).all()
        runs.record_lineage(session, run_id, [(n, 3, True) for n in few], fence=fence)
        _learn(session, run_id, fence, 30, 60)
    database.dispose()


def _begin(session: Session, by: str) -> tuple[int, int]:
    now = utc_now() - timedelta(seconds=30)
    run, _ = runs.queue_run(session, requested_by=by, is_forced=True, seed=1, now=now)
    fence = run_lease.take_lease(session, "here", now=now, ttl=TTL) or 0
    runs.claim_next_run(session, fence=fence, now=now)
    session.flush()
    return run.id, fence


def _learn(session: Session, run_id: int, fence: int, n_done: int, n_steps: int) -> None:
    is_over = n_done == n_steps
    began = utc_now() - timedelta(seconds=n_done / 5 + (8 if is_over else 0))
    now = began
    for phase in ("gather", "train"):
        runs.record_progress(session, run_id, fence=fence, phase=phase, now=now, enters=True)
    for step in range(2, n_done + 1, 2):
        now = began + timedelta(seconds=step / 5)
        runs.record_progress(
            session,
            run_id,
            fence=fence,
            phase="train",
            step=step,
            n_steps=n_steps,
            loss=0.4 / step + 0.02,
            accuracy=1 - 0.5 / step,
            now=now,
        )
    if is_over:
        for phase in ("evaluate", "gate", "export", "publish"):
            runs.record_progress(session, run_id, fence=fence, phase=phase, now=now, enters=True)
            now += timedelta(seconds=2)


def change(inkloop: Running, do: Callable[[Session], None]) -> None:
    """As the trainer would, from its own process."""
    database = Database(Settings.from_env({}, instance=inkloop.instance))
    with database.write() as session:
        do(session)
    database.dispose()


def assert_fits(page: Page) -> None:
    """No part of the page is wider than the screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_findings(page) == []


def test_why_a_run_was_held_and_what_it_learned_from(browser: Browser, inkloop: Running) -> None:
    page = open_dashboard(browser, inkloop, "en-GB", 1280)
    page.goto(f"{inkloop.url}/admin/runs")
    page.locator(f"[data-run='{HELD}']").get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Run 2 made version 2, which was held back")
    expect(page.locator("#verdict")).to_have_text("Held: loses 9 test digits net, 6 allowed")
    expect(page.locator("[data-rule='mnist_vs_anchor'] td")).to_have_text(["9", "at most 6"])
    expect(page.locator("[data-rule='calibration'] td").first).to_have_text("0.312 %")
    expect(page.locator("#what-to-do")).to_contain_text("1 drawing is being checked")
    expect(page.locator("#check-these")).to_have_attribute(
        "href", "/admin/drawings?status=quarantined"
    )
    expect(page.locator("#run-log li").last).to_contain_text("Held: version 2 does not go live")
    expect(page.locator("#curve-loss svg")).to_be_visible()
    expect(page.locator("#run-wall a")).to_have_count(40)
    assert_fits(page)

    page.locator("#run-kinds button").nth(1).click()
    expect(page.locator("#run-wall a")).to_have_count(20)
    page.locator("#run-labels button").nth(4).click()
    page.reload()
    expect(page.locator("#run-kinds button").nth(1)).to_have_attribute("aria-pressed", "true")
    tiles = page.locator("#run-wall a")
    expect(tiles.first).to_have_accessible_name("learned as 4, new")
    tiles.first.click()
    expect(page.locator(".drawing-sheet")).to_be_visible()
    page.go_back()
    expect(page.locator("#verdict")).to_be_visible()
    page.context.close()


def test_a_failed_run_says_what_to_do_in_chinese_on_a_phone(
    browser: Browser, inkloop: Running
) -> None:
    page = open_dashboard(browser, inkloop, "zh-CN", 390)
    page.goto(f"{inkloop.url}/admin/runs/{FAILED}")
    expect(page.locator("h1")).to_have_text("第 3 次训练失败")
    expect(page.locator(".run-message")).to_contain_text("磁盘出错或已满")
    expect(page.locator("#what-to-do")).to_contain_text("请腾出磁盘空间")
    expect(page.locator("[data-phase='gather']")).to_contain_text("在此停止")
    assert_fits(page)

    page.goto(f"{inkloop.url}/admin/runs/{HELD}")
    expect(page.locator("#run-wall a").first).to_be_visible()
    assert_fits(page)
    page.goto(f"{inkloop.url}/admin/runs/none")
    expect(page.locator("h1")).to_have_text("没有这次训练。")
    page.goto(f"{inkloop.url}/admin/runs/99")
    expect(page.locator(".failed")).to_be_visible()
    page.context.close()


def test_a_run_is_watched_and_cancelled_while_the_live_version_goes_on(
    browser: Browser, inkloop: Running
) -> None:
    def alive(session: Session) -> None:
        session.execute(update(Run).where(Run.id == RUNNING).values(progress_at=utc_now()))

    def further(session: Session) -> None:
        fence = session.get_one(Run, RUNNING).fence or 0
        runs.record_progress(
            session, RUNNING, fence=fence, phase="evaluate", enters=True, now=utc_now()
        )

    def stopped(session: Session) -> None:
        fence = session.get_one(Run, RUNNING).fence or 0
        status = RunStatus.CANCELLED
        runs.finish_run(session, RUNNING, fence=fence, status=status, message="-", now=utc_now())

    change(inkloop, alive)
    page = open_dashboard(browser, inkloop, "en-GB", 1280)
    page.goto(f"{inkloop.url}/admin/runs/{RUNNING}")
    expect(page.locator("h1")).to_contain_text("Run 4 is in progress")
    expect(page.locator("#run-facts")).to_contain_text(EMAIL)
    now = page.locator("[aria-current='step']")
    expect(now).to_contain_text("50 %")
    assert_fits(page)

    change(inkloop, further)
    expect(now).to_have_attribute("data-phase", "evaluate")
    expect(page.locator("#run-log li").last).to_contain_text("Evaluating")

    page.locator("#cancel-run").click()
    expect(page.locator("#run-log li").last).to_contain_text("Cancellation requested")
    change(inkloop, stopped)
    expect(page.locator("h1")).to_have_text("Run 4 was cancelled")
    expect(page.locator("#what-to-do")).to_contain_text("The live version is unchanged")
    expect(page.locator("#retrain")).to_be_enabled()
    assert inkloop.get("/api/v1/models/champion")["version"] == 1
    page.context.close()


def test_somebody_is_told_of_ends_tested_and_told_no_more(
    browser: Browser, inkloop: Running
) -> None:
    def told(session: Session) -> None:
        (delivery,) = waiting(session)
        deliveries.record_attempt(session, delivery.id, "refused", {"status": 503}, now=utc_now())

    def waiting(session: Session) -> Sequence[WebhookDelivery]:
        return session.scalars(
            select(WebhookDelivery).where(WebhookDelivery.due_at.is_not(None))
        ).all()

    page = open_dashboard(browser, inkloop, "en-GB", 390)
    page.goto(f"{inkloop.url}/admin/runs")
    page.locator("#to-webhook").click()
    expect(page.locator("h1")).to_have_text("No notification is sent when a run ends")
    page.locator("#webhook-url").fill("http://user:secret@hooks.example.org/")
    page.locator("#save-webhook").click()
    expect(page.locator("#webhook-form .note")).to_contain_text("must not carry a name")
    page.locator("#webhook-url").fill("http://127.0.0.1:9/hook")
    page.locator("#save-webhook").click()
    expect(page.locator("#webhook-secret")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    expect(page.locator("h1")).to_contain_text("127.0.0.1:9 is notified when a version is held")
    assert_fits(page)

    page.locator("#test-webhook").click()
    expect(page.locator(".delivery-outcome")).to_have_text("waits for the trainer ")
    change(inkloop, told)
    expect(page.locator(".delivery-outcome")).to_contain_text("The receiver answered 503")

    page.reload()
    expect(page.locator("#webhook-secret")).to_have_count(0)
    page.locator("#remove-webhook").click()
    expect(page.locator("h1")).to_have_text("No notification is sent when a run ends")
    assert_fits(page)
    page.context.close()
