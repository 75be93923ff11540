"""Verdicts in English: one sentence for each rule and one for the whole. Pure.

Rules come as the gate stores them: `{"name", "passed", "value", "bound", "facts"}`. The pages
render the same names and figures in each of their languages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rule = Mapping[str, Any]

EXAM_RULES = ("holdout_known", "holdout_new")


def rule_sentence(rule: Rule) -> str:
    """Return one rule's outcome as a sentence; `rule` is one entry of a stored verdict."""
    clause = _clause(rule)
    return f"{clause[0].upper()}{clause[1:]}."


def verdict_sentence(passed: bool, rules: Sequence[Rule]) -> str:
    """Return a verdict as a sentence: "Held: loses 9 test digits net, 6 allowed".

    A held version's sentence names every rule that failed. A promoted version's sentence gives
    the result on the test digits and on the exam drawings.
    """
    clauses = (
        _good_news(rules) if passed else [_clause(rule) for rule in rules if not rule["passed"]]
    )
    word = "Promoted" if passed else "Held"
    if _look(rules) > 1:
        word += " on the second try"
    return f"{word}: {'; '.join(clauses)}"


def _look(rules: Sequence[Rule]) -> int:
    return max((int(rule["facts"].get("look", 1)) for rule in rules), default=1)


def _good_news(rules: Sequence[Rule]) -> list[str]:
    by_name = {rule["name"]: rule for rule in rules}
    main = by_name.get("mnist_vs_anchor") or by_name["first_accuracy"]
    clauses = [_clause(main)]
    for name in EXAM_RULES:
        if name in by_name and by_name[name]["facts"]["n"] > 0:
            clauses.append(_exam_figures(by_name[name]))
    return clauses


def _clause(rule: Rule) -> str:
    return _CLAUSES[rule["name"]](rule)


def _percent(share: float, decimals: int = 2) -> str:
    """A share as a percentage, cut rather than rounded: what missed 99 % never reads 99.00 %."""
    unit = 10**decimals
    return f"{math.floor(share * 100 * unit + 1e-6) / unit:.{decimals}f} %"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _net(rule: Rule, noun: str) -> str:
    """`loses 9 test digits net, 6 allowed`, and its variants for ties and gains."""
    value, bound = int(rule["value"]), int(rule["bound"])
    if value > 0:
        change = f"loses {_count(value, noun)} net"
    elif value < 0:
        change = f"gains {_count(-value, noun)} net"
    elif rule["facts"]["n_lost"]:
        change = f"loses as many {noun}s as it gains ({rule['facts']['n_lost']})"
    else:
        change = f"reads the same {noun}s right"
    if bound >= 0:
        return change if value <= 0 and rule["passed"] else f"{change}, {bound} allowed"
    return f"{change}, but with so many changes it must gain {-bound}"


def _per_digit(rule: Rule) -> str:
    facts = rule["facts"]
    if rule["passed"] and rule["value"] <= 0:
        return "no digit is read worse than by the anchor"
    if rule["passed"]:
        return (
            f"no digit is read clearly worse than by the anchor: the {facts['digit']} loses "
            f"{int(rule['value'])} net, {int(rule['bound'])} allowed"
        )
    return (
        f"reads the {facts['digit']} worse than the anchor: "
        f"{facts['n_lost']} lost, {facts['n_gained']} gained"
    )


_WHOSE = {"holdout_known": "known contributors", "holdout_new": "new contributors"}


def _exam_figures(rule: Rule) -> str:
    facts = rule["facts"]
    drawings = _count(facts["n"], "exam drawing")
    return (
        f"reads {facts['n_right']} of {drawings} of {_WHOSE[rule['name']]}, "
        f"{facts['n_right_before']} before"
    )


def _exam(rule: Rule) -> str:
    facts = rule["facts"]
    if facts["n"] == 0:
        return f"there are no exam drawings of {_WHOSE[rule['name']]} yet"
    figures = _exam_figures(rule)
    if facts["recorded_only"]:
        return f"{figures} (too few to judge by, only recorded)"
    if rule["passed"]:
        return figures
    return f"{figures}: a net loss of {int(rule['value'])}, {int(rule['bound'])} allowed"


def _golden(rule: Rule) -> str:
    facts = rule["facts"]
    if rule["passed"]:
        which = " that the live version reads" if facts.get("n_misread_before") else ""
        return f"reads all {facts['n']} golden digits{which}"
    wrong = ", ".join(f"a {one['label']} as {one['predicted']}" for one in facts["wrong"][:3])
    return f"misreads {_count(int(rule['value']), 'golden digit')} ({wrong})"


def _writers(rule: Rule, who: str) -> str:
    return f"on digits written by {who} it {_net(rule, 'digit')}"


def _calibration(rule: Rule) -> str:
    return (
        f"its certainty is off by {_percent(rule['value'], 3)} on average, "
        f"{_percent(rule['bound'], 3)} allowed"
    )


def _first_accuracy(rule: Rule) -> str:
    figures = f"the first model reads {_percent(rule['value'])} of the test digits"
    return figures if rule["passed"] else f"{figures}, {_percent(rule['bound'])} needed"


def _first_per_digit(rule: Rule) -> str:
    return (
        f"its worst digit is the {rule['facts']['digit']}, read right in "
        f"{_percent(rule['value'])}, {_percent(rule['bound'])} needed"
    )


_CLAUSES: dict[str, Callable[[Rule], str]] = {
    "first_accuracy": _first_accuracy,
    "first_per_digit": _first_per_digit,
    "mnist_vs_anchor": lambda rule: _net(rule, "test digit"),
    "mnist_vs_champion": lambda rule: f"against the live version it {_net(rule, 'test digit')}",
    "per_digit": _per_digit,
    "writers_students": lambda rule: _writers(rule, "students"),
    "writers_employees": lambda rule: _writers(rule, "employees"),
    "holdout_known": _exam,
    "holdout_new": _exam,
    "calibration": _calibration,
    "golden": _golden,
}

RULES = tuple(_CLAUSES)
"""The names of all rules that a verdict may hold."""
