"""`make audit`: vulnerable, accepted, clean or not audited."""

from __future__ import annotations

from datetime import date
from typing import Any

from scripts.audit import NOT_AUDITED, VULNERABLE, judge, parse_npm_audit, parse_pip_audit

TODAY = date(2026, 11, 23)
PIP_VULNERABLE = {
    "dependencies": [{"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-1"}]}]
}
CLEAN = {"dependencies": [{"name": "flask", "version": "3.1.3", "vulns": []}]}
SKIPPED = {"dependencies": [{"name": "flask", "skip_reason": "Dependency not found on PyPI"}]}
NPM_CLEAN = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}
NPM_VULNERABLE = NPM_CLEAN | {
    "vulnerabilities": {
        "vite": {"via": [{"url": "https://github.com/advisories/GHSA-1", "range": "<8"}, "x"]}
    }
}


def judged(python: Any, pages: Any, accepted: Any = None) -> tuple[str, int]:
    lines, code = judge([parse_pip_audit(python), parse_npm_audit(pages)], accepted or {}, TODAY)
    return "\n".join(lines), code


def test_no_vulnerability_passes() -> None:
    assert judged(CLEAN, NPM_CLEAN)[1] == 0


def test_a_vulnerability_of_either_tool_fails() -> None:
    for output, code in (judged(PIP_VULNERABLE, NPM_CLEAN), judged(CLEAN, NPM_VULNERABLE)):
        assert code == VULNERABLE
        assert "upgrade it, or accept it" in output


def test_an_accepted_vulnerability_passes_until_its_date() -> None:
    accepted = {"PYSEC-1": {"because": "we never call it", "until": TODAY}}
    late = {"PYSEC-1": {"because": "we never call it", "until": date(2026, 11, 22)}}

    assert judged(PIP_VULNERABLE, NPM_CLEAN, accepted)[1] == 0
    assert judged(PIP_VULNERABLE, NPM_CLEAN, late)[1] == VULNERABLE


def test_packages_without_a_lookup_are_not_audited() -> None:
    """pip-audit exits with 0 and "no known vulnerabilities" when its index has no advisories."""
    for python, pages in ((SKIPPED, NPM_CLEAN), (CLEAN, {"message": "405 Method Not Allowed"})):
        output, code = judged(python, pages)
        assert code == NOT_AUDITED
        assert "NOT AUDITED" in output


def test_a_vulnerability_has_priority_over_packages_not_audited() -> None:
    assert judged(PIP_VULNERABLE, {"message": "405"})[1] == VULNERABLE
