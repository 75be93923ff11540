"""The examples in docs/deploy agree with the code that they start."""

from __future__ import annotations

import re

import pytest

from core.base.settings import Settings
from core.transfer.uploads import MAX_FILE_BYTES
from server.app import MAX_BODY_BYTES
from tests.support.running import ROOT

DEPLOY = ROOT / "docs" / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
CADDY = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def nginx_bytes(size: str) -> int:
    """Convert nginx's size (`10m`) to bytes."""
    return int(size[:-1]) * 2**20


@pytest.mark.parametrize(
    "name", ["Containerfile", "inkloop.service", "inkloop-backup.service"]
)  # fmt: skip
def test_every_setting_in_the_examples_exists(name: str) -> None:
    given = dict(re.findall(r"(INKLOOP_\w+)=(\S+)", (DEPLOY / name).read_text(encoding="utf-8")))

    assert Settings.from_env(given).instance.as_posix() == "/var/lib/inkloop"


def test_the_container_gets_every_folder_that_the_server_needs() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    names = [name for line in copied for name in line.split()]

    assert {"core", "server", "trainer", "migrations", "constraints.txt"} <= set(names)
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_nginx_accepts_every_body_that_the_server_accepts() -> None:
    everything, imports = re.findall(r"client_max_body_size (\w+);", NGINX)

    assert nginx_bytes(everything) >= MAX_BODY_BYTES
    assert nginx_bytes(imports) > MAX_FILE_BYTES


def test_nginx_sets_every_header_that_the_server_trusts() -> None:
    """A header forwarded from the client could hold any value."""
    for name in ("For", "Host", "Proto"):
        assert re.search(rf"proxy_set_header X-Forwarded-{name} +\$\w+;", NGINX)
    assert "$proxy_add_x_forwarded_for" not in NGINX


def test_caddy_refuses_exactly_the_bodies_that_the_server_refuses() -> None:
    forms, imports = re.findall(r"header_regexp Content-Length (\S+)", CADDY)

    assert not re.search(forms, str(MAX_BODY_BYTES - 1))
    assert re.search(forms, str(MAX_BODY_BYTES + 1))
    assert re.search(forms, str(MAX_FILE_BYTES))
    assert not re.search(imports, str(MAX_FILE_BYTES + 10_000))  # with the form's overhead
    assert re.search(imports, str(int(1.2 * MAX_FILE_BYTES)))
    assert re.search(imports, str(100 * MAX_FILE_BYTES))


def test_caddy_forwards_no_proxy_header_of_a_client() -> None:
    """By default, Caddy replaces the three headers; `trusted_proxies` would forward them."""
    directives = re.sub(r"#.*", "", CADDY)

    assert "reverse_proxy 127.0.0.1:8000" in directives
    assert "trusted_proxies" not in directives
    assert "header_up" not in directives
    assert re.search(r"handle /metrics \{\s*respond 404", directives)
