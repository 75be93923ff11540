"""Answers do not depend on the language that a client asks for."""

from __future__ import annotations

import pytest

URLS = ("schedule", "stats", "overview", "runs", "models", "maps", "webhook")


@pytest.mark.parametrize("url", URLS)
def test_a_client_that_asks_for_chinese_gets_the_same_answer(admin, url):
    plain = admin.get(f"/api/v1/{url}")
    chinese = admin.get(f"/api/v1/{url}", headers={"Accept-Language": "zh-CN,zh;q=0.9"})

    assert (plain.status_code, chinese.status_code) == (200, 200)
    assert chinese.data == plain.data
    assert "Accept-Language" not in plain.headers.get("Vary", "")


def test_a_refusal_is_in_english_for_every_client(client):
    answer = client.get("/api/v1/runs/9", headers={"Accept-Language": "zh"})

    assert answer.json["message"].isascii()
