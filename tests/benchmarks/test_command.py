"""`python -m benchmarks` lists the benches, and `--help` lists a bench's options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.registry import BENCHES

ROOT = Path(__file__).resolve().parents[2]


def run_bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_without_a_name_all_benches_are_listed(arguments: tuple[str, ...]) -> None:
    done = run_bench(*arguments)

    assert done.returncode == 0
    assert [one.name for one in BENCHES if f"\n  {one.name} " not in done.stdout] == []


@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
def test_the_help_of_a_bench_lists_its_options(bench) -> None:
    done = CliRunner().invoke(main, [bench.name, "--help"])

    assert done.exit_code == 0
    flags = [flag for one in bench.parameters for flag in one.opts]
    assert [flag for flag in [*flags, "--out"] if flag not in done.output] == []
    assert "benchmarks/records" in done.output


@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
def test_every_option_of_a_bench_sets_a_field(bench) -> None:
    assert {one.name for one in bench.parameters} <= {one.name for one in fields(bench.options)}


def test_an_unknown_name_is_refused_with_a_suggestion() -> None:
    done = run_bench("siedge")

    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'siedge'" in done.stderr
    assert "siege" in done.stderr


def test_a_bench_writes_its_record_and_prints_its_aims(tmp_path: Path) -> None:
    arguments = ["gate", "--out", str(tmp_path), "--judgements", "200", "--years", "2"]

    done = CliRunner().invoke(main, arguments)

    assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "gate.json").read_text())
    assert record["question"]["n_judgements"] == 200
    assert "Aims" in done.output
    assert "missed by" in done.output
