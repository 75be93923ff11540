"""Print `webui/src/shared/sentences.json`: python -m scripts.print_sentences

One or more examples for every name that an answer of the server can hold beside an English
sentence. The pages' tests render each example in both languages and compare the English.
"""

from __future__ import annotations

import json
from typing import Any

from core.runs.advice import ADVICE, FAILURES, Advice, advice_sentence
from core.runs.log_lines import ENDS, PHASES, REQUESTS, line_sentence
from core.runs.verdicts import rule_sentence, verdict_sentence
from core.schedule.description import OFF, describe, phrase
from core.transfer.formats.notices import Notice, proposal_sentence
from core.transfer.repairs import TURNS
from core.webhooks.outcomes import outcome_sentence
from server.api.maps.sentences import FAILURES as MAP_FAILURES
from server.api.maps.sentences import failure_sentence

Json = dict[str, Any]

LINES: list[tuple[str, Json]] = [
    *(("asked", {"by": by}) for by in REQUESTS),
    ("began", {}),
    ("resumed", {"attempt": 1}),
    ("resumed", {"attempt": 2}),
    ("stopped", {}),
    *(("phase", {"phase": phase}) for phase in PHASES),
    ("put_aside", {"n": 1}),
    ("put_aside", {"n": 12}),
    ("gathered", {"n_new": 0, "n_older": 0}),
    ("gathered", {"n_new": 1, "n_older": 20}),
    ("gathered", {"n_new": 25, "n_older": 0}),
    ("checkpoint", {"step": 50}),
    ("learned", {"n_steps": 60, "accuracy": 0.99999}),
    ("learned", {"n_steps": 60, "accuracy": None}),
    ("judged", {"passed": True, "look": 1}),
    ("judged", {"passed": False, "look": 1}),
    ("judged", {"passed": True, "look": 2}),
    ("judged", {"passed": False, "look": 2}),
    ("packed", {"n_bytes": 1_234_567}),
    ("cancel_asked", {}),
    *(("ended", {"status": status, "version": 3}) for status in ENDS),
]

OUTCOMES: list[tuple[str, Json]] = [
    ("delivered", {"status": 204}),
    ("refused", {"status": 503}),
    ("redirected", {"status": 302}),
    ("timed_out", {"seconds": 10}),
    ("unknown_host", {"host": "hooks.example.org"}),
    ("private", {"host": "hooks.example.org", "address": "10.0.0.1"}),
    ("unreachable", {"address": "192.0.2.7"}),
    ("insecure", {"host": "hooks.example.org"}),
    ("no_http", {}),
    ("withdrawn", {}),
]

_COMPARED: Json = {"share": 0.1239, "n": 500, "version": 3}
WARNINGS: list[tuple[str, Json]] = [
    ("values_0_and_1", {}),
    ("values_stretched", {"low": -0.4242, "high": 2.8215}),
    ("values_stretched", {"low": 0.0, "high": 65535.0}),
    ("dim_pictures", {"share": 0.5}),
    ("dark_on_light", {"share": 1.0}),
    ("dim", {"share": 0.98}),
    ("labels_to_10", {"shift": 0, "share": 0.999}),
    ("labels_to_10", {"shift": -1, "share": 0.999}),
    ("label_unclear", {"taken": "name part 1", "others": ["name part 2"]}),
    ("agrees_if_repaired", {**_COMPARED, "repair": "transpose", "repaired": 0.9876}),
    ("low_agreement", _COMPARED),
]
PROPOSALS: list[tuple[str, float | None]] = [
    *((turn, 0.98) for turn in TURNS),
    *(("invert", None), ("scale", 1.0), ("invert+scale", 0.9999), ("transpose+invert", 0.98)),
    *((f"shift_labels:{shift}", 0.98) for shift in (-1, 0, 1, 3)),
    ("label_column:class", 0.98),
]

CRON_RULES = (
    *("0 3 * * *", "@daily", "30 3,15 * * *", "0 3,9,15 * * *"),
    *("0 3 * * 0", "0 3 * * 1-5", "0 3 * * sat,sun", "0 3 * * 0,1,3"),
    *("0 3 1,15 * *", "@yearly", "30 6 2 3,9 *"),
    *("* * * * *", "*/15 * * * *", "0 * * * *", "5 * * * *", "0 */6 * * *"),
    *("0 3 13 * 5", "*/7 * * * *", "0 3 * 1 *"),
)


def _rule(name: str, passed: bool, value: float, bound: float, **facts: Any) -> Json:
    return {"name": name, "passed": passed, "value": value, "bound": bound, "facts": facts}


def _change(name: str, passed: bool, n_lost: int, n_gained: int, bound: int, **facts: Any) -> Json:
    figures = {"n_lost": n_lost, "n_gained": n_gained, **facts}
    return _rule(name, passed, n_lost - n_gained, bound, **figures)


def _exam(name: str, passed: bool, right: int, before: int, n: int) -> Json:
    figures = {"n": n, "n_right": right, "n_right_before": before, "recorded_only": n < 10}
    return _rule(name, passed, before - right, 2, **figures)


def rules() -> list[Json]:
    """Rules of verdicts, passed and failed, each way that its sentence can go."""
    wrong = [{"label": 1, "predicted": 7}, {"label": 4, "predicted": 9}]
    compared = ("mnist_vs_anchor", "mnist_vs_champion", "writers_students", "writers_employees")
    return [
        *(_change(name, False, 14, 5, 6) for name in compared),
        *(_change(name, True, 2, 1, 6) for name in compared),
        *(_change(name, True, 1, 4, 6) for name in compared),
        *(_change(name, True, 3, 3, 6) for name in compared),
        *(_change(name, True, 0, 0, 6) for name in compared),
        *(_change(name, False, 50, 50, -2) for name in compared),
        _change("per_digit", True, 0, 0, 1, digit=0),
        _change("per_digit", True, 2, 1, 3, digit=6),
        _change("per_digit", False, 10, 1, 7, digit=7),
        *(_exam(name, True, 0, 0, 0) for name in ("holdout_known", "holdout_new")),
        *(_exam(name, True, 0, 1, 1) for name in ("holdout_known", "holdout_new")),
        *(_exam(name, True, 18, 17, 20) for name in ("holdout_known", "holdout_new")),
        *(_exam(name, False, 12, 15, 20) for name in ("holdout_known", "holdout_new")),
        _rule("calibration", True, 0.00312, 0.005, champion=0.002),
        _rule("calibration", False, 0.0061, 0.005, champion=0.002),
        _rule("golden", True, 0, 0, n=20, n_misread_before=0, wrong=[]),
        _rule("golden", True, 0, 0, n=19, n_misread_before=1, wrong=[]),
        _rule("golden", False, 1, 0, n=20, n_misread_before=0, wrong=wrong[:1]),
        _rule("golden", False, 4, 0, n=20, n_misread_before=0, wrong=wrong * 2),
        _rule("first_accuracy", True, 0.9958, 0.99),
        _rule("first_accuracy", False, 0.989999, 0.99),
        _rule("first_per_digit", True, 0.98, 0.97, digit=9),
        _rule("first_per_digit", False, 0.95, 0.97, digit=9),
    ]


def verdicts() -> list[tuple[bool, list[Json]]]:
    """Whole verdicts: promoted and held, of the first model and later ones, on both tries."""
    golden = _rule("golden", False, 1, 0, n=20, wrong=[{"label": 1, "predicted": 7}])
    return [
        (False, [_change("mnist_vs_anchor", False, 14, 5, 6, look=1)]),
        (False, [_change("mnist_vs_anchor", False, 14, 5, 4, look=2), golden]),
        (True, [_change("mnist_vs_anchor", True, 3, 3, 8, look=2)]),
        (
            True,
            [
                _change("mnist_vs_anchor", True, 4, 2, 8, look=1),
                _exam("holdout_known", True, 8, 3, 8),
                _exam("holdout_new", True, 0, 0, 0),
            ],
        ),
        (True, [_rule("first_accuracy", True, 0.9958, 0.99, n=10_000)]),
    ]


def _advice_facts(name: str) -> list[Json]:
    return [{"n": 1}, {"n": 12}] if name in ("drawings_stay", "review_drawings") else [{}]


def examples() -> Json:
    """All examples, by what they are examples of."""
    described = [OFF, *(describe(rule) for rule in CRON_RULES)]
    return {
        "run_lines": [
            {"name": name, "facts": facts, "sentence": line_sentence(name, facts)}
            for name, facts in LINES
        ],
        "advice": [
            {"name": name, "facts": facts, "sentence": advice_sentence(Advice(name, facts))}
            for name in ADVICE
            for facts in _advice_facts(name)
        ],
        "run_failures": FAILURES,
        "rules": [rule | {"sentence": rule_sentence(rule)} for rule in rules()],
        "verdicts": [
            {
                "passed": passed,
                "rules": [rule | {"sentence": rule_sentence(rule)} for rule in found],
                "sentence": verdict_sentence(passed, found),
            }
            for passed, found in verdicts()
        ],
        "outcomes": [
            {"name": name, "facts": facts, "sentence": outcome_sentence(name, facts)}
            for name, facts in OUTCOMES
        ],
        "descriptions": [
            {"name": one.name, "facts": dict(one.facts), "sentence": phrase(one)}
            for one in described
        ],
        "map_failures": [
            {"name": name, "facts": {}, "sentence": failure_sentence(name)} for name in MAP_FAILURES
        ],
        "import_warnings": [
            {"name": name, "facts": facts, "sentence": Notice(name, facts).sentence}
            for name, facts in WARNINGS
        ],
        "import_proposals": [
            {"repair": repair, "agreement": share, "sentence": proposal_sentence(repair, share)}
            for repair, share in PROPOSALS
        ],
    }


def text() -> str:
    """The examples as the committed file holds them: each on a line."""
    kinds = [
        f'"{kind}": [\n' + ",\n".join(f"  {json.dumps(one)}" for one in found) + "\n]"
        for kind, found in examples().items()
    ]
    return "{\n" + ",\n".join(kinds) + "\n}\n"


if __name__ == "__main__":
    print(text(), end="")
