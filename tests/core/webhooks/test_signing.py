"""Which addresses a webhook may call, and the signature of a delivery."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import ip_address

import pytest

from core.base.errors import InvalidInput
from core.webhooks.signing import check_url, is_public, port_of, signature, signing_secret

NOT_PUBLIC = [
    *("127.0.0.1", "127.255.0.9", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.7", "198.18.0.1", "203.0.113.9"),
    *("192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::9", "fec0::1", "ff02::1"),
    *("2001:db8::1", "2001::1", "2002:7f00:1::", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "4000::1"),
]
PUBLIC = [
    *("1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "198.20.0.1", "223.255.255.1"),
    *("2606:4700::1111", "2a00:1450:4001::64", "::ffff:1.1.1.1", "64:ff9b::101:101"),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_private_addresses_are_recognised(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_recognised(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "example.org/hook", "https://", "https:///path", "file:///etc"),
        *("https://user:pw@example.org/", "https://user@example.org/", "https://example.org/#a"),
        *("https://example.org/a b", "https://example.org/\r\nX: y", "https://exämple.org/"),
        *("https://example.org:0/", "https://example.org:70000/", "https://[::1/"),
        *("https://example.org/" + "a" * 1_000, "javascript:alert(1)", ""),
    ],
)
def test_malformed_addresses_are_refused_even_if_private_ones_are_allowed(
    url: str,
) -> None:
    with pytest.raises(InvalidInput):
        check_url(url, allows_private=True)


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost:9000/", "http://127.0.0.1/", "http://[::1]:80/", "http://10.0.0.8/x"),
        *("http://[::ffff:192.168.0.1]/", "http://printer.local/", "http://a.internal/"),
    ],
)
def test_private_addresses_are_refused_unless_allowed(url: str) -> None:
    with pytest.raises(InvalidInput, match="INKLOOP_WEBHOOK_PRIVATE"):
        check_url(url, allows_private=False)

    assert check_url(url, allows_private=True).hostname


def test_the_port_defaults_to_that_of_the_scheme() -> None:
    urls = ["https://example.org/a?b=c", "http://example.org", "https://example.org:8443/"]

    assert [port_of(check_url(url, allows_private=False)) for url in urls] == [443, 80, 8443]


def test_the_receiver_can_check_a_signature_with_the_secret() -> None:
    secret = signing_secret(b"of the instance", "salt")

    expected = hmac.new(secret.encode(), b"body", hashlib.sha256).hexdigest()

    assert signature(secret, b"body") == f"sha256={expected}"
    assert signing_secret(b"of the instance", "another") != secret
