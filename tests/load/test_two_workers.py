"""A real server with two workers under load. Short versions of the bench `load`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from core.base.clock import utc_now
from core.base.kinds import Role
from core.base.settings import Settings
from core.cli.web_process import N_HEAPS
from core.people import accounts, passwords
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.shared_state import SharedState
from tests.conftest import SECRET
from tests.server import small_models
from tests.server.shapes import SEVEN, drawing, strokes
from tests.support.factories import new_id
from tests.support.http_load import load, post
from tests.support.running import Running, running, wait_until
from tests.support.slow_clients import MAX_CLIENTS, slow_clients

pytestmark = pytest.mark.slow

DRAWINGS_A_MINUTE = 40
ANSWERED_WITHIN_MS = 200.0
EMAIL, PASSWORD = "ada.lovelace@example.org", "four quiet words here"
PREDICTIONS = "/api/v1/predictions"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two workers with a champion and an admin; rate limits are on."""
    instance = tmp_path_factory.mktemp("two") / "instance"
    settings = Settings.from_env({}, instance=instance, secret_key=SECRET)
    migrate.upgrade(settings)
    database = Database(settings)
    with database.write() as session:
        small_models.publish(ModelStore(settings.models_dir), session, 1, says=7)
        hashed = passwords.HASHER.hash(PASSWORD)
        accounts.create_user(session, EMAIL, hashed, Role.ADMIN, by="test", now=utc_now())
    database.dispose()
    limits = {
        "INKLOOP_RATE_LIMITS": "on",
        "INKLOOP_MAX_DRAWINGS_PER_MINUTE": str(DRAWINGS_A_MINUTE),
        "INKLOOP_MAX_PREDICTIONS_PER_MINUTE": "100000",
    }
    with running(
        "serve", instance, INKLOOP_WORKERS="2", INKLOOP_SECRET_KEY=SECRET, **limits
    ) as inkloop:
        inkloop.wait("/readyz")
        shared_state = SharedState(settings)
        wait_until(lambda: len(shared_state.workers(now=utc_now())) == 2, "two workers run")
        shared_state.dispose()
        yield inkloop


@pytest.fixture(scope="module")
def admin(server: Running) -> requests.Session:
    """A signed-in browser."""
    browser = requests.Session()
    answer = browser.post(
        f"{server.url}/api/v1/login", json={"email": EMAIL, "password": PASSWORD}, timeout=120
    )
    assert answer.status_code == 200
    return browser


def test_both_workers_share_one_rate_limit(server: Running) -> None:
    """Each request has a new connection, so that both workers get some."""
    cookies = requests.get(f"{server.url}/api/v1/me", timeout=120).cookies
    answers = [
        requests.post(f"{server.url}/api/v1/drawings", json=drawing(), cookies=cookies, timeout=120)
        for _ in range(2 * DRAWINGS_A_MINUTE + 10)
    ]

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {201: DRAWINGS_A_MINUTE, 429: DRAWINGS_A_MINUTE + 10}
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_metrics_sum_over_both_workers(server: Running, admin: requests.Session) -> None:
    n_requests = 60
    line = 'inkloop_http_requests_total{method="GET",route="/api/v1/schedule",status="200"} '
    for _ in range(n_requests):
        requests.get(f"{server.url}/api/v1/schedule", timeout=120)

    def counted() -> float:
        page = admin.get(f"{server.url}/metrics", timeout=120).text
        found = re.search(re.escape(line) + r"(\S+)", page)
        return 0 if found is None else float(found[1])

    wait_until(lambda: counted() >= n_requests, "each worker has reported its counts", every=0.5)
    assert counted() == n_requests


def test_three_hundred_slow_clients_do_not_delay_a_normal_one(server: Running) -> None:
    request = post(PREDICTIONS, json.dumps(strokes()).encode())

    with slow_clients(server.port, MAX_CLIENTS) as slow:
        found = load(server.port, [lambda: request], seconds=8)
        n_reopened = slow.n_reopened

    assert set(found.statuses) == {200}
    assert n_reopened < MAX_CLIENTS  # they stayed connected
    assert found.percentile(99) <= ANSWERED_WITHIN_MS


def test_overload_is_refused_and_the_next_client_is_served(server: Running) -> None:
    request = post(PREDICTIONS, json.dumps(strokes()).encode())

    found = load(server.port, [lambda: request] * 256, seconds=3)

    assert set(found.statuses) <= {200, 429, 503}
    assert found.statuses[200] > 0
    assert found.statuses[503] > 0
    after = load(server.port, [lambda: request], seconds=1)
    assert set(after.statuses) == {200}
    assert after.percentile(50) <= ANSWERED_WITHIN_MS


def test_threads_share_two_malloc_arenas(server: Running) -> None:
    """With an arena per thread, a worker would have fourteen or fifteen."""
    request = post(PREDICTIONS, json.dumps(strokes()).encode())

    load(server.port, [lambda: request] * 32, seconds=2)

    workers = psutil.Process(server.process.pid).children()
    assert len(workers) == 2
    # Usually one. A thread's stack may start at such an address by chance.
    assert all(n_extra_arenas(worker.pid) <= N_HEAPS + 2 for worker in workers)


def n_extra_arenas(pid: int) -> int:
    """glibc aligns each arena to 64 MB, and only its beginning is writable."""
    n = 0
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        addresses, rights, _offset, _device, inode, *_path = line.split()
        start = int(addresses.partition("-")[0], 16)
        n += rights == "rw-p" and inode == "0" and start % (64 << 20) == 0
    return n


def test_the_log_has_request_ids_and_no_personal_data(
    server: Running, admin: requests.Session, tmp_path: Path
) -> None:
    person, api = requests.Session(), f"{server.url}/api/v1"
    address = {"X-Forwarded-For": "203.0.113.77", "User-Agent": "Secretive/1.0"}
    person.get(f"{api}/me?name=Grace+Hopper", timeout=120)
    mine = drawing(id=new_id(), label=4)
    token = admin.post(f"{api}/tokens", json={"name": "Vera's", "role": "admin"}, timeout=120)
    receiver = {"url": "https://hooks.example.org/T0K3N", "events": ["held"]}
    picture = {"file": ("grace-hopper.png", b"\x89PNG no picture", "image/png")}
    archive = {"file": ("of-grace.zip", b"PK\x03\x04 no archive", "application/zip")}
    last = "a-number-of-mine-1"
    answers = [
        person.post(f"{api}/drawings", json=mine, headers=address, timeout=120),
        person.post(f"{api}/drawings", json=mine | {"label": "4"}, timeout=120),
        person.get(f"{api}/drawings/{mine['id']}", timeout=120),
        person.post(f"{api}/predictions/image", files=picture, timeout=120),
        person.post(f"{api}/me/links", json={}, timeout=120),
        requests.post(
            f"{api}/login", json={"email": EMAIL, "password": "Xyzzy wrong words"}, timeout=120
        ),
        requests.get(f"{api}/users", headers={"Authorization": "Bearer madeup123"}, timeout=120),
        admin.post(f"{api}/users", json={"email": EMAIL, "role": "reviewer"}, timeout=120),
        admin.put(f"{api}/webhook", json=receiver, timeout=120),
        admin.post(f"{api}/import", files=archive, timeout=120),
        admin.get(f"{api}/drawings?contributor=grace", timeout=120),
        admin.get(f"{api}/audit?by=grace", timeout=120),
        requests.get(f"{api}/nothing/grace", headers={"X-Request-ID": last}, timeout=120),
    ]
    assert max(answer.status_code for answer in answers) < 500
    assert answers[-1].headers["X-Request-ID"] == last
    wait_until(lambda: last in server.log(), "the log has the last request")

    log = server.log()
    secrets = {
        "e-mail": EMAIL,
        "password": PASSWORD,
        "another password": "Xyzzy",
        "contributor's cookie": str(person.cookies["inkloop_contributor"]).split(".")[0],
        "session cookie": admin.cookies["inkloop_session"],
        "token": token.json()["token"],
        "an unknown token": "madeup123",
        "webhook": "T0K3N",
        "id of a drawing": mine["id"],
        "strokes": f"{SEVEN[0][0][0]}, {SEVEN[0][0][1]}",
        "ink": answers[0].json()["ink"][:60],
        "address": "203.0.113.77",
        "browser": "Secretive",
        "query": "Grace+Hopper",
        "file name": "hopper",
        "another file name": "of-grace",
    }
    assert [what for what, secret in secrets.items() if secret in log] == []
    assert "127.0.0.1" not in log
    lines = [json.loads(line) for line in log.splitlines()]
    requested = [line for line in lines if line["event"] == "request"]
    assert all({"ts", "level", "part", "request_id"} <= set(line) for line in requested)
    assert [line["status"] for line in requested if line["request_id"] == last] == [404]
