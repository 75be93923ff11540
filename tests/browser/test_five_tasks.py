"""The five tasks of docs/admin.md, each done within a minute from the first page on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from core.base.clock import utc_now
from core.base.kinds import RunStatus, Source
from core.base.settings import Settings
from core.drawings.storing import NewDrawing, store_drawing
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Drawing, ModelVersion, Run, Verdict
from core.versions import queries as version_queries
from tests.browser.prepared import prepare
from tests.browser.signing_in import signed_in
from tests.server import small_models
from tests.support.factories import new_id
from tests.support.running import Running, running

TASK_SECONDS = 60
N_MISLABELLED = 2
PARENTS = {2: 1, 3: 2, 4: 3, 5: 3}
HELD = 4

DESKTOP: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Versions 1 to 5: 4 was held, 5 is live. Two ones are labelled 7."""
    instance = prepare(tmp_path_factory.mktemp("tasks") / "instance")
    _add_versions(instance)
    _add_mislabelled(instance)
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


def _add_versions(instance: Path) -> None:
    settings = Settings.from_env({}, instance=instance)
    database, store = Database(settings), ModelStore(settings.models_dir)
    now = utc_now()
    with database.write() as session:
        for version, parent in PARENTS.items():
            is_held = version == HELD
            small_models.publish(store, session, version, says=version, is_live=not is_held)
            run = Run(
                status=RunStatus.HELD if is_held else RunStatus.PROMOTED,
                requested_by="command",
                is_forced=True,
                queued_at=now,
                started_at=now,
                finished_at=now,
                seed=version,
                version=version,
                base_version=parent,
            )
            session.add(run)
            session.flush()
            row = session.get_one(ModelVersion, version)
            row.run_id, row.base_version = run.id, parent
            facts = {"n_lost": 9 if is_held else 0, "n_gained": 0}
            value, bound = facts["n_lost"], 6
            rule = {"name": "mnist_vs_anchor", "passed": not is_held, "value": value,
                    "bound": bound, "facts": facts}  # fmt: skip
            session.add(
                Verdict(run_id=run.id, version=version, passed=not is_held, rules=[rule], at=now)
            )
    database.dispose()


def _add_mislabelled(instance: Path) -> None:
    settings = Settings.from_env({}, instance=instance)
    database = Database(settings)
    with database.write() as session:
        ink = session.scalars(select(Drawing.ink).where(Drawing.label == 1).limit(1)).one()
        for _ in range(N_MISLABELLED):
            new = NewDrawing(
                id=new_id(), contributor_id="alice", label=7, source=Source.DRAWN, ink=ink,
                imaging_version=1, predicted_label=1, predicted_version=1, confidence=0.99,
            )  # fmt: skip
            store_drawing(session, new, secret=settings.secret(), now=utc_now())
    database.dispose()


@pytest.fixture
def database(inkloop: Running) -> Iterator[Database]:
    """The instance's database, to check the result of a task."""
    database = Database(Settings.from_env({}, instance=inkloop.instance))
    yield database
    database.dispose()


def start(browser: Browser, inkloop: Running, **options: Any) -> Page:
    """Open the dashboard's first page as a signed-in user."""
    page = signed_in(browser, inkloop, **options).new_page()
    page.goto(f"{inkloop.url}/admin")
    expect(page.locator("h1")).to_be_visible()
    return page


@contextmanager
def within_a_minute() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < TASK_SECONDS


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focused element has this name."""
    focused = (
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
    )
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(focused).strip() == name:
            return
    raise AssertionError(f"eighty tabs did not reach {name}")


def test_mislabelled_sevens_are_found(
    browser: Browser, inkloop: Running, database: Database
) -> None:
    page = start(browser, inkloop, **DESKTOP)
    with within_a_minute():
        page.get_by_role("link", name="Drawings", exact=True).click()
        page.locator("#filter-label").select_option("7")
        page.locator("#filter-predicted").select_option("1")
        page.locator("#sort").select_option("most_sure")
        expect(page.locator("#lead")).to_have_text(f"{N_MISLABELLED} drawings fit")
        page.locator(".wall-tile").first.click()
        page.locator(".wall-tile").nth(N_MISLABELLED - 1).click(modifiers=["Shift"])
        page.get_by_role("button", name="Label 1", exact=True).click()
        expect(page.locator("#said")).to_contain_text("2 drawings labelled 1.")

    with database.read() as session:
        wrong = select(func.count(Drawing.number)).where(
            Drawing.label == 7, Drawing.predicted_label == 1
        )
        assert session.scalar(wrong) == 0
    page.context.close()


def test_the_page_says_why_version_4_was_held(browser: Browser, inkloop: Running) -> None:
    page = start(browser, inkloop, **DESKTOP)
    with within_a_minute():
        page.get_by_role("link", name="Models", exact=True).click()
        page.locator("#models").get_by_role("link", name="4", exact=True).click()
        expect(page.locator(".verdict")).to_have_text("Held: loses 9 test digits net, 6 allowed")
        expect(page.locator(".rule.is-failed")).to_contain_text("9")
    page.context.close()


def test_version_3_is_made_live_again(
    browser: Browser, inkloop: Running, database: Database
) -> None:
    page = start(browser, inkloop, **DESKTOP)
    with within_a_minute():
        page.get_by_role("link", name="Models", exact=True).click()
        page.locator("#models").get_by_role("link", name="3", exact=True).click()
        page.locator("#reason").fill("5 reads our sevens worse")
        page.locator("#promote").click()
        expect(page.locator(".version-steer .note")).to_contain_text(
            "Version 3 is live; every worker serves it.", timeout=30_000
        )

    with database.read() as session:
        champion = version_queries.champion(session)
    assert champion is not None
    assert champion.version == 3
    page.context.close()


def test_the_ones_are_exported_by_keyboard_in_chinese_on_a_phone(
    browser: Browser, inkloop: Running, database: Database
) -> None:
    page = start(browser, inkloop, **PHONE)
    with within_a_minute():
        tab_to(page, "数据")
        page.keyboard.press("Enter")
        expect(page.locator("#export-format")).to_be_visible()
        page.locator("#export-format").focus()
        page.keyboard.type("NPZ")
        page.locator("#export-label").focus()
        page.keyboard.type("1")
        expect(page.locator("#export-label")).to_have_value("1")
        page.locator("#export").focus()
        with page.expect_download() as download:
            page.keyboard.press("Enter")

    with np.load(download.value.path(), allow_pickle=False) as arrays:
        exported = arrays["label"].tolist()
    with database.read() as session:
        n_ones = session.scalar(
            select(func.count(Drawing.number)).where(
                Drawing.label == 1, Drawing.status == "accepted"
            )
        )
    assert exported == [1] * (n_ones or 0)
    assert exported
    page.context.close()


def test_one_contributor_is_erased_by_keyboard_in_chinese_on_a_phone(
    browser: Browser, inkloop: Running, database: Database
) -> None:
    page = start(browser, inkloop, **PHONE)
    with within_a_minute():
        tab_to(page, "人员")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="贡献者 3").press("Enter")
        expect(page.locator("#lead")).to_contain_text("贡献者 3 写了 5 张笔迹")
        page.get_by_role("button", name="清除全部笔迹").press("Enter")
        expect(page.locator(".erasure-sentence").first).to_contain_text("清除 5 张笔迹")
        page.locator("#erase-confirm").press("Enter")
        expect(page.locator("#lead")).to_have_text("贡献者 3 没有笔迹")

    with database.read() as session:
        hers = session.scalars(select(Drawing).where(Drawing.contributor_id == "carol")).all()
        assert [(one.status, one.ink, one.strokes) for one in hers] == [("deleted", b"", None)] * 5
    page.context.close()
