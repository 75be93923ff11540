"""A contributor and an admin who use Inkloop over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import requests

from tests.support.running import Running, run_inkloop, wait_until

EMAIL = "ada@example.org"
PASSWORD = "a quiet desk and warm paper"
FINAL = {"promoted", "held", "failed", "cancelled"}


class Contributor:
    """A contributor with a browser's cookie."""

    def __init__(self, inkloop: Running) -> None:
        self.inkloop = inkloop
        self.session = requests.Session()
        self.session.get(f"{inkloop.url}/api/v1/me", timeout=120).raise_for_status()

    def read(self, drawing: dict[str, Any]) -> dict[str, Any]:
        """Return the live model's prediction for `{"strokes", "width", "height", …}`."""
        strokes = {key: drawing[key] for key in ("strokes", "width", "height")}
        return self._post("/api/v1/predictions", strokes)

    def hand_over(self, drawing: dict[str, Any]) -> dict[str, Any]:
        """Store a drawing with its label and prediction. Returns: the stored drawing."""
        read = self.read(drawing)
        prediction = (
            None
            if read["label"] is None
            else {"label": read["label"], "model_version": read["model_version"]}
        )
        labelled = {**drawing, "id": str(uuid.uuid4()), "prediction": prediction}
        return self._post("/api/v1/drawings", labelled)

    def exam(self) -> dict[str, Any]:
        """Scores of the live version and the one before on this contributor's holdout drawings."""
        exam = self.inkloop.get("/api/v1/learned", self.session)["exam"]
        assert isinstance(exam, dict)
        return exam

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.session.post(self.inkloop.url + path, json=body, timeout=120)
        assert answer.ok, answer.text
        body = answer.json()
        assert isinstance(body, dict)
        return body


class Admin:
    """A signed-in user with the role admin."""

    def __init__(self, inkloop: Running) -> None:
        self.inkloop = inkloop
        make_admin(inkloop)
        self.session = requests.Session()
        self.send("POST", "/api/v1/login", {"email": EMAIL, "password": PASSWORD})

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a request that has to succeed. Returns: the answer's JSON."""
        answer = self.session.request(method, self.inkloop.url + path, json=body, timeout=120)
        assert answer.ok, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def retrain(self, seconds: float = 120) -> dict[str, Any]:
        """Request a run and wait for its end. Returns: the run."""
        run_id = self.send("POST", "/api/v1/runs")["id"]
        return self.wait_for_run(run_id, seconds)

    def wait_for_run(self, run_id: int, seconds: float = 120) -> dict[str, Any]:
        """Wait for the end of a run. Returns: the run."""

        def finished() -> dict[str, Any] | None:
            run = self.send("GET", f"/api/v1/runs/{run_id}")
            return run if run["status"] in FINAL else None

        run = wait_until(finished, f"run {run_id} is over", seconds, every=0.2)
        assert run is not None
        return run


def make_admin(inkloop: Running) -> None:
    """Create the account of `Admin` on the command line."""
    made = run_inkloop(
        inkloop.instance,
        *("admin", "create", EMAIL, "--role", "admin", "--password-stdin"),
        given=PASSWORD,
    )
    assert made.returncode == 0, made.stdout + made.stderr
