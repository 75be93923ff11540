"""The bench `gate`: fast versions of the claims of docs/gate.md."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.model import gate
from benchmarks.model.gate import Options, promoted_share
from core.versions.paired import mcnemar_p

QUICK = Options(n_judgements=300, n_years=4, n_runs=20)


def test_one_look_at_equal_models_agrees_with_the_closed_form() -> None:
    """With 20 discordant digits on average. The closed form is for the anchor's rule."""
    first, _either = promoted_share(20, 0, n=20_000, seed=1)

    closed = 1 - mcnemar_p(14, 6)  # of exactly 20, at most 13 are lost

    assert first == pytest.approx(closed, abs=0.02)


def test_the_table_of_exact_tests_agrees_with_the_gate() -> None:
    table = gate._mcnemar_table()

    for lost, gained in ((0, 0), (1, 0), (5, 0), (13, 7), (120, 100), (0, 199)):
        assert table[lost, gained] == pytest.approx(mcnemar_p(lost, gained), rel=1e-9)


def test_a_model_that_is_a_fifth_of_a_point_worse_is_promoted_in_at_most_one_percent() -> None:
    assert all(promoted_share(d, 20, n=20_000, seed=1)[1] <= 0.01 for d in (20, 30, 40))


def test_an_equal_model_is_held_in_at_most_a_tenth_of_cases() -> None:
    assert promoted_share(20, 0, n=20_000, seed=1)[1] >= 0.95
    assert promoted_share(30, 0, n=20_000, seed=1)[1] >= 0.89


def test_the_tolerance_rule_drifts_where_the_gate_does_not() -> None:
    options = Options(n_years=20, n_runs=100)

    ours = gate._years("gate", 2.0, 0.0, options)
    tolerance = gate._years("tolerance", 2.0, 0.0, options)

    assert tolerance["drift_points_median"] > ours["drift_points_median"] + 0.5


def test_an_anchor_as_teacher_prevents_drift() -> None:
    options = Options(n_years=20, n_runs=100)

    taught = gate._years("gate", 2.0, 0.3, options)

    assert taught["drift_points_95"] <= 0.15


def test_a_finished_bench_is_not_simulated_again(tmp_path: Path) -> None:
    gate.run(tmp_path, QUICK, lambda _doing: None)
    before = (tmp_path / "gate.json").read_text()

    again = gate.run(tmp_path, QUICK, lambda _doing: None)

    pieces = again["pieces"]
    assert json.loads(before)["pieces"] == pieces

    assert len(gate.judgement_table(again["result"])) == 1 + len(gate.DISCORDANT)
    assert len(gate.year_table(again["result"])) == 1 + len(gate.RULES) * len(gate.SCENARIOS)


def test_the_plot_has_a_line_for_each_true_loss(tmp_path: Path) -> None:
    svg = tmp_path / "gate.svg"
    gate.run(tmp_path, replace(QUICK, plot=svg), lambda _doing: None)

    picture = ElementTree.fromstring(svg.read_text())  # noqa: S314  our own text

    lines = [one for one in picture if one.tag.endswith("polyline")]
    assert len(lines) == len(gate.TRUE_LOSSES)
