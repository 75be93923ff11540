"""Known holes in the packages that Inkloop stands on: `make audit`.

pip-audit looks at the exact versions of constraints.txt, npm at those of package-lock.json. What
they find fails, unless `scripts/audit-arguments.toml` argues why it does no harm here, and until
when that holds. A tool that cannot reach its advisories calls everything clean, or not found: that
is neither clean nor a finding, and is told as such.

    0  clean, or argued        1  holes without an argument        2  nobody could be asked
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = ROOT / "scripts" / "audit-arguments.toml"
FOUND, NOT_ASKED = 1, 2
MAX_NAMES = 8


@dataclass
class Report:
    """What one tool said."""

    tool: str
    n_asked: int = 0
    holes: dict[str, str] = field(default_factory=dict)
    """By the advisory's id: which package, in which version."""
    not_asked: list[str] = field(default_factory=list)
    """Packages, or the whole tool, that no advisory was looked up for, and why."""


def of_pip(said: dict[str, Any]) -> Report:
    """What `pip-audit --format json` says. Packages that it skipped were not looked up."""
    report = Report("pip-audit")
    for one in said["dependencies"]:
        if "skip_reason" in one:
            report.not_asked.append(one["name"])
            continue
        report.n_asked += 1
        for hole in one["vulns"]:
            report.holes[hole["id"]] = f"{one['name']} {one['version']}"
    return report


def of_npm(said: dict[str, Any]) -> Report:
    """What `npm audit --json` says; `via` has the advisories, or names where they are."""
    report = Report("npm audit")
    if "vulnerabilities" not in said:
        report.not_asked.append(str(said.get("message") or "no answer"))
        return report
    report.n_asked = said["metadata"]["dependencies"]["total"]
    for name, one in said["vulnerabilities"].items():
        for via in one["via"]:
            if isinstance(via, dict):
                report.holes[via["url"].rpartition("/")[2]] = f"{name} {via['range']}"
    return report


def judge(reports: list[Report], argued: dict[str, Any], today: date) -> tuple[list[str], int]:
    """The lines to show, and the exit code."""
    lines, code = [], 0
    for report in reports:
        for hole, where in sorted(report.holes.items()):
            argument = argued.get(hole)
            if argument is None:
                lines.append(f"{report.tool}: {hole} in {where}: raise it, or argue it")
                code = FOUND
            elif argument["until"] < today:
                lines.append(f"{report.tool}: {hole} in {where}: argued until {argument['until']}")
                code = FOUND
            else:
                lines.append(f"{report.tool}: {hole} in {where}: harmless, {argument['because']}")
        if report.not_asked:
            named = ", ".join(report.not_asked[:MAX_NAMES])
            rest = len(report.not_asked) - MAX_NAMES
            lines.append(
                f"{report.tool}: NOT AUDITED, its advisories cannot be reached from here: "
                + named
                + (f" and {rest} more" if rest > 0 else "")
            )
            code = code or NOT_ASKED
        lines.append(
            f"{report.tool}: {report.n_asked} packages looked up, {len(report.holes)} holes known"
        )
    return lines, code


def _json_of(*command: str) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return {"message": f"{Path(command[0]).name}: {why}", "dependencies": []}
    return found


def main(pip_audit: str) -> int:
    """Ask both, and say what came of it."""
    asked = ("-r", "constraints.txt", "--no-deps", "--disable-pip", "--format", "json")
    said = _json_of(pip_audit, *asked, "--progress-spinner", "off")
    python = of_pip(said)
    if not said["dependencies"]:
        python.not_asked.append(said["message"])
    pages = of_npm(_json_of("npm", "--prefix", "webui", "audit", "--json"))
    argued = tomllib.loads(ARGUMENTS.read_text(encoding="utf-8"))
    lines, code = judge([python, pages], argued, datetime.now(UTC).date())
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
