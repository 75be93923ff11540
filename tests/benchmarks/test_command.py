"""`inkloop bench` says which benchmarks there are and what each of them takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", "bench", *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_without_a_name_it_lists_them_all(arguments: tuple[str, ...]) -> None:
    done = _bench(*arguments)

    assert done.returncode == 0
    assert [name for name in main.commands if f"\n  {name} " not in done.stdout] == []


def test_a_benchmark_is_asked_for_its_own_options() -> None:
    done = _bench("serve", "--help")

    assert done.stdout.startswith("Usage: inkloop bench serve ")
    assert "--rounds" in done.stdout


def test_a_name_that_none_has_is_a_sentence() -> None:
    done = _bench("siedge")

    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'siedge'. Did you mean 'siege'?" in done.stderr
