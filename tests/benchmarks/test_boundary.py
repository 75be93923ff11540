"""Benches are not installed, and neither the product nor other tests import them."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ("core", "server", "trainer", "migrations")


def imported_packages(path: Path) -> Iterator[str]:
    """Top-level packages that a Python file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def importers(package: str, folder: Path) -> list[str]:
    """Files below a folder that import a package."""
    files = sorted(folder.rglob("*.py"))
    return [str(path.relative_to(ROOT)) for path in files if package in imported_packages(path)]


def test_no_package_of_the_benches_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["packages"]["find"]["include"]

    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    installed = {
        name for name in folders if any(fnmatchcase(name, pattern) for pattern in patterns)
    }

    assert "benchmarks" in folders
    assert installed == set(INSTALLED)


@pytest.mark.parametrize("folder", INSTALLED)
@pytest.mark.parametrize("package", ["benchmarks", "tests"])
def test_nothing_installed_imports_benches_or_tests(package: str, folder: str) -> None:
    assert importers(package, ROOT / folder) == []


def test_only_the_tests_of_benches_import_benches() -> None:
    assert {Path(one).parts[:2] for one in importers("benchmarks", ROOT / "tests")} == {
        ("tests", "benchmarks")
    }
    assert importers("benchmarks", ROOT / "scripts") == []
