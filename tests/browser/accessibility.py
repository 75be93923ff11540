"""Accessibility violations of a page, found by axe-core."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.support.running import ROOT

AXE = ROOT / "webui" / "node_modules" / "axe-core" / "axe.min.js"


def axe_findings(page: Page) -> list[str]:
    """Each violation as "rule: element", over all of axe's rules."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
