"""The lines of a run's log."""

from __future__ import annotations

import ast
import inspect

from core.runs import lifecycle as runs
from core.runs.log_lines import LINES, line_sentence
from tests.support.running import ROOT


def written_by_the_code() -> set[str]:
    """The names in each `add_line(…, "name")` and `progress.log("name")`."""
    found = set()
    sources = [inspect.getsource(runs)]
    sources += [path.read_text("utf-8") for path in (ROOT / "trainer").rglob("*.py")]
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in {"add_line", "log"}:
                texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str)}
    return found


def test_every_line_that_is_written_has_a_sentence() -> None:
    assert written_by_the_code() == set(LINES)


def test_a_share_is_cut_rather_than_rounded() -> None:
    said = line_sentence("learned", {"n_steps": 9, "accuracy": 0.99999})

    assert said == "Trained for 9 steps: 99.99 % read right"


def test_a_line_of_a_later_version_is_shown_by_its_name() -> None:
    assert line_sentence("danced", {}) == "danced"
