"""State machine: two admins and a reviewer act in any order.

Invariants: exactly one version is live, the one last promoted; at least one admin can sign in;
no role is exceeded; the audit log has a line for each change.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import Role
from core.base.settings import Settings
from core.drawings.lifecycle import quarantine
from core.people import accounts
from core.storage.tables import AuditEvent, Drawing, Promotion, User
from server.app import make_services
from server.services import EXTENSION
from tests.conftest import SECRET
from tests.server import small_models
from tests.server.conftest import PASSWORD, PASSWORD_HASH
from tests.server.effort import tries
from tests.support.factories import make_drawing, new_id

PEOPLE = {"ada": Role.ADMIN, "eva": Role.ADMIN, "rosa": Role.REVIEWER}
NAMES = st.sampled_from(sorted(PEOPLE))
# Mostly people with the role: refusals exercise little code.
WHO = st.sampled_from(["ada", "ada", "ada", "ada", "eva", "rosa"])
VERSIONS = st.integers(1, 4)  # there is no version 4
GOOD_CRONS = ["0 3 * * *", "*/5 * * * *", "@daily"]
CRONS = st.sampled_from([*GOOD_CRONS, "0 0 30 2 *", "61 * * * *", ""])
LIVE_MAKING = ("gate", "promote", "rollback")
DECISIONS = st.sampled_from(["accept", "relabel", "reject"])


class Administration(RuleBasedStateMachine):
    """Each rule makes one request as one of three people, and checks the answer with a model.

    The model holds roles and disabled accounts, promoted versions, and review decisions.
    """

    app: Flask
    migrated: Path

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        settings = Settings.from_env(
            {}, instance=Path(self.folder.name), secret_key=SECRET, rate_limits="off"
        )
        settings.database_path.write_bytes(self.migrated.read_bytes())
        self.parts = make_services(settings)
        self.app.extensions[EXTENSION] = self.parts
        self.drawings = {new_id(): 7 for _ in range(4)}
        with self.parts.database.write() as session:
            for version in (1, 2, 3):
                small_models.publish(
                    self.parts.store, session, version, says=version, is_live=version == 1
                )
            made = [
                make_drawing(session, id=drawing_id, ink=b"\xff" * 784, now=utc_now())
                for drawing_id in self.drawings
            ]
            quarantine(session, [row.number for row in made[:2]])
            self.ids = {
                name: accounts.create_user(
                    session, f"{name}@example.org", PASSWORD_HASH, role, by="test", now=utc_now()
                ).id
                for name, role in PEOPLE.items()
            }
        self.parts.live.look()
        self.roles = {name: role.value for name, role in PEOPLE.items()}
        self.is_in = dict.fromkeys(PEOPLE, True)
        # Each promoted version with its previous one; None for a version from a rollback.
        self.went_live: list[tuple[int, int | None]] = [(1, 0)]
        self.reviewed: dict[str, str] = {}
        self.schedule: dict[str, Any] | None = None
        self.is_signed_in = dict.fromkeys(PEOPLE, False)
        self.browsers = {name: self.app.test_client() for name in PEOPLE}
        for name in PEOPLE:
            self.sign_in(name)

    def ask(self, who: str, method: str, path: str, body: object = None) -> Any:
        """Send a request as one person."""
        return self.browsers[who].open(f"/api/v1{path}", method=method, json=body)

    def expect(self, who: str, needed: str, status: int) -> int:
        """Return the expected status: `status`, or a refusal if the person's role is too low."""
        if not self.is_in[who] or not self.is_signed_in[who]:
            return 401
        return status if needed == "reviewer" or self.roles[who] == "admin" else 403

    def admins(self) -> list[str]:
        return [name for name in PEOPLE if self.roles[name] == "admin" and self.is_in[name]]

    @rule(who=NAMES)
    def sign_in(self, who: str) -> None:
        body = {"email": f"{who}@example.org", "password": PASSWORD}
        answer = self.ask(who, "POST", "/login", body)
        assert answer.status_code == (200 if self.is_in[who] else 401)
        self.is_signed_in[who] = self.is_in[who]

    @rule(who=WHO)
    def sign_out(self, who: str) -> None:
        assert self.ask(who, "POST", "/logout").status_code == 204
        self.is_signed_in[who] = False

    @rule(who=WHO, whom=NAMES, role=st.sampled_from(["admin", "reviewer"]))
    def give_role(self, who: str, whom: str, role: str) -> None:
        self.change_role(who, whom, role)

    def change_role(self, who: str, whom: str, role: str) -> None:
        is_last = self.admins() == [whom] and role != "admin"
        status = self.expect(who, "admin", 409 if is_last else 200)
        answer = self.ask(who, "PATCH", f"/users/{self.ids[whom]}", {"role": role})
        assert answer.status_code == status
        if status == 200:
            self.roles[whom] = role

    @rule(who=WHO, whom=NAMES, disabled=st.booleans())
    def enable_or_disable(self, who: str, whom: str, disabled: bool) -> None:
        self.set_disabled(who, whom, disabled)

    def set_disabled(self, who: str, whom: str, disabled: bool) -> None:
        is_last = self.admins() == [whom] and disabled
        status = self.expect(who, "admin", 409 if is_last else 200)
        answer = self.ask(who, "PATCH", f"/users/{self.ids[whom]}", {"disabled": disabled})
        assert answer.status_code == status
        if status == 200:
            if disabled and self.is_in[whom]:
                self.is_signed_in[whom] = False
            self.is_in[whom] = not disabled

    @rule(who=WHO, how=st.booleans())
    def disable_everybody(self, who: str, how: bool) -> None:
        for whom in sorted(PEOPLE, key=lambda name: name == who):  # the acting account last
            if how:
                self.set_disabled(who, whom, True)
            else:
                self.change_role(who, whom, "reviewer")

    @rule(who=WHO, whom=NAMES)
    def reset_password(self, who: str, whom: str) -> None:
        status = self.expect(who, "admin", 200)
        answer = self.ask(who, "POST", f"/users/{self.ids[whom]}/password", {"password": PASSWORD})
        assert answer.status_code == status
        if status == 200:
            self.is_signed_in[whom] = False

    @rule(who=WHO, version=VERSIONS)
    def promote(self, who: str, version: int) -> None:
        live = self.went_live[-1][0]
        is_live = live == version
        status = self.expect(who, "admin", 404 if version == 4 else 409 if is_live else 200)
        answer = self.ask(who, "POST", f"/models/{version}/promote", {"reason": "to see"})
        assert answer.status_code == status
        if status == 200:
            self.went_live.append((version, live))

    @rule(who=WHO, n=st.integers(1, 3))
    def roll_back_repeatedly(self, who: str, n: int) -> None:
        for _ in range(n):
            self.roll_back(who)

    def roll_back(self, who: str) -> None:
        live = self.went_live[-1][0]
        brought = [before for version, before in self.went_live if version == live]
        before = next(found for found in reversed(brought) if found is not None)
        status = self.expect(who, "admin", 200 if before else 409)
        answer = self.ask(who, "POST", "/models/rollback", {"reason": "to see"})
        assert answer.status_code == status
        if status == 200:
            assert answer.json["version"] == before
            self.went_live.append((before, None))

    @rule(who=WHO, cron=CRONS, n=st.integers(0, 3), enabled=st.booleans())
    def change_schedule(self, who: str, cron: str, n: int, enabled: bool) -> None:
        body = {"cron": cron, "timezone": "UTC", "min_new_drawings": n, "enabled": enabled}
        is_good = cron in GOOD_CRONS and n > 0
        answer = self.ask(who, "PUT", "/schedule", body)
        status = self.expect(who, "admin", 200 if is_good else 422)
        assert answer.status_code == status
        if status == 200:
            self.schedule = body

    @rule(who=WHO, place=st.integers(0, 3), decision=DECISIONS, label=st.integers(0, 9))
    def review(self, who: str, place: int, decision: str, label: int) -> None:
        drawing_id = list(self.drawings)[place]
        body: dict[str, Any] = {"decision": decision}
        if decision == "relabel":
            body["label"] = label
        answer = self.ask(who, "POST", f"/review/{drawing_id}", body)
        status = self.expect(who, "reviewer", 409 if drawing_id in self.reviewed else 200)
        assert answer.status_code == status
        if status == 200:
            self.reviewed[drawing_id] = who
            if decision == "relabel":
                self.drawings[drawing_id] = label
            assert answer.json["status"] == ("rejected" if decision == "reject" else "accepted")

    @rule(who=WHO)
    def ask_for_a_run(self, who: str) -> None:
        answer = self.ask(who, "POST", "/runs")
        assert answer.status_code == self.expect(who, "admin", 202)

    @rule(who=WHO, run_id=st.integers(1, 3))
    def cancel_a_run(self, who: str, run_id: int) -> None:
        answer = self.ask(who, "POST", f"/runs/{run_id}/cancel")
        expected = self.expect(who, "admin", 200)
        assert answer.status_code in ((200, 202, 404, 409) if expected == 200 else (expected,))

    @invariant()
    def the_live_version_is_the_last_promoted_one(self) -> None:
        with self.parts.database.read() as session:
            kept = list(session.scalars(select(Promotion.version).order_by(Promotion.id)))
        assert kept == [version for version, _ in self.went_live]
        assert self.parts.live.current is not None
        assert self.parts.live.current.version == kept[-1]

    @invariant()
    def an_enabled_admin_remains(self) -> None:
        with self.parts.database.read() as session:
            users = session.scalars(select(User)).all()
            kept = {one.email.split("@")[0]: (one.role, one.disabled_at is None) for one in users}
        assert kept == {name: (self.roles[name], self.is_in[name]) for name in PEOPLE}
        assert self.admins()

    def at_most_one_run_is_open(self) -> None:
        runs = self.ask("ada", "GET", "/runs?limit=500").json["items"]
        assert sum(run["status"] in ("queued", "running") for run in runs) <= 1

    def the_schedule_is_the_last_accepted_one(self) -> None:
        if self.schedule is not None:
            shown = self.ask("ada", "GET", "/schedule").json
            assert {name: shown[name] for name in self.schedule} == self.schedule

    def teardown(self) -> None:
        """Check that labels are those of the reviewers, and that each change is logged."""
        self.at_most_one_run_is_open()
        self.the_schedule_is_the_last_accepted_one()
        with self.parts.database.read() as session:
            actions = list(session.scalars(select(AuditEvent.action)))
            labels = dict(session.execute(select(Drawing.id, Drawing.label)).all())
        assert sum(actions.count(word) for word in LIVE_MAKING) == len(self.went_live)
        assert actions.count("review") == len(self.reviewed)
        assert labels == self.drawings
        self.parts.database.dispose()
        self.parts.shared_state.dispose()
        self.folder.cleanup()


@pytest.mark.slow
def test_the_invariants_hold_in_any_order_of_administration(
    app: Flask, migrated_file: Path
) -> None:
    given = {"app": app, "migrated": migrated_file}
    machine = type("OfThisApp", (Administration,), given)

    run_state_machine_as_test(machine, settings=tries(12, n_steps=50))
