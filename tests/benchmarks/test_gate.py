"""The gate's simulation: fast forms of the claims that docs/gate.md makes."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.model import gate
from benchmarks.model.gate import Options, promoted_share
from core.versions.paired import mcnemar_p

QUICK = Options(n_judgements=300, n_years=4, n_runs=20)


def test_one_look_at_equal_models_agrees_with_the_closed_form() -> None:
    """With 20 discordant digits on average; the closed form is for the anchor's rule alone."""
    first, _either = promoted_share(20, 0, n=20_000, seed=1)

    closed = 1 - mcnemar_p(14, 6)  # exactly 20 of them: at most 13 lost

    assert first == pytest.approx(closed, abs=0.02)


def test_the_table_of_exact_tests_is_the_gates_own() -> None:
    table = gate._mcnemar_table()

    for lost, gained in ((0, 0), (1, 0), (5, 0), (13, 7), (120, 100), (0, 199)):
        assert table[lost, gained] == pytest.approx(mcnemar_p(lost, gained), rel=1e-9)


def test_a_model_that_is_a_fifth_of_a_point_worse_is_promoted_in_at_most_one_percent() -> None:
    assert all(promoted_share(d, 20, n=20_000, seed=1)[1] <= 0.01 for d in (20, 30, 40))


def test_an_equal_model_is_held_in_at_most_a_tenth_of_cases() -> None:
    assert promoted_share(20, 0, n=20_000, seed=1)[1] >= 0.95
    assert promoted_share(30, 0, n=20_000, seed=1)[1] >= 0.89


def test_the_tolerance_rule_creeps_where_the_gate_stops() -> None:
    options = Options(n_years=20, n_runs=100)

    ours = gate._years("gate", 2.0, 0.0, options)
    tolerance = gate._years("tolerance", 2.0, 0.0, options)

    assert tolerance["drift_points_median"] > ours["drift_points_median"] + 0.5


def test_an_anchor_that_teaches_keeps_small_losses_from_adding_up() -> None:
    options = Options(n_years=20, n_runs=100)

    taught = gate._years("gate", 2.0, 0.3, options)

    assert taught["drift_points_95"] <= 0.15


def test_a_benchmark_that_was_broken_off_goes_on_from_its_file(tmp_path: Path) -> None:
    gate.run(tmp_path, QUICK, lambda _doing: None)
    said: list[str] = []

    again = gate.run(tmp_path, QUICK, said.append)

    assert len(gate.judgement_table(again["result"])) == 1 + len(gate.DISCORDANT)
    assert len(gate.year_table(again["result"])) == 1 + len(gate.RULES) * len(gate.SCENARIOS)


def test_the_plot_is_a_picture_with_a_line_for_each_true_loss(tmp_path: Path) -> None:
    kept = gate.run(tmp_path, QUICK, lambda _doing: None)

    picture = ElementTree.fromstring(gate.plot(kept["result"]))  # noqa: S314  our own text

    lines = [one for one in picture if one.tag.endswith("polyline")]
    assert len(lines) == len(gate.TRUE_LOSSES)
