"""The pages' types are those of the server: `npm run contract` makes them of its schemas."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from core.base.settings import Settings
from scripts.print_openapi import schemas_of
from server.app import create_app
from tests.support.running import ROOT

CONTRACT = ROOT / "webui" / "src" / "contract.ts"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def parts() -> tuple[dict[str, str], str]:
    """The hashes in the head of contract.ts, and the types below it."""
    head, _, types = CONTRACT.read_text(encoding="utf-8").partition("*/\n\n")
    return dict(re.findall(r"(schemas|types)\s+([0-9a-f]{64})", head)), types


def test_the_contract_was_made_of_the_schemas_as_they_are(
    parts: tuple[dict[str, str], str], tmp_path: Path
) -> None:
    hashes, _ = parts

    schemas = schemas_of(create_app(Settings.from_env({}, instance=tmp_path)))

    assert hashes["schemas"] == sha256(schemas), "run: npm --prefix webui run contract"


def test_the_contract_was_not_edited_by_hand(parts: tuple[dict[str, str], str]) -> None:
    hashes, types = parts

    assert hashes["types"] == sha256(types), "run: npm --prefix webui run contract"
