"""Remove each guard once: its test has to fail.

A test that passes without its guard proves nothing. `docs/reliability.md` has the table.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.faults.remove_guard import REMOVALS
from tests.support.running import ROOT

TESTS_FAILED = 1  # pytest's exit code: tests ran and failed
# guard → its test, and a part of its failure
STANDS_FOR = {
    "sync of commits": (
        "tests/core/storage/test_database.py::test_a_writer_has_the_pragmas_that_durability_rests_on"
        "[synchronous-2]",
        "assert 1 == 2",
    ),
    "sync of model files": (
        "tests/core/storage/test_objects.py::test_an_object_is_on_the_disk_before_it_has_its_key",
        "assert ['rename'] == ",
    ),
    "unique id": (
        "tests/core/drawings/test_store_drawing.py::test_the_table_refuses_a_second_drawing_with_an_id",
        "DID NOT RAISE IntegrityError",
    ),
    "fence": (
        "tests/core/versions/test_lifecycle.py::test_a_version_made_under_a_lost_lease_is_not_added",
        "DID NOT RAISE LeaseLost",
    ),
    "hash": (
        "tests/core/storage/test_objects.py::test_any_changed_byte_is_noticed",
        "DID NOT RAISE ObjectChanged",
    ),
    "same origin": (
        "tests/server/test_same_origin.py::test_another_site_is_refused",
        "assert 201 == 403",
    ),
    "role": (
        "tests/server/test_access.py::test_a_client_that_is_not_signed_in_is_refused",
        "assert 200 == 401",
    ),
    "begin immediate": (
        "tests/core/storage/test_database.py::test_writers_in_many_threads_all_get_their_turn",
        "database is locked",
    ),
    "pixel limit": (
        "tests/core/imaging/test_pictures.py"
        "::test_a_decompression_bomb_is_refused_before_decoding[4097]",
        "BadPicture",
    ),
}


def test_each_guard_has_a_test() -> None:
    assert list(STANDS_FOR) == list(REMOVALS)


@pytest.mark.slow
@pytest.mark.parametrize("guard", STANDS_FOR)
def test_without_a_guard_its_test_fails(guard: str) -> None:
    test, says = STANDS_FOR[guard]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        + ["-p", "tests.faults.remove_guard", "--without", guard, test],
        cwd=ROOT,
        # Without plugins that these tests do not need, pytest starts in a third of the time.
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == TESTS_FAILED, done.stdout[-2000:] + done.stderr[-2000:]
    assert f"FAILED {test}" in done.stdout
    assert says in done.stdout
