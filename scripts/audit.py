"""Known vulnerabilities of the packages that Inkloop uses: `make audit`.

pip-audit checks the exact versions of constraints.txt, npm those of package-lock.json. A
vulnerability fails the audit unless `scripts/audit-arguments.toml` accepts it with a reason
and a date. A tool that cannot reach its advisories reports no vulnerability or an error; both
are reported as "not audited".

Exit codes:
    0  no vulnerability, or all of them accepted
    1  a vulnerability that is not accepted
    2  some packages were not audited
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
VULNERABLE, NOT_AUDITED = 1, 2
MAX_NAMES = 8


@dataclass
class AuditResult:
    """The result of one tool."""

    tool: str
    n_audited: int = 0
    vulnerabilities: dict[str, str] = field(default_factory=dict)
    """Package and version, by the advisory's id."""
    not_audited: list[str] = field(default_factory=list)
    """Packages without a lookup, or the tool's error."""


def parse_pip_audit(output: dict[str, Any]) -> AuditResult:
    """Parse `pip-audit --format json`. Skipped packages count as not audited."""
    result = AuditResult("pip-audit")
    for one in output["dependencies"]:
        if "skip_reason" in one:
            result.not_audited.append(one["name"])
            continue
        result.n_audited += 1
        for vulnerability in one["vulns"]:
            result.vulnerabilities[vulnerability["id"]] = f"{one['name']} {one['version']}"
    return result


def parse_npm_audit(output: dict[str, Any]) -> AuditResult:
    """Parse `npm audit --json`. An entry of `via` is an advisory, or a package's name."""
    result = AuditResult("npm audit")
    if "vulnerabilities" not in output:
        result.not_audited.append(str(output.get("message") or "no answer"))
        return result
    result.n_audited = output["metadata"]["dependencies"]["total"]
    for name, one in output["vulnerabilities"].items():
        for via in one["via"]:
            if isinstance(via, dict):
                result.vulnerabilities[via["url"].rpartition("/")[2]] = f"{name} {via['range']}"
    return result


def judge(
    results: list[AuditResult], accepted: dict[str, Any], today: date
) -> tuple[list[str], int]:
    """Return the lines to print and the exit code."""
    lines, code = [], 0
    for result in results:
        for advisory, package in sorted(result.vulnerabilities.items()):
            argument = accepted.get(advisory)
            if argument is None:
                lines.append(f"{result.tool}: {advisory} in {package}: upgrade it, or accept it")
                code = VULNERABLE
            elif argument["until"] < today:
                until = argument["until"]
                lines.append(f"{result.tool}: {advisory} in {package}: accepted until {until}")
                code = VULNERABLE
            else:
                because = argument["because"]
                lines.append(f"{result.tool}: {advisory} in {package}: accepted, {because}")
        if result.not_audited:
            named = ", ".join(result.not_audited[:MAX_NAMES])
            n_more = len(result.not_audited) - MAX_NAMES
            lines.append(
                f"{result.tool}: NOT AUDITED, its advisories cannot be reached from here: "
                + named
                + (f" and {n_more} more" if n_more > 0 else "")
            )
            code = code or NOT_AUDITED
        n_found = len(result.vulnerabilities)
        lines.append(f"{result.tool}: {result.n_audited} packages, {n_found} vulnerabilities")
    return lines, code


def _json_of(*command: str) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        output: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        error = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return {"message": f"{Path(command[0]).name}: {error}", "dependencies": []}
    return output


def main(pip_audit: str) -> int:
    """Run both tools and print their results. Returns: the exit code."""
    options = ("-r", "constraints.txt", "--no-deps", "--disable-pip", "--format", "json")
    output = _json_of(pip_audit, *options, "--progress-spinner", "off")
    python = parse_pip_audit(output)
    if not output["dependencies"]:
        python.not_audited.append(output["message"])
    pages = parse_npm_audit(_json_of("npm", "--prefix", "webui", "audit", "--json"))
    accepted = tomllib.loads(ARGUMENTS.read_text(encoding="utf-8"))
    lines, code = judge([python, pages], accepted, datetime.now(UTC).date())
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
