"""The server imports neither torch (78 MB of memory instead of 647) nor rich."""

import subprocess
import sys

PROBE = """
import sys
import server.app
print(sorted({"torch", "torchvision", "apscheduler", "flask_swagger_ui"} & sys.modules.keys()))
"""


def test_importing_the_server_loads_no_torch():
    found = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"


def test_a_worker_loads_no_rich():
    probe = "import core.cli.web_process, server.app, sys; print(sys.modules['rich'])"

    found = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "None"
