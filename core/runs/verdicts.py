"""Verdicts in words: one sentence for each rule and one for the whole, in English and Chinese.

Rules come as the gate stores them, `{"name", "passed", "value", "bound", "facts"}`; only figures
are stored, so that every reader gets the sentence in their own language. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rule = Mapping[str, Any]

LANGUAGES = ("en", "zh")

EXAM_RULES = ("holdout_known", "holdout_new")


def rule_sentence(rule: Rule, language: str) -> str:
    """Put one rule's outcome in words, as a sentence.

    Args:
        rule: one entry of a stored verdict.
        language: `en` or `zh`.
    """
    clause = _clause(rule, language)
    if language == "zh":
        return f"{clause}。"
    return f"{clause[0].upper()}{clause[1:]}."


def verdict_sentence(passed: bool, rules: Sequence[Rule], language: str) -> str:
    """Put a verdict in words: "Held: loses 9 test digits net, 6 allowed".

    A held one names every rule that failed; a promoted one says how the test digits fared, and
    what became of the exam drawings.
    """
    if passed:
        clauses = _good_news(rules, language)
        word = {"en": "Promoted", "zh": "已上线"}[language]
    else:
        clauses = [_clause(rule, language) for rule in rules if not rule["passed"]]
        word = {"en": "Held", "zh": "未上线"}[language]
    if _look(rules) > 1:
        word += {"en": " at the second try", "zh": "（第二次尝试）"}[language]
    if language == "zh":
        return f"{word}：{'；'.join(clauses)}"
    return f"{word}: {'; '.join(clauses)}"


def _look(rules: Sequence[Rule]) -> int:
    return max((int(rule["facts"].get("look", 1)) for rule in rules), default=1)


def _good_news(rules: Sequence[Rule], language: str) -> list[str]:
    by_name = {rule["name"]: rule for rule in rules}
    main = by_name.get("mnist_vs_anchor") or by_name["first_accuracy"]
    clauses = [_clause(main, language)]
    for name in EXAM_RULES:
        if name in by_name and by_name[name]["facts"]["n"] > 0:
            clauses.append(_EXAM_FIGURES[language](by_name[name]))
    return clauses


def _clause(rule: Rule, language: str) -> str:
    return _CLAUSES[language][rule["name"]](rule)


def _percent(share: float, decimals: int = 2) -> str:
    """A share as a percentage, cut rather than rounded: what missed 99 % never reads 99.00 %."""
    unit = 10**decimals
    return f"{math.floor(share * 100 * unit + 1e-6) / unit:.{decimals}f} %"


def _percent_zh(share: float, decimals: int = 2) -> str:
    return _percent(share, decimals).replace(" ", "")


# -- English ----------------------------------------------------------------------------------


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


def _per_digit_en(rule: Rule) -> str:
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


_WHOSE_EN = {"holdout_known": "known hands", "holdout_new": "new hands"}


def _exam_figures_en(rule: Rule) -> str:
    facts = rule["facts"]
    drawings = _count(facts["n"], "exam drawing")
    return (
        f"reads {facts['n_right']} of {drawings} of {_WHOSE_EN[rule['name']]}, "
        f"{facts['n_right_before']} before"
    )


def _exam_en(rule: Rule) -> str:
    facts = rule["facts"]
    if facts["n"] == 0:
        return f"there are no exam drawings of {_WHOSE_EN[rule['name']]} yet"
    figures = _exam_figures_en(rule)
    if facts["recorded_only"]:
        return f"{figures} (too few to judge by, only recorded)"
    if rule["passed"]:
        return figures
    return f"{figures}: a net loss of {int(rule['value'])}, {int(rule['bound'])} allowed"


def _golden_en(rule: Rule) -> str:
    facts = rule["facts"]
    if rule["passed"]:
        which = " that the live version reads" if facts.get("n_misread_before") else ""
        return f"reads all {facts['n']} golden digits{which}"
    wrong = ", ".join(f"a {one['label']} as {one['predicted']}" for one in facts["wrong"][:3])
    return f"misreads {_count(int(rule['value']), 'golden digit')} ({wrong})"


def _writers_en(rule: Rule, who: str) -> str:
    return f"on digits written by {who} it {_net(rule, 'digit')}"


def _calibration_en(rule: Rule) -> str:
    return (
        f"its certainty is off by {_percent(rule['value'], 3)} on average, "
        f"{_percent(rule['bound'], 3)} allowed"
    )


def _first_accuracy_en(rule: Rule) -> str:
    figures = f"the first model reads {_percent(rule['value'])} of the test digits"
    return figures if rule["passed"] else f"{figures}, {_percent(rule['bound'])} needed"


def _first_per_digit_en(rule: Rule) -> str:
    return (
        f"its worst digit is the {rule['facts']['digit']}, read right in "
        f"{_percent(rule['value'])}, {_percent(rule['bound'])} needed"
    )


# -- 简体中文 ---------------------------------------------------------------------------------


def _net_zh(rule: Rule, measure: str) -> str:
    value, bound = int(rule["value"]), int(rule["bound"])
    if value > 0:
        change = f"净多错 {value} {measure}"
    elif value < 0:
        change = f"净多对 {-value} {measure}"
    elif rule["facts"]["n_lost"]:
        change = f"得失相抵（各 {rule['facts']['n_lost']} {measure}）"
    else:
        change = "认对的完全相同"
    if bound >= 0:
        return change if value <= 0 and rule["passed"] else f"{change}，最多允许 {bound} {measure}"
    return f"{change}，但变动太多，至少要净多对 {-bound} {measure}"


def _per_digit_zh(rule: Rule) -> str:
    facts = rule["facts"]
    if rule["passed"] and rule["value"] <= 0:
        return "每个数字都不比基准版本差"
    if rule["passed"]:
        return (
            f"没有数字明显不如基准版本：数字 {facts['digit']} 净多错 {int(rule['value'])} 个，"
            f"最多允许 {int(rule['bound'])} 个"
        )
    return (
        f"数字 {facts['digit']} 明显不如基准版本：新错 {facts['n_lost']} 个，"
        f"新对 {facts['n_gained']} 个"
    )


_WHOSE_ZH = {"holdout_known": "熟悉笔迹", "holdout_new": "陌生笔迹"}


def _exam_figures_zh(rule: Rule) -> str:
    facts = rule["facts"]
    return (
        f"{_WHOSE_ZH[rule['name']]}的考题 {facts['n']} 幅中认对 {facts['n_right']} 幅，"
        f"此前 {facts['n_right_before']} 幅"
    )


def _exam_zh(rule: Rule) -> str:
    facts = rule["facts"]
    if facts["n"] == 0:
        return f"还没有{_WHOSE_ZH[rule['name']]}的考题"
    figures = _exam_figures_zh(rule)
    if facts["recorded_only"]:
        return f"{figures}（数量太少，只作记录）"
    if rule["passed"]:
        return figures
    return f"{figures}，净多错 {int(rule['value'])} 幅，最多允许 {int(rule['bound'])} 幅"


def _golden_zh(rule: Rule) -> str:
    facts = rule["facts"]
    if rule["passed"]:
        which = "现用版本认得的 " if facts.get("n_misread_before") else ""
        return f"{which}{facts['n']} 个标准数字全部认对"
    wrong = "、".join(f"{one['label']} 认成 {one['predicted']}" for one in facts["wrong"][:3])
    return f"{int(rule['value'])} 个标准数字认错（{wrong}）"


def _first_accuracy_zh(rule: Rule) -> str:
    figures = f"首个模型在测试集上认对 {_percent_zh(rule['value'])}"
    return figures if rule["passed"] else f"{figures}，至少需要 {_percent_zh(rule['bound'])}"


_CLAUSES: dict[str, dict[str, Callable[[Rule], str]]] = {
    "en": {
        "first_accuracy": _first_accuracy_en,
        "first_per_digit": _first_per_digit_en,
        "mnist_vs_anchor": lambda rule: _net(rule, "test digit"),
        "mnist_vs_champion": lambda rule: f"against the live version it {_net(rule, 'test digit')}",
        "per_digit": _per_digit_en,
        "writers_students": lambda rule: _writers_en(rule, "students"),
        "writers_employees": lambda rule: _writers_en(rule, "employees"),
        "holdout_known": _exam_en,
        "holdout_new": _exam_en,
        "calibration": _calibration_en,
        "golden": _golden_en,
    },
    "zh": {
        "first_accuracy": _first_accuracy_zh,
        "first_per_digit": lambda rule: (
            f"最弱的数字是 {rule['facts']['digit']}，认对 {_percent_zh(rule['value'])}，"
            f"至少需要 {_percent_zh(rule['bound'])}"
        ),
        "mnist_vs_anchor": lambda rule: f"测试集上{_net_zh(rule, '个')}",
        "mnist_vs_champion": lambda rule: f"与当前版本相比，测试集上{_net_zh(rule, '个')}",
        "per_digit": _per_digit_zh,
        "writers_students": lambda rule: f"学生所写的数字上{_net_zh(rule, '个')}",
        "writers_employees": lambda rule: f"职员所写的数字上{_net_zh(rule, '个')}",
        "holdout_known": _exam_zh,
        "holdout_new": _exam_zh,
        "calibration": lambda rule: (
            f"把握程度平均偏差 {_percent_zh(rule['value'], 3)}，"
            f"最多允许 {_percent_zh(rule['bound'], 3)}"
        ),
        "golden": _golden_zh,
    },
}

_EXAM_FIGURES = {"en": _exam_figures_en, "zh": _exam_figures_zh}
