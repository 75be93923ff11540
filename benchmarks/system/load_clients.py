"""Load clients of the bench `siege`, and the log of what a server answered them.

Contributors read and send drawings; reviewers list, decide and change many drawings at once; one
client exports, one imports and undoes imports, one requests run after run. Each has a connection of
its own, repeats what was refused for now, and logs what was acknowledged.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.symbols.digits.golden import GOLDEN, PAGE_PX, golden_inks
from tests.support.http_load import Answer, build_request, exchange

N_HANDS: Final = 200
RETRY: Final = (429, 503)
CONFLICTS: Final = (404, 409, 410)
"""Expected when two clients change the same drawing or import."""
MAX_LOGGED: Final = 20
RAMP_UP_SECONDS: Final = 2.0
"""Contributors start at random moments within this time."""
API: Final = "/api/v1"
READS: Final = (
    ("/drawings/mine", 4), ("/drawings/mine?limit=200", 1), ("/stats", 3), ("/learned", 2),
    ("/models/champion", 1), ("/runs?limit=20", 1), ("/schedule", 1), ("/me", 1),
)  # fmt: skip
LISTS: Final = (
    "/drawings?limit=100", "/drawings?limit=50&label=7", "/drawings?status=quarantined",
    "/drawings?source=imported&limit=200", "/drawings?disagrees=true", "/drawings/summary",
    "/overview", "/contributors?sort=most", "/transfers", "/audit", "/models", "/users",
    "/sessions", "/export/estimate?format=parquet", "/drawings?split=holdout_known",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledged drawing. Times are seconds on the monotonic clock."""

    label: int
    sent_at: float
    stored_at: float


@dataclass(slots=True)
class ClientLog:
    """All answers to the load clients."""

    times_ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Times of 2xx answers, by kind: read, list, predict, draw, change, export."""
    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Answers by kind and status. 0: the connection was closed, or had no answer in a minute."""
    drawings: dict[str, Acknowledged] = field(default_factory=dict)
    changes: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Bulk changes by id: number of drawings, and time of the acknowledgement."""
    faults: list[str] = field(default_factory=list)
    """The first wrong answers: 5xx without Retry-After, refused valid requests, broken
    connections."""
    n_faults: int = 0
    busy: list[str] = field(default_factory=list)
    """Answers about a locked or busy database."""
    imports: Counter[str] = field(default_factory=Counter)
    n_imported: int = 0

    def note(self, kind: str, path: str, answer: Answer | None, taken_ms: float) -> None:
        """Log an answer; None if there was none."""
        status = 0 if answer is None else answer.status
        self.statuses[kind][status] += 1
        if 200 <= status < 300:
            self.times_ms[kind].append(taken_ms)
            return
        body = "" if answer is None else answer.body[:300].decode(errors="replace")
        if "locked" in body or "database is busy" in body:
            self.busy.append(f"{path}: {body}")
        is_announced = answer is not None and status in RETRY and answer.header("retry-after")
        if not is_announced and status not in CONFLICTS:
            self.n_faults += 1
            if len(self.faults) < MAX_LOGGED:
                self.faults.append(f"{kind} {path}: {status} {body}")


class ApiClient:
    """A connection that is reopened when it breaks, and logs its answers."""

    def __init__(self, port: int, log: ClientLog, cookie: str = "") -> None:
        self._port = port
        self._log = log
        self.cookie = cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self, kind: str, method: str, path: str, body: bytes = b"", content_type: str = ""
    ) -> Answer | None:
        """Send once. Returns: the answer; None if there was none, or if the server is busy."""
        content_type = content_type or "application/json"
        request = build_request(method, path, body, cookie=self.cookie, content_type=content_type)
        began = time.monotonic()
        answer = None
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            answer = await exchange(*self._streams, request)
        except (OSError, EOFError, TimeoutError):
            self.close()
        self._log.note(kind, path, answer, (time.monotonic() - began) * 1000)
        if answer is None or answer.status in RETRY:
            pause = 0.2 if answer is None else float(answer.header("retry-after") or 1)
            await asyncio.sleep(pause)
            return None
        return answer

    async def get(self, kind: str, path: str) -> Any:
        """The JSON of a GET below the API; None if it failed."""
        answer = await self.send(kind, "GET", API + path)
        return None if answer is None or answer.status != 200 else json.loads(answer.body)

    async def post(self, kind: str, path: str, body: object) -> Any:
        """The JSON of a POST below the API; None if it was refused."""
        answer = await self.send(kind, "POST", API + path, json.dumps(body).encode())
        if answer is None or answer.status >= 300:
            return None
        return json.loads(answer.body) if answer.body else {}

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """The server, the duration and the log of a load."""

    port: int
    admin_cookie: str
    until: float
    """End, in seconds on the monotonic clock."""
    log: ClientLog
    pause_seconds: float = 0.0
    """Mean pause of contributors and reviewers between requests."""
    hands: Sequence[tuple[int, bytes]] = field(default_factory=lambda: _digits_by_hands(N_HANDS))

    def is_on(self) -> bool:
        """Whether the load still runs."""
        return time.monotonic() < self.until

    @asynccontextmanager
    async def client(self, cookie: str = "") -> AsyncIterator[ApiClient]:
        """Open a connection for a block."""
        client = ApiClient(self.port, self.log, cookie)
        try:
            yield client
        finally:
            client.close()


def _digits_by_hands(n: int) -> list[tuple[int, bytes]]:
    """Golden digits by `n` hands: (label, the part of a JSON body that has the strokes)."""
    rng = np.random.default_rng(3)
    found = []
    for number in range(n):
        digit = GOLDEN[number % len(GOLDEN)]
        bend = np.eye(2) + rng.uniform(-0.12, 0.12, (2, 2))
        strokes = []
        for stroke in digit.as_json():
            points = np.asarray(stroke)
            points[:, :2] = (points[:, :2] - PAGE_PX / 2) @ bend.T + PAGE_PX / 2
            strokes.append(np.round(points, 1).tolist())
        given = json.dumps({"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX})
        found.append((digit.label, given[:-1].encode()))
    return found


async def contributor(plan: LoadPlan, number: int) -> None:
    """Request predictions, send and correct drawings, and read the contributor's pages."""
    rng = random.Random(number)  # noqa: S311  nothing secret
    paths, weights = zip(*READS, strict=True)
    own: list[str] = []
    await _sleep(plan, rng.uniform(0, RAMP_UP_SECONDS))
    async with plan.client() as client:
        while plan.is_on() and not client.cookie:
            answer = await client.send("read", "GET", f"{API}/me")
            if answer is not None:
                client.cookie = answer.header("set-cookie").partition(";")[0]
        while plan.is_on():
            action = rng.random()
            if action < 0.35:
                _, strokes = rng.choice(plan.hands)
                await client.send("predict", "POST", f"{API}/predictions", strokes + b"}")
            elif action < 0.6:
                own.append(await _draw(plan, client, rng))
            elif action < 0.63 and own:
                body = json.dumps({"label": rng.randrange(10)}).encode()
                path = f"{API}/drawings/{rng.choice(own)}"
                await client.send("change", "PATCH", path, body)
            else:
                await client.get("read", rng.choices(paths, weights)[0])
            await asyncio.sleep(rng.uniform(0, 2 * plan.pause_seconds))


async def _draw(plan: LoadPlan, client: ApiClient, rng: random.Random) -> str:
    """Send one drawing until it is acknowledged, and log it. Returns: its id."""
    label, strokes = rng.choice(plan.hands)
    drawing_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    body = strokes + f', "id": "{drawing_id}", "label": {label}, "prediction": null}}'.encode()
    sent_at = time.monotonic()
    while True:
        answer = await client.send("draw", "POST", f"{API}/drawings", body)
        if answer is not None and answer.status in (200, 201):
            plan.log.drawings[drawing_id] = Acknowledged(label, sent_at, time.monotonic())
            return drawing_id
        if not plan.is_on():
            return drawing_id


async def reviewer(plan: LoadPlan, number: int) -> None:
    """List drawings, decide one by one, and change many at once; undo some changes."""
    rng = random.Random(-number)  # noqa: S311  nothing secret
    async with plan.client(plan.admin_cookie) as client:
        while plan.is_on():
            action = rng.random()
            if action < 0.6:
                await client.get("list", rng.choice(LISTS))
            elif action < 0.8:
                queue = await client.get("change", "/review?limit=5")
                for item in (queue or {"items": []})["items"]:
                    decision = rng.choice(["accept", "accept", "relabel", "reject"])
                    label = rng.randrange(10) if decision == "relabel" else None
                    said = {"decision": decision, "label": label}
                    await client.post("change", f"/review/{item['id']}", said)
            else:
                await _change_many(plan, client, rng)
            await asyncio.sleep(rng.uniform(0, 2 * plan.pause_seconds))


async def _change_many(plan: LoadPlan, client: ApiClient, rng: random.Random) -> None:
    limit = rng.choice([20, 100, 400])
    listed = await client.get("list", f"/drawings?limit={limit}&label={rng.randrange(10)}")
    ids = [item["id"] for item in (listed or {"items": []})["items"]]
    if not ids:
        return
    action = rng.choice(["accept", "relabel", "relabel", "reject"])
    label = {"label": rng.randrange(10)} if action == "relabel" else {}
    done = await client.post("change", "/drawings/changes", {"ids": ids, "action": action} | label)
    if done is not None:
        plan.log.changes[done["id"]] = (done["n"], time.monotonic())
        if rng.random() < 0.5:
            await client.post("change", f"/drawings/changes/{done['id']}/undo", {})


async def exporter(plan: LoadPlan, pause_seconds: float) -> None:
    """Export everything now and then, in two formats in turn."""
    formats = ("npz", "parquet")
    async with plan.client(plan.admin_cookie) as client:
        for turn in range(10**6):
            await _sleep(plan, pause_seconds)
            if not plan.is_on():
                return
            await client.send("export", "GET", f"{API}/export?format={formats[turn % 2]}")
            client.close()  # the server closes idle connections


async def importer(plan: LoadPlan, n_drawings: int) -> None:
    """Import file after file; undo every second import at once."""
    files = [_npz(n_drawings, seed) for seed in range(2)]
    async with plan.client(plan.admin_cookie) as client:
        turn = 0
        while plan.is_on():
            transfer = await _send_file(client, files[turn % 2])
            if transfer is None:
                continue
            transfer = await _wait_for(plan, client, transfer["id"])
            plan.log.n_imported += transfer["n_new"]
            if turn % 2 and plan.is_on():
                await client.post("change", f"/transfers/{transfer['id']}/undo", {})
                transfer = await _wait_for(plan, client, transfer["id"])
            elif plan.is_on():
                # A new file with new drawings; built in a thread, so that no client waits.
                files[0] = await asyncio.to_thread(_npz, n_drawings, turn + 2)
            plan.log.imports[transfer["status"]] += 1
            turn += 1


async def _send_file(client: ApiClient, data: bytes) -> Any:
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.npz"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    answer = await client.send("change", "POST", f"{API}/import", body, kind)
    return None if answer is None or answer.status != 202 else json.loads(answer.body)


async def _wait_for(plan: LoadPlan, client: ApiClient, transfer_id: int) -> Any:
    """Poll an import until it is finished, or the load is over."""
    transfer: Any = {"status": "unknown", "n_new": 0}
    while plan.is_on():
        transfer = await client.get("list", f"/transfers/{transfer_id}") or transfer
        if transfer["status"] in ("done", "refused", "failed", "undone"):
            break
        await asyncio.sleep(0.2)
    return transfer


def _npz(n: int, seed: int) -> bytes:
    """An NPZ file of golden digits, each moved by up to three pixels."""
    rng = np.random.default_rng(seed)
    inks, labels = golden_inks()
    picked = rng.integers(0, len(inks), n)
    moved = [np.roll(inks[one], rng.integers(-3, 4, 2), axis=(0, 1)) for one in picked]
    file = io.BytesIO()
    np.savez(file, ink=np.stack(moved), label=np.asarray(labels)[picked].astype(np.uint8))
    return file.getvalue()


async def run_requester(plan: LoadPlan) -> None:
    """Request runs all the time, so that one follows another."""
    async with plan.client(plan.admin_cookie) as client:
        while plan.is_on():
            await client.post("change", "/runs", {})
            await _sleep(plan, 1.0)


async def periodically(plan: LoadPlan, seconds: float, task: Callable[[int], None]) -> None:
    """Call `task` with 0, 1, 2 … in a thread while the load runs."""
    for turn in range(10**6):
        await _sleep(plan, seconds)
        if not plan.is_on():
            return
        await asyncio.to_thread(task, turn)


async def _sleep(plan: LoadPlan, seconds: float) -> None:
    await asyncio.sleep(max(0.0, min(seconds, plan.until - time.monotonic())))
