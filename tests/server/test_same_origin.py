"""Changes that another site makes a browser send are refused."""

import pytest

from tests.server.shapes import drawing

URL = "/api/v1/drawings"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {},
    ],
    ids=["same origin", "address bar", "plain http", "both", "no browser"],
)
def test_own_pages_and_programs_are_accepted(client, headers):
    assert client.post(URL, json=drawing(), headers=headers).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_another_site_is_refused(client, headers, method):
    path = URL if method == "POST" else f"{URL}/{drawing()['id']}"

    answer = client.open(path, method=method, json=drawing(), headers=headers)

    assert answer.status_code == 403
    assert "another site" in answer.json["message"]


def test_cross_site_reads_are_left_to_the_browsers_rules(client):
    answer = client.get("/api/v1/stats", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
