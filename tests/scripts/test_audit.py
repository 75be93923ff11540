"""`make audit` tells clean from unknown: a tool that reached nobody has found nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from scripts.audit import FOUND, NOT_ASKED, judge, of_npm, of_pip

TODAY = date(2026, 11, 23)
HOLE = {"dependencies": [{"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-1"}]}]}
CLEAN = {"dependencies": [{"name": "flask", "version": "3.1.3", "vulns": []}]}
SKIPPED = {"dependencies": [{"name": "flask", "skip_reason": "Dependency not found on PyPI"}]}
NPM_CLEAN = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}
NPM_HOLE = NPM_CLEAN | {
    "vulnerabilities": {
        "vite": {"via": [{"url": "https://github.com/advisories/GHSA-1", "range": "<8"}, "x"]}
    }
}


def judged(python: Any, pages: Any, argued: Any = None) -> tuple[str, int]:
    lines, code = judge([of_pip(python), of_npm(pages)], argued or {}, TODAY)
    return "\n".join(lines), code


def test_clean_is_clean() -> None:
    assert judged(CLEAN, NPM_CLEAN)[1] == 0


def test_a_hole_fails_in_either_language() -> None:
    for said, code in (judged(HOLE, NPM_CLEAN), judged(CLEAN, NPM_HOLE)):
        assert code == FOUND
        assert "raise it, or argue it" in said


def test_an_argued_hole_passes_until_its_day() -> None:
    argued = {"PYSEC-1": {"because": "we never call it", "until": TODAY}}
    late = {"PYSEC-1": {"because": "we never call it", "until": date(2026, 11, 22)}}

    assert judged(HOLE, NPM_CLEAN, argued)[1] == 0
    assert judged(HOLE, NPM_CLEAN, late)[1] == FOUND


def test_advisories_that_nobody_could_ask_for_are_not_called_clean() -> None:
    """pip-audit ends with 0 and "no known vulnerabilities" when an index tells it nothing."""
    for python, pages in ((SKIPPED, NPM_CLEAN), (CLEAN, {"message": "405 Method Not Allowed"})):
        said, code = judged(python, pages)
        assert code == NOT_ASKED
        assert "NOT AUDITED" in said


def test_a_hole_counts_more_than_what_could_not_be_asked() -> None:
    assert judged(HOLE, {"message": "405"})[1] == FOUND
