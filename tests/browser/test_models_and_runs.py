"""The models view: verdicts, lineage, promotion and rollback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import Dataset, RunStatus
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Evaluation, ModelVersion, Run, Verdict
from core.symbols.digits.mnist import idx_bytes
from tests.browser.accessibility import axe_findings
from tests.browser.prepared import prepare
from tests.browser.signing_in import open_dashboard
from tests.server import small_models
from tests.support.running import Running, running

LABELS = np.arange(100, dtype=np.uint8) % 10
SWITCHED_MS = 20_000


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Version 1 is live. Version 2, its successor, was held: it reads two more sevens as ones."""
    instance = prepare(tmp_path_factory.mktemp("versions") / "instance")
    _hold_version_2(instance)
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


def _hold_version_2(instance: Path) -> None:
    settings = Settings.from_env({}, instance=instance)
    settings.mnist_cache.mkdir(exist_ok=True)
    images = np.repeat(LABELS * 25, 784).reshape(100, 28, 28)
    for name, array in (("images-idx3", images), ("labels-idx1", LABELS)):
        (settings.mnist_cache / f"t10k-{name}-ubyte").write_bytes(idx_bytes(array))
    worse = LABELS.copy()
    worse[[7, 17]] = 1
    now = utc_now()
    database = Database(settings)
    with database.write() as session:
        small_models.publish(ModelStore(settings.models_dir), session, 2, says=1, is_live=False)
        run = Run(
            status=RunStatus.HELD,
            requested_by="command",
            is_forced=True,
            queued_at=now,
            started_at=now,
            finished_at=now,
            seed=2,
            version=2,
            base_version=1,
        )
        session.add(run)
        session.flush()
        second = session.scalars(select(ModelVersion).where(ModelVersion.version == 2)).one()
        second.run_id, second.base_version = run.id, 1
        bins = [
            {"at_least": 0.9, "n": 37, "certainty": 0.93, "n_right": 35},
            {"at_least": 0.999, "n": 63, "certainty": 0.9997, "n_right": 63},
        ]
        second.scores = {"mnist_test": second.scores["mnist_test"] | {"ece": 0.0061, "bins": bins}}
        facts = {"n_lost": 2, "n_gained": 0}
        rule = {"name": "mnist_vs_anchor", "passed": False, "value": 2, "bound": 1, "facts": facts}
        session.add(Verdict(run_id=run.id, version=2, passed=False, rules=[rule], at=now))
        for version, predicted in ((1, LABELS), (2, worse)):
            session.add(
                Evaluation(
                    run_id=run.id,
                    version=version,
                    dataset=Dataset.MNIST_TEST,
                    n=100,
                    n_correct=int((predicted == LABELS).sum()),
                    predicted=predicted.tobytes(),
                    at=now,
                )
            )
    database.dispose()


def test_the_page_shows_why_a_version_was_held_and_which_digits_it_lost(
    browser: Browser, inkloop: Running
) -> None:
    page = open_dashboard(browser, inkloop, "en-GB", 1280)
    page.goto(f"{inkloop.url}/admin/models")
    page.locator("#models").get_by_role("link", name="2", exact=True).click()
    expect(page.locator(".verdict")).to_have_text("Held: loses 2 test digits net, 1 allowed")

    page.get_by_role("button", name="a 7 read as 1: 2").click()
    expect(page.locator("#cell h3")).to_have_text("2 digits: 7, read as 1")
    page.reload()
    expect(page.locator("#cell li")).to_have_count(2)
    assert axe_findings(page) == []

    page.get_by_role("link", name="Compare with version 1").click()
    expect(page.locator("h1")).to_have_text("From version 1 to 2: 0 digits got better, 2 got worse")
    expect(page.locator("#worse li")).to_have_count(2)
    assert axe_findings(page) == []
    page.context.close()


def test_the_page_shows_how_a_version_was_made_and_its_calibration(
    browser: Browser, inkloop: Running
) -> None:
    page = open_dashboard(browser, inkloop, "en-GB", 1280)
    page.goto(f"{inkloop.url}/admin/models")
    page.locator("#lineage").get_by_role("link", name="Version 2: never live").click()

    figure = page.locator("#calibration")
    expect(figure.locator("figcaption")).to_contain_text("by 0.61 % on average")
    expect(figure.locator("svg circle")).to_have_count(2)
    figure.locator("summary").press("Enter")
    expect(figure.get_by_role("row", name="90–95 %")).to_contain_text("82.3 % – 98.5 %")
    expect(page.locator("#about")).to_contain_text("Version 1")
    assert axe_findings(page) == []

    page.goto(f"{inkloop.url}/admin/models/1")
    expect(page.locator("#calibration-card")).to_contain_text("Not measured for this version")
    page.context.close()


def test_a_version_goes_live_with_a_reason_and_back_in_chinese_on_a_phone(
    browser: Browser, inkloop: Running
) -> None:
    page = open_dashboard(browser, inkloop, "zh-CN", 390)
    page.goto(f"{inkloop.url}/admin/models/2")
    expect(page.locator("#promote")).to_be_disabled()
    page.locator("#reason").fill("试一试")
    page.locator("#promote").click()
    expect(page.locator(".version-steer .note")).to_contain_text("已上线", timeout=SWITCHED_MS)
    assert axe_findings(page) == []

    page.goto(f"{inkloop.url}/admin/models")
    page.locator("#rollback").click()
    page.locator("#reason").fill("不如上一版")
    page.locator("#rollback-form .danger-button").click()
    expect(page.locator("tr.is-live th")).to_contain_text("1", timeout=SWITCHED_MS)
    page.context.close()
