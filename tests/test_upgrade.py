"""Upgrade an instance of an older release: the server gives the answers that were recorded then.

`scripts/make_old_instance.py` made the instance and recorded the answers.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from scripts.make_old_instance import FIXTURE, FOLDER, RECORD, shorten
from tests.support.running import Running, run_inkloop, running, wait_until

pytestmark = pytest.mark.slow

RECORDED = json.loads(RECORD.read_text(encoding="utf-8"))
CALLS = [(who, path) for who, paths in RECORDED["answers"].items() for path in paths]
WORDING = {"sentence", "schedule_sentence", "rule_sentence", "message", "what_to_do"}
"""Sentences that the server builds on each request; their wording may change."""


class Upgraded:
    """The server on the upgraded instance, with its answers before any test changes it."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.answers = {(who, path): self._answer(who, path) for who, path in CALLS}
        self.predictions = [self.predict(one["strokes"]) for one in RECORDED["predictions"]]

    def _answer(self, who: str, path: str) -> Any:
        """Answer of a GET in the form of the record; the status code, if it is an error."""
        answer = self.send(who, "GET", path)
        return shorten(path, answer.json()) if answer.ok else answer.status_code

    def send(
        self, who: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> requests.Response:
        """Send a request with the cookies or the token that the older server issued."""
        return requests.request(
            method,
            self.server.url + path,
            json=body,
            headers={"Authorization": f"Bearer {RECORDED['token']}"} if who == "token" else {},
            cookies=RECORDED["cookies"][who],
            timeout=120,
        )

    def ask(
        self, who: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> requests.Response:
        """Send a request that has to succeed."""
        answer = self.send(who, method, path, body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def predict(self, strokes: list[Any]) -> dict[str, Any]:
        """Return the live version's prediction for strokes on the default canvas."""
        canvas = {"strokes": strokes, "width": 280, "height": 280}
        read = self.ask("anybody", "POST", "/api/v1/predictions", canvas).json()
        assert isinstance(read, dict)
        return read


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """One server for the module; `inkloop serve` migrates the database at its start."""
    folder = tmp_path_factory.mktemp("upgrade")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, filter="data")
    fetched = run_inkloop(folder / FOLDER, "data", "fetch")  # MNIST is no part of the fixture
    assert fetched.returncode == 0, fetched.stdout + fetched.stderr
    with running("serve", folder / FOLDER, INKLOOP_WORKERS="1") as server:
        server.wait("/readyz")
        yield Upgraded(server)


def differences(recorded: Any, now: Any, where: str = "") -> list[str]:
    """Return the missing and changed fields; objects may have new fields."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        found = [f"{where}.{name} is missing" for name in recorded.keys() - now.keys()]
        for name in recorded.keys() & now.keys():
            found += _of_field(name, recorded[name], now[name], f"{where}.{name}")
        return found
    if isinstance(recorded, list) and isinstance(now, list):
        if len(recorded) != len(now):
            return [f"{where} has {len(now)} items, {len(recorded)} before"]
        pairs = enumerate(zip(recorded, now, strict=True))
        return [one for at, (a, b) in pairs for one in differences(a, b, f"{where}[{at}]")]
    return [] if recorded == now else [f"{where} is {now!r}, {recorded!r} before"]


def _of_field(name: str, recorded: Any, now: Any, where: str) -> list[str]:
    if name in WORDING and recorded is not None:
        return [] if isinstance(now, str) and now else [f"{where} says nothing"]
    return differences(recorded, now, where)


@pytest.mark.parametrize(("who", "path"), CALLS)
def test_the_server_gives_the_recorded_answers(upgraded: Upgraded, who: str, path: str) -> None:
    recorded = RECORDED["answers"][who][path]

    assert differences(recorded, upgraded.answers[who, path]) == []


def test_the_record_covers_every_kind_of_row() -> None:
    """Without such rows the comparisons above would prove nothing."""
    answers = RECORDED["answers"]
    drawings = answers["reviewer"]["/api/v1/drawings?limit=500"]["items"]
    runs = answers["admin"]["/api/v1/runs"]["items"]
    promotions = answers["reviewer"]["/api/v1/overview"]["promotions"]

    assert len(drawings) >= 60
    assert {one["source"] for one in drawings} == {"drawn", "uploaded", "imported"}
    assert {one["split"] for one in drawings} == {"train", "holdout_known", "holdout_new"}
    assert {one["status"] for one in drawings} == {"accepted", "quarantined", "rejected"}
    assert {one["status"] for one in runs} == {"promoted", "held", "failed", "cancelled"}
    assert {one["kind"] for one in promotions} == {"gate", "rollback", "promote"}


def test_the_live_version_reads_as_before(upgraded: Upgraded) -> None:
    for recorded, now in zip(RECORDED["predictions"], upgraded.predictions, strict=True):
        probabilities = recorded["read"]["probabilities"]

        assert now["probabilities"] == pytest.approx(probabilities, abs=1e-5)
        now["probabilities"] = probabilities
        assert differences(recorded["read"], shorten("", now)) == []


@pytest.mark.parametrize(("path", "sha256"), RECORDED["files"].items())
def test_the_files_of_versions_are_unchanged(upgraded: Upgraded, path: str, sha256: str) -> None:
    data = upgraded.ask("admin", "GET", path).content

    assert hashlib.sha256(data).hexdigest() == sha256


def test_the_command_verifies_all_versions(upgraded: Upgraded) -> None:
    verified = run_inkloop(upgraded.server.instance, "models", "verify", "--json")

    assert verified.returncode == 0, verified.stdout + verified.stderr
    versions = {one["version"]: one["ok"] for one in json.loads(verified.stdout)["items"]}
    assert versions == {1: True, 2: True, 3: True}


@pytest.mark.parametrize("role", ["admin", "reviewer"])
def test_an_account_signs_in_with_its_password(upgraded: Upgraded, role: str) -> None:
    account = {"email": RECORDED["emails"][role], "password": RECORDED["password"]}
    url = f"{upgraded.server.url}/api/v1/login"

    assert requests.post(url, json=account, timeout=120).json()["role"] == role
    wrong = account | {"password": "not the password of anybody"}
    assert requests.post(url, json=wrong, timeout=120).status_code == 401


def test_a_link_still_carries_its_contributor(upgraded: Upgraded) -> None:
    link = {"token": RECORDED["link"]}

    found = upgraded.ask("anybody", "POST", "/api/v1/me/join/preview", link).json()

    total = RECORDED["answers"]["alice"]["/api/v1/me/data"]["n_drawings"]
    assert found["n_there"] == total


def test_a_deleted_drawing_stays_deleted(upgraded: Upgraded) -> None:
    answer = upgraded.send("alice", "GET", f"/api/v1/drawings/{RECORDED['ids']['deleted']}")

    assert answer.status_code == 410


def test_a_contributor_relabels_an_older_drawing(upgraded: Upgraded) -> None:
    path = f"/api/v1/drawings/{RECORDED['ids']['uploaded']}"

    before = RECORDED["answers"]["reviewer"][f"{path}/record"]["labels"]

    changed = upgraded.ask("alice", "PATCH", path, {"label": 3}).json()

    assert changed["label"] == 3
    labels = upgraded.ask("reviewer", "GET", f"{path}/record").json()["labels"]
    assert [one["label"] for one in labels] == [one["label"] for one in before] + [3]


def test_a_contributor_can_go_on_drawing(upgraded: Upgraded) -> None:
    mine = "/api/v1/drawings/mine?limit=500"
    before = upgraded.ask("bob", "GET", mine).json()["counts"]["total"]
    canvas = {"strokes": RECORDED["predictions"][3]["strokes"], "width": 280, "height": 280}
    drawing = {"id": str(uuid.uuid4()), "label": 3, "prediction": None, **canvas}

    answer = upgraded.ask("bob", "POST", "/api/v1/drawings", drawing)

    assert answer.status_code == 201
    after = upgraded.ask("bob", "GET", mine).json()
    assert after["counts"]["total"] == before + 1
    assert after["items"][0]["id"] == drawing["id"]


def test_a_waiting_import_is_completed(upgraded: Upgraded) -> None:
    """Its uploaded file still exists after the upgrade."""
    waiting = _recorded_import("ready")

    upgraded.ask("admin", "POST", f"/api/v1/transfers/{waiting['id']}/store")

    assert _once(upgraded, waiting["id"], "done")["n_new"] == waiting["n_total"]


def test_an_older_import_is_undone(upgraded: Upgraded) -> None:
    done = _recorded_import("done")

    upgraded.ask("admin", "POST", f"/api/v1/transfers/{done['id']}/undo")

    _once(upgraded, done["id"], "undone")


def _recorded_import(status: str) -> dict[str, Any]:
    items = RECORDED["answers"]["reviewer"]["/api/v1/transfers"]["items"]
    (found,) = (one for one in items if one["status"] == status)
    assert isinstance(found, dict)
    return found


def _once(upgraded: Upgraded, transfer_id: int, status: str) -> dict[str, Any]:
    """Wait until the import has this status, and return it."""

    def look() -> dict[str, Any] | None:
        path = f"/api/v1/transfers/{transfer_id}"
        transfer: dict[str, Any] = upgraded.ask("admin", "GET", path).json()
        return transfer if transfer["status"] == status else None

    found = wait_until(look, f"import {transfer_id} is {status}", seconds=60)
    assert found is not None
    return found


def test_the_schedule_is_changed(upgraded: Upgraded) -> None:
    kept = RECORDED["answers"]["anybody"]["/api/v1/schedule"]
    names = ("cron", "timezone", "min_new_drawings", "enabled")
    wanted = {name: kept[name] for name in names} | {"cron": "0 4 * * *"}

    changed = upgraded.ask("admin", "PUT", "/api/v1/schedule", wanted).json()

    assert {name: changed[name] for name in names} == wanted


def test_an_admin_goes_back_a_version_and_forward_again(upgraded: Upgraded) -> None:
    strokes = RECORDED["predictions"][0]["strokes"]

    back = upgraded.ask("admin", "POST", "/api/v1/models/rollback", {"reason": "a test"}).json()
    read_back = upgraded.predict(strokes)["model_version"]
    upgraded.ask("admin", "POST", "/api/v1/models/2/promote", {"reason": "a test"})

    assert (back["version"], read_back) == (1, 1)
    assert upgraded.predict(strokes)["model_version"] == 2
