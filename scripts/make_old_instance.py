"""Make the fixture of `tests/test_upgrade.py`: an instance that an older Inkloop made.

    .venv/bin/python -m scripts.make_old_instance

Writes `tests/fixtures/instance-2026-11.tar.gz`, and beside it a JSON file with what the older
server answered and with the secrets that the test signs in with. They protect nothing.

The product at `COMMIT` does all the work. This program checks that commit out into a temporary
worktree and drives it from outside, over HTTP and by its command line. It imports nothing of
Inkloop; `TRAINER`, the text of a program that does, runs in that worktree. All of it takes five
minutes on two cores, and needs the packages of `make test` and MNIST (in `instance/mnist`, or where
INKLOOP_MNIST_DIR says).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import os
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import requests
from numpy.typing import NDArray
from PIL import Image, ImageDraw

COMMIT: Final = "d2500628685a1f81086fd95bb40959542bb18cff"
ROOT: Final = Path(__file__).resolve().parent.parent
FIXTURE: Final = ROOT / "tests" / "fixtures" / "instance-2026-11.tar.gz"
RECORD: Final = FIXTURE.with_name("instance-2026-11.json")
MNIST: Final = Path(os.environ.get("INKLOOP_MNIST_DIR", ROOT / "instance" / "mnist"))
FOLDER: Final = "instance"
"""Name of the instance's folder in the archive."""

ADMIN: Final = "ada@example.org"
REVIEWER: Final = "rosa@example.org"
PASSWORD: Final = "a quiet desk and warm paper"  # noqa: S105  of a fixture
SIDE_PX: Final = 280
INK_PX: Final = 28
FILES: Final = ("model.onnx", "weights.safetensors")
"""Of a version; beside them it has a manifest, which `inkloop models verify` checks."""
LEFT_OUT: Final = ("mnist", "logs", "inkloop-volatile.db", ".lock", "-wal", "-shm")
"""Ends of names in the instance: what is fetched, may be lost, or belongs to a process."""
SURE: Final = 0.9995
FOR_EVER: Final = 4_102_444_800_000_000
"""1 January 2100, in the database's microseconds since 1970."""

# The smallest network, on real MNIST: a third of the default's bytes. The careless run forgets
# MNIST, so that the gate holds its candidate.
TRAINER: Final = """
import functools, sys
from trainer.__main__ import parse_options, run
from trainer.fine_tune import RunConfig
from trainer.steps import carry_out
from trainer.workshop import Workshop

CARELESS = RunConfig(n_replay=0, distillation=0.0, interpolation=False)

def load(settings, database):
    config = CARELESS if "careless" in sys.argv else RunConfig()
    workshop = Workshop(settings, database, first_network="small", run_config=config)
    return functools.partial(carry_out, workshop)

sys.exit(run(parse_options(["--once", "--force", "--json"]), load))
"""

Json = dict[str, Any]
Strokes = list[list[list[float]]]
Answers = dict[str, Json]


# -- what is drawn ----------------------------------------------------------------------------


def _arc(
    x: float, y: float, wide: float, high: float, start: float, end: float
) -> list[tuple[float, float]]:
    """Points of an ellipse, in degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + wide * math.cos(angle), y + high * math.sin(angle)) for angle in angles]


FORMS: Final[dict[int, list[list[tuple[float, float]]]]] = {
    0: [_arc(140, 140, 52, 85, -90, 270)],
    1: [[(142, 50), (140, 140), (138, 230)]],
    2: [[*_arc(140, 105, 50, 52, 190, 395), (90, 225), (200, 225)]],
    3: [[*_arc(132, 98, 46, 44, 210, 440), *_arc(132, 185, 54, 46, 280, 510)]],
    4: [[(110, 55), (88, 155), (200, 155)], [(178, 60), (174, 230)]],
    5: [[(190, 58), (112, 58), (106, 132), *_arc(138, 178, 52, 50, 240, 500)]],
    6: [[(172, 50), (125, 105), (104, 165), *_arc(145, 188, 40, 40, 190, 540)]],
    7: [[(85, 62), (195, 62), (150, 140), (122, 230)]],
    8: [[*_arc(140, 97, 40, 42, 90, 450), *_arc(140, 187, 48, 46, 270, 630)]],
    9: [[*_arc(138, 104, 42, 44, 0, -360), (180, 110), (176, 170), (164, 230)]],
}


class Hand:
    """A way of writing: one slant, and a little chance in each drawing."""

    def __init__(self, seed: int, slant: float) -> None:
        self._chance = np.random.default_rng(seed)
        self._slant = slant

    def draw(self, digit: int) -> Strokes:
        """Strokes of a digit: x, y, milliseconds and pressure of each point."""
        turn = self._chance.uniform(-0.08, 0.08)
        wide, high = self._chance.uniform(0.85, 1.1, 2)
        strokes: Strokes = []
        time_ms = 0
        for points in FORMS[digit]:
            stroke = []
            for x, y in points:
                dx, dy = x - SIDE_PX / 2, y - SIDE_PX / 2
                moved = (wide * dx - (self._slant + turn) * dy, high * dy + turn * dx)
                at = np.clip(np.add(moved, SIDE_PX / 2) + self._chance.normal(0, 1, 2), 15, 265)
                stroke.append([round(float(at[0]), 1), round(float(at[1]), 1), time_ms, 0.5])
                time_ms += 8
            strokes.append(stroke)
        return strokes


def _picture(strokes: Strokes) -> bytes:
    """A PNG of the strokes, dark on light."""
    image = Image.new("L", (SIDE_PX, SIDE_PX), 245)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        pen.line([(x, y) for x, y, *_ in stroke], fill=20, width=22, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _ink(strokes: Strokes) -> NDArray[np.uint8]:
    """The strokes as (28, 28), 255 = ink."""
    image = Image.open(io.BytesIO(_picture(strokes)))
    return 255 - np.asarray(image.resize((INK_PX, INK_PX), Image.Resampling.BOX), dtype=np.uint8)


def _npz(hand: Hand, digits: range) -> bytes:
    """Digits as an import takes them."""
    inks = np.stack([_ink(hand.draw(digit % 10)) for digit in digits])
    file = io.BytesIO()
    np.savez_compressed(file, ink=inks, label=np.array([d % 10 for d in digits], np.uint8))
    return file.getvalue()


# -- the older product ------------------------------------------------------------------------


class Client:
    """A browser with its cookies, or a program with its token."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self.session = requests.Session()
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Json | None = None, **more: Any) -> Any:
        """The JSON that a request answers; it must succeed."""
        answer = self.session.request(method, self.url + path, json=body, timeout=60, **more)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.json() if is_json else answer.content

    def sign_in(self, email: str) -> None:
        """Get a session cookie."""
        self.ask("POST", "/api/v1/login", {"email": email, "password": PASSWORD})

    def read(self, strokes: Strokes) -> Json:
        """Return the live version's prediction for strokes."""
        canvas = {"strokes": strokes, "width": SIDE_PX, "height": SIDE_PX}
        read = self.ask("POST", "/api/v1/predictions", canvas)
        assert isinstance(read, dict)
        return read

    def draw(self, strokes: Strokes, label: int) -> Json:
        """Have the strokes read and store them with a label, as the draw page does."""
        read = self.read(strokes)
        shown = {"label": read["label"], "model_version": read["model_version"]}
        drawing = {
            "id": str(uuid.uuid4()),
            "label": label,
            "strokes": strokes,
            "width": SIDE_PX,
            "height": SIDE_PX,
            "prediction": None if read["label"] is None else shown,
        }
        stored = self.ask("POST", "/api/v1/drawings", drawing)
        assert isinstance(stored, dict)
        return stored

    def upload(self, strokes: Strokes, label: int) -> Json:
        """Store a picture of the strokes."""
        form = {"id": str(uuid.uuid4()), "label": str(label)}
        file = {"file": ("digit.png", _picture(strokes))}
        stored = self.ask("POST", "/api/v1/drawings/image", data=form, files=file)
        assert isinstance(stored, dict)
        return stored


class OldInkloop:
    """The product in the folder `tree`, at work on an instance."""

    def __init__(self, tree: Path, instance: Path) -> None:
        self.tree = tree
        self.instance = instance
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("INKLOOP")}
        self.environment = kept | {
            "PYTHONPATH": str(tree),
            "INKLOOP_INSTANCE": str(instance),
            "INKLOOP_MNIST_DIR": str(MNIST),
            "INKLOOP_PORT": str(self.port),
            "INKLOOP_RATE_LIMITS": "off",
            "INKLOOP_TRAIN_THREADS": "1",  # two wait for each other where other work goes on
        }

    def command(self, *words: str, given: str = "") -> None:
        """`inkloop …`; it must succeed."""
        self._run(["-m", "core", *words], given, check=True)

    def train(self, *words: str, check: bool = True) -> None:
        """One run: the one that was asked for, else a new one."""
        self._run(["-", *words], TRAINER, check=check)

    def _run(self, arguments: list[str], given: str, *, check: bool) -> None:
        print("…", *arguments, flush=True)
        subprocess.run(
            [sys.executable, *arguments],
            cwd=self.tree,
            env=self.environment,
            input=given,
            text=True,
            check=check,
        )

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """The server, ready to answer."""
        command = [sys.executable, "-m", "core", "serve"]
        with subprocess.Popen(command, cwd=self.tree, env=self.environment) as process:
            try:
                self._wait(process)
                yield
            finally:
                process.terminate()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(600):
            assert process.poll() is None, "the server ended by itself"
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.url}/readyz", timeout=5).ok:
                    return
            time.sleep(0.1)
        raise SystemExit("the server did not get ready within a minute")


class People:
    """Everybody who uses the older instance."""

    def __init__(self, url: str) -> None:
        self.alice, self.bob, self.admin, self.reviewer = (Client(url) for _ in range(4))
        for browser in (self.alice, self.bob, self.admin, self.reviewer):
            browser.ask("GET", "/api/v1/me")
        self.admin.sign_in(ADMIN)
        self.reviewer.sign_in(REVIEWER)
        self.url = url


# -- what happens there -----------------------------------------------------------------------


def _first_drawings(people: People) -> Json:
    """Drawings of every kind. Returns: the ids that the record looks at closely."""
    tidy, slanted = Hand(1, 0.05), Hand(2, 0.45)
    alice, bob = people.alice, people.bob
    for who in (alice, bob):
        who.ask("PUT", "/api/v1/me/consent", {"wording": 1})
    of_alice = [alice.draw(tidy.draw(place % 10), place % 10) for place in range(20)]
    for place in range(12):
        bob.draw(slanted.draw(place % 10), place % 10)
    # Slips, for the quarantine; of a third person, since a run takes ten drawings of each.
    carol = Client(people.url)
    carol.ask("GET", "/api/v1/me")
    for digit in (0, 1, 2, 3, 4, 6, 7, 8):
        carol.draw(_surely_read(carol, tidy, digit), (digit + 5) % 10)
    uploaded = [alice.upload(tidy.draw(digit), digit) for digit in (2, 5, 8)]
    relabelled, deleted = of_alice[7], of_alice[11]
    alice.ask("PATCH", f"/api/v1/drawings/{relabelled['id']}", {"label": 1})
    alice.ask("PATCH", f"/api/v1/drawings/{relabelled['id']}", {"label": 7})
    alice.ask("DELETE", f"/api/v1/drawings/{deleted['id']}")
    return {
        "relabelled": relabelled["id"],
        "deleted": deleted["id"],
        "uploaded": uploaded[0]["id"],
    }


def _surely_read(client: Client, hand: Hand, digit: int) -> Strokes:
    """Strokes that the live version reads with hardly a doubt: another label looks like a slip."""
    drawn = (hand.draw(digit) for _ in range(200))
    return next(one for one in drawn if client.read(one)["probabilities"][digit] > SURE)


def _crowd(people: People) -> None:
    """Contributors of one drawing each, until one of them is held out as a new hand."""
    for place in range(120):
        digit = place % 10
        stored = Client(people.url).draw(Hand(100 + place, 0.02 * (place % 9)).draw(digit), digit)
        if stored["split"] == "holdout_new":
            return
    raise SystemExit("no contributor of 120 was held out: start again")


def _imports(people: People) -> None:
    """One import that is stored, and one that waits with its file."""
    hand = Hand(3, 0.15)
    for preview, digits, end in (("false", range(12), "done"), ("true", range(12, 18), "ready")):
        file = {"file": (f"{end}.npz", _npz(hand, digits))}
        form = {"preview": preview}
        transfer = people.admin.ask("POST", "/api/v1/import", data=form, files=file)
        path = f"/api/v1/transfers/{transfer['id']}"
        for _ in range(300):
            status = people.admin.ask("GET", path)["status"]
            if status == end:
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"the import is {status}, not {end}")


def _review(people: People) -> None:
    """One drawing accepted, one relabelled and back, one rejected, one decision undone."""
    ask = people.reviewer.ask
    items = ask("GET", "/api/v1/review?limit=20")["items"]
    plain = [one for one in items if one["status"] == "accepted"]
    put_aside = [one for one in items if one["status"] == "quarantined"]
    assert len(put_aside) > 1, "the run put no drawings aside: start again"
    ask("POST", f"/api/v1/review/{put_aside[0]['id']}", {"decision": "reject"})
    first, second, third = (f"/api/v1/review/{one['id']}" for one in plain[:3])
    ask("POST", first, {"decision": "accept"})
    ask("POST", second, {"decision": "relabel", "label": (plain[1]["label"] + 1) % 10})
    ask("POST", third, {"decision": "accept"})
    ask("POST", f"{third}/undo")
    ask("DELETE", "/api/v1/review")


def _settle(people: People) -> Json:
    """Decisions by hand about versions, the schedule and whom to tell. Returns: the token."""
    ask = people.admin.ask
    ask("POST", "/api/v1/models/2/anchor", {"reason": "it reads more hands"})
    ask("POST", "/api/v1/models/rollback", {"reason": "a look at the version before"})
    ask("POST", "/api/v1/models/2/promote", {"reason": "the newer one after all"})
    schedule = {"cron": "30 2 * * 1-5", "timezone": "Europe/Berlin", "min_new_drawings": 15}
    ask("PUT", "/api/v1/schedule", schedule)
    hook = {"url": "https://hooks.example.org/inkloop", "events": ["held", "failed"]}
    ask("PUT", "/api/v1/webhook", hook)
    token = ask("POST", "/api/v1/tokens", {"name": "nightly export", "role": "reviewer"})
    assert isinstance(token, dict)
    return token


def _live_through(old: OldInkloop) -> tuple[People, Json, Json]:
    """All that happens to the instance. Returns: its people, secrets, and ids to look at."""
    old.command("db", "upgrade")
    old.command("data", "fetch")
    for email, role in ((ADMIN, "admin"), (REVIEWER, "reviewer")):
        words = ("admin", "create", email, "--role", role, "--password-stdin")
        old.command(*words, given=PASSWORD)
    old.train()  # version 1, which is promoted
    old.train(check=False)  # fails: there is nothing to learn from
    with old.serving():
        people = People(old.url)
        ids = _first_drawings(people)
        _crowd(people)
        cancelled = people.admin.ask("POST", "/api/v1/runs")["id"]
        people.admin.ask("POST", f"/api/v1/runs/{cancelled}/cancel")
        people.admin.ask("POST", "/api/v1/runs")
        old.train()  # version 2, which is promoted
        _imports(people)
        _review(people)
        old.train("careless")  # version 3, which is held
        for digit in range(5):
            people.bob.draw(Hand(9, 0.3).draw(digit), digit)  # new to the next run
        secrets = _settle(people)
        link = people.alice.ask("POST", "/api/v1/me/links")["token"]
    return people, {"token": secrets["token"], "link": link}, ids


def _make_lasting(instance: Path) -> None:
    """Keep from expiring what the test finds open: sessions, the link, the import that waits."""
    with contextlib.closing(sqlite3.connect(instance / "inkloop.db")) as database:
        database.execute("UPDATE login_sessions SET expires_at = ?", (FOR_EVER,))
        database.execute("UPDATE carry_links SET expires_at = ?", (FOR_EVER,))
        database.execute("UPDATE transfers SET created_at = ? WHERE status = 'ready'", (FOR_EVER,))
        database.commit()
        database.execute("VACUUM")  # what was deleted stays in no free page
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# -- what is recorded -------------------------------------------------------------------------

MOVING: Final = {
    "/api/v1/stats": ("by_day",),
    "/api/v1/overview": ("by_day", "n_new_contributors"),
    "/api/v1/schedule": ("next_runs",),
    "/api/v1/review": ("n_done",),
}
"""What changes with the day on which it is asked, by path."""
OF_THE_MACHINE: Final = ("disk", "sqlite")
LONG: Final = ("ink", "strokes", "metrics", "bins", "predicted", "mnist", "drawings")


def shorten(path: str, answer: Any) -> Any:
    """An answer as it is recorded: without what moves, and digests instead of what is long."""
    if not isinstance(answer, dict):
        return answer
    bare = path.partition("?")[0]
    kept = {name: value for name, value in answer.items() if name not in MOVING.get(bare, ())}
    if bare == "/api/v1/review":  # its order is drawn by lot
        kept["items"] = sorted([item["id"], item["why"]] for item in kept["items"])
    if bare == "/api/v1/overview":
        kept["needs"] = [need for need in kept["needs"] if need["kind"] not in OF_THE_MACHINE]
    return {name: _digested(name, value) for name, value in kept.items()}


def _digested(name: str, value: Any) -> Any:
    if isinstance(value, dict | list | str) and name in LONG and len(json.dumps(value)) > 200:
        text = json.dumps(value, sort_keys=True)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if isinstance(value, dict):
        return {inner: _digested(inner, one) for inner, one in value.items()}
    return [_digested("", one) for one in value] if isinstance(value, list) else value


CALLS: Final = {
    "anybody": ("models/champion", "runs", "schedule", "stats"),
    "alice": ("me", "me/data", "learned", "drawings/mine?limit=500"),
    "bob": ("me", "learned", "drawings/mine?limit=500"),
    "reviewer": (
        *("me", "drawings?limit=500", "drawings/summary", "review?limit=100", "overview"),
        *("transfers", "compare/1/2", "map", "sessions", "runs/4/drawings?limit=10"),
    ),
    "admin": (
        *("me", "overview", "models", "models/1", "models/2", "models/3", "models/2/confusion"),
        *("runs", "runs/1", "runs/2", "runs/3", "runs/4", "runs/5", "contributors?limit=500"),
        *("users", "tokens", "sessions?whose=all", "webhook", "audit?limit=500"),
    ),
    "token": ("me", "drawings?status=quarantined"),
}
OF_A_DRAWING: Final = ("", "/record", "/readings")


def _record(old: OldInkloop, people: People, secrets: Json, ids: Json) -> Json:
    """Ask the older server everything that the test compares."""
    askers = {
        "anybody": Client(old.url),
        "alice": people.alice,
        "bob": people.bob,
        "reviewer": people.reviewer,
        "admin": people.admin,
        "token": Client(old.url, token=secrets["token"]),
    }
    paths = {who: [f"/api/v1/{one}" for one in calls] for who, calls in CALLS.items()}
    for name in ("relabelled", "uploaded"):
        paths["reviewer"] += [f"/api/v1/drawings/{ids[name]}{end}" for end in OF_A_DRAWING]
    return {
        "commit": COMMIT,
        "password": PASSWORD,
        "emails": {"admin": ADMIN, "reviewer": REVIEWER},
        "cookies": {who: client.session.cookies.get_dict() for who, client in askers.items()},
        "ids": ids,
        **secrets,
        "files": _file_hashes(people.admin),
        "predictions": _predictions(people.alice),
        "answers": {
            who: {path: shorten(path, client.ask("GET", path)) for path in paths[who]}
            for who, client in askers.items()
        },
    }


def _file_hashes(admin: Client) -> dict[str, str]:
    """SHA-256 of every file of the versions, by path."""
    paths = [f"/api/v1/models/{version}/files/{name}" for version in (1, 2, 3) for name in FILES]
    return {path: hashlib.sha256(admin.ask("GET", path)).hexdigest() for path in paths}


def _predictions(client: Client) -> list[Json]:
    """The live version's predictions for ten digits, a dot and an empty canvas."""
    hand = Hand(20, 0.2)
    drawn = [hand.draw(digit) for digit in range(10)] + [[[[100.0, 100.0, 0, 0.5]]], []]
    found = []
    for strokes in drawn:
        read = client.read(strokes)
        del read["steps"]  # times
        found.append({"strokes": strokes, "read": shorten("", read)})
    return found


def _write(instance: Path, record: Json) -> None:
    """Write the fixture, and what was recorded beside it: an answer a line."""
    FIXTURE.parent.mkdir(exist_ok=True)

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if member.name.endswith(LEFT_OUT):
            return None
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(FIXTURE, "w:gz") as archive:
        archive.add(instance, FOLDER, filter=kept)
    RECORD.write_text(_lines(record, depth=3) + "\n", encoding="utf-8")
    for path in (FIXTURE, RECORD):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


def _lines(value: Any, depth: int) -> str:
    """JSON whose outer `depth` levels stand a line each, so that a change shows as a few lines."""
    if not depth or not isinstance(value, dict | list) or not value:
        return json.dumps(value, sort_keys=True)
    inner = [
        _lines(one, depth - 1) for one in (value.values() if isinstance(value, dict) else value)
    ]
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner) + "\n]"
    names = [json.dumps(name) for name in value]
    return "{\n" + ",\n".join(f"{a}: {b}" for a, b in zip(names, inner, strict=True)) + "\n}"


@contextlib.contextmanager
def _checked_out(folder: Path) -> Iterator[Path]:
    """The sources at `COMMIT`, in a worktree that is gone afterwards."""
    tree = folder / "inkloop"
    subprocess.run(["git", "worktree", "add", "--detach", tree, COMMIT], cwd=ROOT, check=True)
    try:
        yield tree
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)


def main() -> None:
    """Make the fixture and its record."""
    with tempfile.TemporaryDirectory() as name, _checked_out(Path(name)) as tree:
        old = OldInkloop(tree, Path(name) / FOLDER)
        people, secrets, ids = _live_through(old)
        _make_lasting(old.instance)
        with old.serving():
            record = _record(old, people, secrets, ids)
        _make_lasting(old.instance)
        _write(old.instance, record)


if __name__ == "__main__":
    main()
