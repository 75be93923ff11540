"""State machine: three browsers draw, relabel, delete, restore and join in any order.

A small model predicts what each browser must see; it knows the documented rules, not the tables.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.server.effort import tries
from tests.server.shapes import drawing
from tests.support.factories import new_id

BROWSERS = st.integers(0, 2)
LABELS = st.integers(0, 9)
URL = "/api/v1/drawings"


@dataclass
class Kept:
    """A drawing as the model knows it."""

    owner: int
    labels: list[int]
    deleted_at: str | None = None


@dataclass
class Promised:
    """The model: contributors of browsers, their drawings, and links."""

    drawings: dict[str, Kept] = field(default_factory=dict)
    who: list[int] = field(default_factory=lambda: [0, 1, 2])
    """Which contributor each browser is; a joined one becomes another."""
    links: dict[str, int] = field(default_factory=dict)
    """Links that work, and whose they are."""

    def theirs(self, browser: int) -> dict[str, Kept]:
        return {key: one for key, one in self.drawings.items() if one.owner == self.who[browser]}

    def shown(self, browser: int) -> dict[str, int]:
        kept = self.theirs(browser).items()
        return {key: one.labels[-1] for key, one in kept if one.deleted_at is None}


class Contributions(RuleBasedStateMachine):
    """Each rule makes one request, and checks the answer with the model."""

    app: Flask
    ids = Bundle("ids")
    tokens = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.browsers = [self.app.test_client() for _ in range(3)]
        for browser in self.browsers:
            browser.get("/api/v1/me")
        self.model = Promised()
        self.totals = self.stats()
        self.erased: list[str | None] = [None, None, None]

    def stats(self) -> Any:
        return self.browsers[0].get("/api/v1/stats").json

    def ask(self, browser: int, method: str, path: str, body: object = None) -> Any:
        client: FlaskClient = self.browsers[browser]
        return client.open(path, method=method, json=body)

    def state_of(self, browser: int, drawing_id: str, *, gone: int = 410) -> tuple[Kept, int]:
        """Return a drawing, and the status that this browser must get for it."""
        one = self.model.drawings[drawing_id]
        if one.owner != self.model.who[browser]:
            return one, 404
        return one, gone if one.deleted_at else 200

    @rule(target=ids, browser=BROWSERS, label=LABELS)
    def draw(self, browser: int, label: int) -> str:
        drawing_id = new_id()
        answer = self.ask(browser, "POST", URL, drawing(id=drawing_id, label=label))
        assert answer.status_code == 201
        self.model.drawings[drawing_id] = Kept(self.model.who[browser], [label])
        return drawing_id

    @rule(browser=BROWSERS, drawing_id=ids, label=LABELS)
    def send_again(self, browser: int, drawing_id: str, label: int) -> None:
        one, status = self.state_of(browser, drawing_id)
        answer = self.ask(browser, "POST", URL, drawing(id=drawing_id, label=label))
        assert answer.status_code == (409 if status == 404 else status)
        if status == 200:
            assert answer.json["label"] == one.labels[-1], "the first that came counts"

    @rule(browser=BROWSERS, drawing_id=ids, label=LABELS)
    def relabel(self, browser: int, drawing_id: str, label: int) -> None:
        one, status = self.state_of(browser, drawing_id)
        answer = self.ask(browser, "PATCH", f"{URL}/{drawing_id}", {"label": label})
        assert answer.status_code == status
        if status == 200 and label != one.labels[-1]:
            one.labels.append(label)

    @rule(browser=BROWSERS, drawing_id=ids)
    def delete(self, browser: int, drawing_id: str) -> None:
        one, status = self.state_of(browser, drawing_id)
        answer = self.ask(browser, "DELETE", f"{URL}/{drawing_id}")
        assert answer.status_code == (204 if status == 200 else status)
        if status == 200:
            one.deleted_at = f"alone: {drawing_id}"

    @rule(browser=BROWSERS, drawing_id=ids)
    def restore(self, browser: int, drawing_id: str) -> None:
        one, status = self.state_of(browser, drawing_id)
        answer = self.ask(browser, "POST", f"{URL}/{drawing_id}/restore")
        assert answer.status_code == {404: 404, 200: 409, 410: 200}[status]
        if status == 410:
            one.deleted_at = None

    @rule(browser=BROWSERS, another=BROWSERS)
    def delete_all_and_let_another_try_to_restore(self, browser: int, another: int) -> None:
        self.delete_all(browser)
        self.restore_all(another, browser)

    @rule(browser=BROWSERS)
    def delete_everything(self, browser: int) -> None:
        self.delete_all(browser)

    def delete_all(self, browser: int) -> None:
        shown = self.model.shown(browser)
        answer = self.ask(browser, "DELETE", "/api/v1/me/data")
        assert answer.status_code == (200 if shown else 409)
        if shown:
            assert answer.json["n_drawings"] == len(shown)
            self.erased[browser] = answer.json["deleted_at"]
            for drawing_id in shown:
                self.model.drawings[drawing_id].deleted_at = self.erased[browser]

    @rule(browser=BROWSERS, whose=BROWSERS)
    def restore_everything(self, browser: int, whose: int) -> None:
        self.restore_all(browser, whose)

    def restore_all(self, browser: int, whose: int) -> None:
        moment = self.erased[whose]
        if moment is None:
            return
        due = [one for one in self.model.theirs(browser).values() if one.deleted_at == moment]
        answer = self.ask(browser, "POST", "/api/v1/me/data/restore", {"deleted_at": moment})
        assert answer.status_code == (200 if due else 409)
        for one in due:
            one.deleted_at = None

    @rule(target=tokens, browser=BROWSERS)
    def make_link(self, browser: int) -> str:
        self.revoke_links_of(browser)
        answer = self.ask(browser, "POST", "/api/v1/me/links")
        assert answer.status_code == 201
        token = str(answer.json["token"])
        self.model.links[token] = self.model.who[browser]
        return token

    def revoke_links_of(self, browser: int) -> None:
        whose = self.model.who[browser]
        self.model.links = {t: who for t, who in self.model.links.items() if who != whose}

    @rule(target=tokens, browser=BROWSERS)
    def revoke_link(self, browser: int) -> Any:
        assert self.ask(browser, "DELETE", "/api/v1/me/links").status_code == 204
        self.revoke_links_of(browser)
        return multiple()

    @rule(browser=BROWSERS, token=tokens)
    def join(self, browser: int, token: str) -> None:
        there, here = self.model.links.get(token), self.model.who[browser]
        status = 410 if there is None else 409 if there == here else 200
        answer = self.ask(browser, "POST", "/api/v1/me/join", {"token": token})
        assert answer.status_code == status
        if there is not None and status == 200:
            del self.model.links[token]
            for one in self.model.theirs(browser).values():
                one.owner = there
            self.model.who[browser] = there

    @rule(browser=BROWSERS)
    def download(self, browser: int) -> None:
        data = self.ask(browser, "GET", "/api/v1/me/data.zip").data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            told = {one["id"]: one for one in json.loads(archive.read("drawings.json"))}
        assert {key: one["label"] for key, one in told.items()} == self.model.shown(browser)
        for drawing_id, one in told.items():
            history = [event["label"] for event in one["labels"]]
            assert history == self.model.drawings[drawing_id].labels

    def teardown(self) -> None:
        """Check that each browser sees exactly its own drawings, and the totals."""
        for browser in range(3):
            expected = self.model.shown(browser)
            mine = self.ask(browser, "GET", f"{URL}/mine?limit=500").json
            assert {one["id"]: one["label"] for one in mine["items"]} == expected
            assert mine["counts"]["total"] == len(expected)
            assert self.ask(browser, "GET", "/api/v1/me/data").json["n_drawings"] == len(expected)
        kept = [one for one in self.model.drawings.values() if one.deleted_at is None]
        stats = self.stats()
        assert stats["n_drawings"] - self.totals["n_drawings"] == len(kept)
        for label in range(10):
            n = sum(one.labels[-1] == label for one in kept)
            assert stats["by_label"][label] - self.totals["by_label"][label] == n


@pytest.mark.slow
def test_the_invariants_hold_in_any_order_of_contributions(app: Flask) -> None:
    machine = type("OfThisApp", (Contributions,), {"app": app})

    run_state_machine_as_test(machine, settings=tries(20, n_steps=30))
