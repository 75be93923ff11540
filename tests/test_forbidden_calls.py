"""Inkloop makes no call of a kind that has let attackers run code in other projects.

The tests search the syntax tree, so a word in a comment is no finding.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.running import ROOT

PYTHON = [path for part in ("benchmarks", "core", "server", "trainer", "migrations", "scripts")
          for path in (ROOT / part).rglob("*.py")]  # fmt: skip
PAGES = [
    path
    for kind in ("*.ts", "*.tsx")
    for path in (ROOT / "webui" / "src").rglob(kind)
    if ".test." not in path.name
]
# Modules that run code from the bytes they load, or that trust names in them.
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml"}
# Calls by their last two names. `torch.load` unpickles even with `weights_only` (CVE-2025-32434).
CALLS = {
    *("torch.load", "torch.jit", "eval", "exec", "os.system", "os.popen", "tempfile.mktemp"),
    *("shutil.unpack_archive", "Markup", "render_template_string"),
}
# Archive entries are read as streams; no name in an archive becomes a path on the disk.
UNPACKERS = {"extract", "extractall"}
SINKS = re.compile(
    r"dangerouslySetInnerHTML|\.(inner|outer)HTML\s*=[^=]|insertAdjacentHTML|document\.write"
    r"|\beval\(|new Function\(|srcdoc|javascript:|DOMParser|createContextualFragment"
)


def name_of(node: ast.expr) -> str:
    """Return the last two names of a call: `y.load` for `x.y.load`, `eval` for `eval`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value).rpartition('.')[2]}.{node.attr}"
    return "?"


def findings(source: str) -> Iterator[str]:
    """Return the forbidden calls and imports of a Python file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] in UNPICKLERS)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNPICKLERS:
            yield node.module or ""
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[str]:
    name = name_of(node.func)
    given = {one.arg: one.value for one in node.keywords}
    if name in CALLS or ("." in name and name.rpartition(".")[2] in UNPACKERS):
        yield name
    if name == "np.load" and not _is(given.get("allow_pickle"), False):
        yield "np.load without allow_pickle=False"
    if _is(given.get("allow_pickle"), True) or _is(given.get("weights_only"), False):
        yield f"{name} unpickles"
    if _is(given.get("shell"), True):
        yield f"{name} by a shell"


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_no_pickle_is_loaded_no_shell_is_started_and_no_archive_is_extracted_by_name() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): sorted(findings(path.read_text(encoding="utf-8")))
        for path in PYTHON
    }

    assert {name: what for name, what in found.items() if what} == {}


def test_the_pages_insert_no_text_as_html() -> None:
    found = {path.name: SINKS.findall(path.read_text(encoding="utf-8")) for path in PAGES}

    assert len(PAGES) > 50
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import torch; torch.load('x', weights_only=True)",
        "np.load('x')",
        "np.load('x', allow_pickle=True)",
        "subprocess.run('ls', shell=True)",
        "archive.extractall('x')",
        "eval(words)",
    ],
)
def test_a_forbidden_call_is_found(source: str) -> None:
    assert list(findings(source))


def test_a_forbidden_html_sink_is_found() -> None:
    assert SINKS.search("<b dangerouslySetInnerHTML={{ __html: name }} />")
    assert SINKS.search("place.innerHTML = name")
