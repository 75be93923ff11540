"""Who may know whom, and how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

LONGEST_FILE = 400  # lines
LONG_FILES = {  # each is one list, which would be harder to read in two places
    "core/models.py": 700,  # the tables
    "server/schemas.py": 480,  # the shapes of requests and answers
    "webui/src/i18n/en.ts": 600,  # every text of the pages
    "webui/src/i18n/zh.ts": 600,
}
LONGEST_FUNCTION = 60  # lines; the training loop may have 90, being read top to bottom
LONGEST_LOOP = 90
LONGEST_COMPONENT = 200  # lines of a file with a component of the pages
PYTHON = [
    path
    for folder in ("core", "server", "trainer", "tests", "scripts")
    for path in (ROOT / folder).rglob("*.py")
]
SCRIPTS = [
    path
    for kind in ("*.ts", "*.tsx")
    for path in (ROOT / "webui" / "src").rglob(kind)
    if ".test." not in path.name
]


def loaded_after(module: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after importing `module`."""
    code = f"import {module}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["server.app", "core.cli"])
def test_server_and_command_load_no_torch(module: str) -> None:
    assert not loaded_after(module) & {"torch", "torchvision", "apscheduler", "trainer"}


def test_the_command_loads_no_flask() -> None:
    assert not loaded_after("core.cli") & {"flask", "werkzeug", "server"}


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def too_long(files: list[Path], longest: int) -> dict[str, int]:
    """The files with more lines than `longest`, or than they were granted by name."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
    }
    return {name: n for name, n in lengths.items() if n > LONG_FILES.get(name, longest)}


def test_no_file_is_longer_than_can_be_read() -> None:
    assert too_long(PYTHON, LONGEST_FILE) == {}


def test_no_script_of_the_pages_is_longer_than_can_be_read() -> None:
    assert too_long([path for path in SCRIPTS if path.suffix == ".ts"], LONGEST_FILE) == {}


def test_no_component_of_the_pages_is_longer_than_can_be_read() -> None:
    assert too_long([path for path in SCRIPTS if path.suffix == ".tsx"], LONGEST_COMPONENT) == {}


def test_no_function_is_longer_than_can_be_read() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }

    limits = {name: LONGEST_LOOP for name in lengths if name.startswith("trainer/train.py")}
    assert {name: n for name, n in lengths.items() if n > limits.get(name, LONGEST_FUNCTION)} == {}
