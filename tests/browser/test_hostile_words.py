"""Forty strings through every field of text: they are shown as what they are, and nothing runs.

They are written into the database, past the checks of the interface, so that the pages alone have
to stand. In Chromium no dialog opens, no element appears that a page does not have by itself, and
the content security policy has nothing to stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from core.base.clock import utc_now
from core.base.kinds import Role, RunStatus, TransferStatus
from core.base.settings import Settings
from core.storage.database import Base, Database
from core.storage.tables import (
    Anchor,
    ApiToken,
    AuditEvent,
    LoginSession,
    ModelVersion,
    Promotion,
    Run,
    RunLine,
    Transfer,
    User,
    Webhook,
)
from tests.browser.hostile_words import PLANTED, STRINGS, VALUES, WATCH, marked
from tests.browser.prepared import prepare
from tests.browser.signing_in import signed_in
from tests.support.running import Running, running

# Each view of the dashboard, and how many strings of which fields it shows.
VIEWS: dict[str, dict[str, int]] = {
    "/admin": {"message": 40},
    "/admin/drawings": {},
    "/admin/review": {},
    "/admin/models": {},
    "/admin/models/1": {},
    "/admin/runs": {"message": 40},
    "/admin/runs/2": {"message": 40},
    "/admin/runs/webhook": {"webhook": 1},
    "/admin/schedule": {},
    "/admin/map": {},
    "/admin/people": {},
    "/admin/people/users": {"email": 40},
    "/admin/people/tokens": {"token": 40},
    "/admin/people/sessions": {"browser": 40},
    "/admin/data": {"file": 20},
    "/admin/audit": {"action": 40, "by": 40, "subject": 40, "key": 40, "fact": 40},
}
# What addresses may carry: each parameter that any view or list knows.
PARAMETERS = (
    *("label", "status", "split", "source", "contributor", "disagrees", "sort", "after", "view"),
    *("by", "action", "subject", "since", "until", "format", "import", "cell", "kind", "blocked"),
    *("limit", "q", "from", "to", "version", "drawing", "map"),
)


def fill(database: Database) -> None:
    """Write the strings wherever the database has room for text that is shown."""
    now = utc_now()
    with database.write() as session:
        session.get_one(ModelVersion, 1).network = marked("network")[0]
        session.add(
            Webhook(
                id=1,
                url=marked("webhook")[0],
                events=["promoted"],
                site=STRINGS[0],
                salt="salt",
                updated_at=now,
                updated_by=STRINGS[0],
            )
        )
        run = Run(
            status=RunStatus.FAILED,
            requested_by=marked("by")[0],
            is_forced=True,
            queued_at=now,
            started_at=now,
            finished_at=now,
            seed=1,
            phase=marked("phase")[0],
            message=" ".join(marked("message")),
            failure="\n".join(marked("failure")),
        )
        session.add(run)
        session.flush()
        for place in range(len(STRINGS)):
            session.add_all(_rows(place, run.id, now))


def _rows(place: int, run_id: int, now: datetime) -> list[Base]:
    """One of everything, with the string of that place."""
    string = STRINGS[place]

    def of(field: str) -> str:
        return marked(field)[place]

    return [
        User(email=of("email"), password_hash=string, role=Role.REVIEWER, created_at=now),
        ApiToken(
            token_hash=string, name=of("token"), role=Role.REVIEWER, user_id=1, created_at=now
        ),
        LoginSession(
            token_hash=string,
            user_id=1,
            created_at=now,
            expires_at=now + timedelta(hours=1),
            browser=of("browser"),
        ),
        AuditEvent(
            at=now,
            by=of("by"),
            action=of("action"),
            subject=of("subject"),
            facts={of("key"): of("fact")},
        ),
        RunLine(run_id=run_id, at=now, name=string, facts={string: string}),
        Anchor(version=1, reason=of("reason"), by=string, at=now),
        Promotion(
            version=1, previous_version=1, kind="promote", reason=of("reason"), by=string, at=now
        ),
        Transfer(
            kind="import",
            status=TransferStatus.REFUSED,
            by=string,
            created_at=now,
            finished_at=now,
            file_name=of("file"),
            message=of("message"),
            found={"by_label": [0] * 10, "n_known": 0, "n_refused": 1, "refusals": [string]},
        ),
    ]


@pytest.fixture(scope="module")
def inkloop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    instance = prepare(tmp_path_factory.mktemp("hostile") / "instance")
    database = Database(Settings.from_env({}, instance=instance))
    fill(database)
    database.dispose()
    with running("serve", instance, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield server


@pytest.fixture(scope="module")
def went_wrong() -> list[str]:
    """Dialogs that opened and scripts that failed, on whatever page."""
    return []


@pytest.fixture(autouse=True)
def nothing_went_wrong(went_wrong: list[str]) -> Iterator[None]:
    yield
    assert went_wrong == []


@pytest.fixture(scope="module")
def page(browser: Browser, inkloop: Running, went_wrong: list[str]) -> Iterator[Page]:
    """An admin's page that remembers whatever went wrong in it."""
    size = {"width": 1280, "height": 800}
    context = signed_in(browser, inkloop, locale="en-GB", viewport=size)
    context.add_init_script(WATCH)
    page = context.new_page()

    def close(dialog: Dialog) -> None:
        went_wrong.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", close)
    page.on("pageerror", lambda error: went_wrong.append(str(error)))
    yield page
    context.close()


def left_alone(page: Page, where: str) -> None:
    """Nothing was planted in the page, and the policy had nothing to stop."""
    assert page.evaluate(PLANTED) == [], where
    assert page.evaluate("window.stopped") == [], where


def settled(page: Page, url: str) -> str:
    """Open an address, wait until nothing loads any more; what is to be read there."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    left_alone(page, url)
    inputs: str = page.evaluate(VALUES)
    return words(page.locator("body").inner_text() + inputs)


def words(text: str) -> str:
    """Without what pages change: codes are shown with spaces, sentences begin with a capital."""
    return " ".join(text.casefold().replace("_", " ").split())


@pytest.mark.parametrize(("path", "fields"), VIEWS.items(), ids=list(VIEWS))
def test_each_view_shows_every_string_as_text(
    inkloop: Running, page: Page, path: str, fields: dict[str, int]
) -> None:
    shown = settled(page, inkloop.url + path)

    for field, n in fields.items():
        missing = [one for one in marked(field) if words(one) not in shown]
        assert len(STRINGS) - len(missing) >= n, (path, missing)


@pytest.mark.parametrize("path", ["/admin/drawings", "/admin/audit", "/admin/data", "/"])
def test_an_address_may_carry_anything(inkloop: Running, page: Page, path: str) -> None:
    places = range(0, len(STRINGS), 14)
    for place in places:
        query = "&".join(
            f"{name}={quote(STRINGS[(place + k) % len(STRINGS)], safe='')}"
            for k, name in enumerate(PARAMETERS)
        )
        settled(page, f"{inkloop.url}{path}?{query}")


def test_forms_repeat_what_was_typed_as_text(inkloop: Running, page: Page) -> None:
    """What is refused is named in the sentence that refuses it."""
    settled(page, inkloop.url + "/admin/schedule")
    for string in STRINGS[:6]:
        page.locator("#cron").fill(string)
        page.locator("#timezone").fill(string)
        page.locator("#save-schedule").click()
        expect(page.locator("#schedule-form [role=status]").last).to_contain_text(string)
    left_alone(page, "the schedule's form")

    for string in STRINGS[:4]:
        page.goto(f"{inkloop.url}/#carry={quote(string)}")
        page.reload()
        page.wait_for_load_state("networkidle")
        left_alone(page, string)


@pytest.mark.parametrize("place", [0, 1, 9, 18])
def test_what_the_interface_answers_is_no_page(inkloop: Running, page: Page, place: int) -> None:
    """A refusal that repeats the address is JSON, and no browser takes it for anything else."""
    for path in ("/api/v1/drawings/{}", "/{}", "/assets/{}", "/api/docs/{}", "/admin/x/{}"):
        address = inkloop.url + path.format(quote(STRINGS[place], safe=""))
        answer = page.goto(address)
        assert answer is not None
        assert answer.headers["x-content-type-options"] == "nosniff"
        left_alone(page, address)
