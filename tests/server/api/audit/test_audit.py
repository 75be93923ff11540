"""The audit log: filters, pages and downloads."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from core.storage.audit import audit
from core.transfer.spreadsheet import inert
from server.api.audit import routes as route
from server.api.audit.queries import EventFilter, events
from tests.server.shapes import drawing

URL = "/api/v1/audit"
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def thirty(parts):
    """Thirty events, one a day from March 1st on, alternately by the gate and by command."""
    with parts.database.write() as session:
        for n in range(30):
            audit(
                session,
                by=("gate", "command")[n % 2],
                action=("promote", "anchor")[n // 15],
                subject=f"version:{n % 3}",
                now=DAY + timedelta(days=n),
                reason=f"reason {n}",
            )


def reasons(client, query: str) -> list[int]:
    found, after = [], ""
    while True:
        page = client.get(f"{URL}?{query}{after}").json
        found += [int(item["facts"]["reason"].split()[1]) for item in page["items"]]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("by=gate", list(range(28, -1, -2))),
        ("action=anchor", list(range(29, 14, -1))),
        ("subject=version:2&by=gate", [26, 20, 14, 8, 2]),
        ("since=2026-03-05&until=2026-03-07", [6, 5, 4]),
        ("since=2026-03-28&by=command", [29, 27]),
        ("until=2026-03-01", [0]),
        ("since=2026-02-01&until=2026-02-02", []),
        ("by=gate&limit=4", list(range(28, -1, -2))),
        ("since=2026-03-05&until=2026-03-07&limit=1", [6, 5, 4]),
    ],
)
def test_filters_work_with_any_page_size(admin, thirty, query, expected):
    assert reasons(admin, query) == expected


@pytest.mark.parametrize("query", ["since=yesterday", "since=2026-02-30", "limit=0", "who=x"])
def test_invalid_filters_are_refused(admin, query):
    assert admin.get(f"{URL}?{query}").status_code == 422


def test_accounts_are_named_by_their_address(admin):
    admin.post("/api/v1/users", json={"email": "eva@example.org", "role": "reviewer"})

    (event,) = admin.get(f"{URL}?action=create_user&limit=1").json["items"]

    assert (event["name"], event["subject_name"]) == ("admin@example.org", "eva@example.org")


def test_changes_by_people_are_logged(admin, client, parts):
    sent = {"reason": "scribbles"}
    client.post(
        "/api/v1/drawings",
        json={
            "id": "0b7f3f0e-5c1e-4f0a-9a52-6f2f1d0c9b11",
            "label": 7,
            "strokes": [[[100, 40], [110, 240]]],
            "width": 280,
            "height": 280,
        },
    )
    eva = admin.post("/api/v1/users", json={"email": "eva@example.org", "role": "reviewer"}).json
    admin.patch(f"/api/v1/users/{eva['id']}", json={"role": "admin"})
    admin.patch(f"/api/v1/users/{eva['id']}", json={"disabled": True})
    admin.patch(f"/api/v1/users/{eva['id']}", json={"disabled": False})
    admin.post(f"/api/v1/users/{eva['id']}/password", json={})
    admin.post("/api/v1/tokens", json={"name": "nightly", "role": "reviewer"})
    admin.delete("/api/v1/tokens/1")
    admin.post("/api/v1/contributors/1/block", json=sent)
    admin.post("/api/v1/contributors/1/unblock", json=sent)
    admin.post("/api/v1/contributors/1/erasure")
    admin.get(f"{URL}.csv")
    admin.post("/api/v1/logout")

    with parts.database.read() as session:
        rows = events(session, EventFilter(), before=None, limit=100)
        done = [row.action for row in reversed(rows)]

    assert done[done.index("create_user", 1) :] == [
        *("create_user", "set_role", "disable_user", "enable_user", "set_password"),
        *("make_token", "revoke_token", "block", "unblock", "erase", "export_audit", "sign_out"),
    ]


def test_the_csv_file_opens_in_a_spreadsheet_and_runs_no_formula(admin, parts):
    with parts.database.write() as session:
        audit(session, by="=cmd|' /C calc'!A1", action="+1", subject="@x", now=DAY, reason='a,"b')

    answer = admin.get(f"{URL}.csv?until=2026-03-01")

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert [row["by"], row["action"], row["subject"]] == ["'=cmd|' /C calc'!A1", "'+1", "'@x"]
    assert json.loads(row["facts"]) == {"reason": 'a,"b'}


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_that_looks_like_a_formula_is_quoted(cell):
    assert inert(cell) == "'" + cell


def test_the_json_lines_contain_every_event(admin, thirty, monkeypatch):
    monkeypatch.setattr(route, "CHUNK", 7)

    answer = admin.get(f"{URL}.jsonl?until=2026-03-30")

    events = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert [event["facts"]["reason"] for event in events] == [
        f"reason {n}" for n in range(29, -1, -1)
    ]


def test_a_reviewers_changes_to_others_drawings_are_logged(admin, client):
    made = client.post("/api/v1/drawings", json=drawing()).json["id"]
    client.patch(f"/api/v1/drawings/{made}", json={"label": 4})
    admin.patch(f"/api/v1/drawings/{made}", json={"label": 5})
    admin.delete(f"/api/v1/drawings/{made}")
    admin.post(f"/api/v1/drawings/{made}/restore")

    events = admin.get(f"{URL}?subject=drawing:{made}").json["items"]

    assert [event["action"] for event in events] == ["restore", "delete", "relabel"]
    assert {event["name"] for event in events} == {"admin@example.org"}
