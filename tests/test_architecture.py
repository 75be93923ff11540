"""Import directions, and the length of functions."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import ROOT

LONGEST_FUNCTION = 60  # lines; the training loop may have 90, being read top to bottom
LONGEST_LOOP = 90
PYTHON = [
    path
    for folder in ("benchmarks", "core", "server", "trainer", "tests", "scripts")
    for path in (ROOT / folder).rglob("*.py")
]


def loaded_after(module: str) -> set[str]:
    """Return the packages that a fresh interpreter has loaded after importing `module`."""
    code = f"import {module}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["server.app", "core.cli.main"])
def test_server_and_command_load_no_torch(module: str) -> None:
    assert not loaded_after(module) & {"torch", "torchvision", "apscheduler", "trainer"}


def test_the_command_loads_no_flask() -> None:
    assert not loaded_after("core.cli.main") & {"flask", "werkzeug", "server"}


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }

    limits = {
        name: LONGEST_LOOP for name in lengths if name.startswith("trainer/learning/train.py")
    }
    assert {name: n for name, n in lengths.items() if n > limits.get(name, LONGEST_FUNCTION)} == {}
