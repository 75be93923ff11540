"""Who besieges a server in `inkloop bench siege`, and what they keep of its answers.

Contributors who read and hand over drawings, reviewers who list, decide and change many at once,
one who exports, one who imports and undoes it, one who asks for run after run. Each has a
connection of its own, asks again what was refused for now, and writes down what was acknowledged.
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
from tests.support.http_load import Answer, ask, exchange

N_HANDS: Final = 200
LATER: Final = (429, 503)
NO_FAULT: Final = (404, 409, 410)
"""Of two who change the same drawing, or an import, one comes too late."""
MOST_KEPT: Final = 20
START_SECONDS: Final = 2.0
"""Within which contributors come in: else the first answers of all would wait for each other."""
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
class Drawn:
    """A drawing that was acknowledged; moments on the monotonic clock, in seconds."""

    label: int
    sent_at: float
    stored_at: float


@dataclass(slots=True)
class Seen:
    """All that was answered."""

    times_ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Of answers with 2xx, by kind: read, list, predict, draw, change, export."""
    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """0 stands for a connection that was closed without an answer, or none within a minute."""
    drawn: dict[str, Drawn] = field(default_factory=dict)
    changes: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Changes of many drawings by their ids: of how many, and when it was acknowledged."""
    faults: list[str] = field(default_factory=list)
    """The first answers that nobody should get: 5xx without announcement, refusals of what is
    right, broken connections."""
    n_faults: int = 0
    busy: list[str] = field(default_factory=list)
    """Answers that speak of a locked or busy database."""
    imports: Counter[str] = field(default_factory=Counter)
    n_imported: int = 0

    def note(self, kind: str, path: str, answer: Answer | None, taken_ms: float) -> None:
        """Write down one answer; None if there was none."""
        status = 0 if answer is None else answer.status
        self.statuses[kind][status] += 1
        if 200 <= status < 300:
            self.times_ms[kind].append(taken_ms)
            return
        said = "" if answer is None else answer.body[:300].decode(errors="replace")
        if "locked" in said or "database is busy" in said:
            self.busy.append(f"{path}: {said}")
        is_announced = answer is not None and status in LATER and answer.header("retry-after")
        if not is_announced and status not in NO_FAULT:
            self.n_faults += 1
            if len(self.faults) < MOST_KEPT:
                self.faults.append(f"{kind} {path}: {status} {said}")


class Caller:
    """One connection that is opened again when it breaks."""

    def __init__(self, port: int, seen: Seen, cookie: str = "") -> None:
        self._port = port
        self._seen = seen
        self.cookie = cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, kind: str, method: str, path: str, body: bytes = b"", content_type: str = ""
    ) -> Answer | None:
        """Ask once. Returns: the answer; None without one, or if it is to be asked later."""
        content_type = content_type or "application/json"
        request = ask(method, path, body, cookie=self.cookie, content_type=content_type)
        began = time.monotonic()
        answer = None
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            answer = await exchange(*self._streams, request)
        except (OSError, EOFError, TimeoutError):
            self.close()
        self._seen.note(kind, path, answer, (time.monotonic() - began) * 1000)
        if answer is None or answer.status in LATER:
            pause = 0.2 if answer is None else float(answer.header("retry-after") or 1)
            await asyncio.sleep(pause)
            return None
        return answer

    async def get(self, kind: str, path: str) -> Any:
        """The JSON of a GET below the API; None if there was none."""
        answer = await self.ask(kind, "GET", API + path)
        return None if answer is None or answer.status != 200 else json.loads(answer.body)

    async def post(self, kind: str, path: str, body: object) -> Any:
        """The JSON of a POST below the API; None if it was refused."""
        answer = await self.ask(kind, "POST", API + path, json.dumps(body).encode())
        if answer is None or answer.status >= 300:
            return None
        return json.loads(answer.body) if answer.body else {}

    def close(self) -> None:
        """Leave."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass(frozen=True, slots=True)
class Siege:
    """Against whom, for how long, and what came of it."""

    port: int
    admin_cookie: str
    until: float
    """On the monotonic clock."""
    seen: Seen
    pause_seconds: float = 0.0
    """What contributors and reviewers wait on average before they ask again."""
    hands: Sequence[tuple[int, bytes]] = field(default_factory=lambda: some_hands(N_HANDS))

    def is_on(self) -> bool:
        """Whether to go on."""
        return time.monotonic() < self.until

    @asynccontextmanager
    async def caller(self, cookie: str = "") -> AsyncIterator[Caller]:
        """A connection for one of them."""
        caller = Caller(self.port, self.seen, cookie)
        try:
            yield caller
        finally:
            caller.close()


def some_hands(n: int) -> list[tuple[int, bytes]]:
    """The golden digits in `n` hands: (label, the part of a JSON body that has the strokes)."""
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


async def contributor(siege: Siege, number: int) -> None:
    """Reads, hands over, looks at the own drawings, and corrects one now and then."""
    chance = random.Random(number)  # noqa: S311  nothing secret
    paths, weights = zip(*READS, strict=True)
    own: list[str] = []
    await _sleep(siege, chance.uniform(0, START_SECONDS))
    async with siege.caller() as caller:
        while siege.is_on() and not caller.cookie:
            answer = await caller.ask("read", "GET", f"{API}/me")
            if answer is not None:
                caller.cookie = answer.header("set-cookie").partition(";")[0]
        while siege.is_on():
            deed = chance.random()
            if deed < 0.35:
                _, strokes = chance.choice(siege.hands)
                await caller.ask("predict", "POST", f"{API}/predictions", strokes + b"}")
            elif deed < 0.6:
                own.append(await _draw(siege, caller, chance))
            elif deed < 0.63 and own:
                body = json.dumps({"label": chance.randrange(10)}).encode()
                path = f"{API}/drawings/{chance.choice(own)}"
                await caller.ask("change", "PATCH", path, body)
            else:
                await caller.get("read", chance.choices(paths, weights)[0])
            await asyncio.sleep(chance.uniform(0, 2 * siege.pause_seconds))


async def _draw(siege: Siege, caller: Caller, chance: random.Random) -> str:
    """Send one drawing until it is acknowledged, and write it down. Returns: its id."""
    label, strokes = chance.choice(siege.hands)
    drawing_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    body = strokes + f', "id": "{drawing_id}", "label": {label}, "prediction": null}}'.encode()
    sent_at = time.monotonic()
    while True:
        answer = await caller.ask("draw", "POST", f"{API}/drawings", body)
        if answer is not None and answer.status in (200, 201):
            siege.seen.drawn[drawing_id] = Drawn(label, sent_at, time.monotonic())
            return drawing_id
        if not siege.is_on():
            return drawing_id


async def reviewer(siege: Siege, number: int) -> None:
    """Lists, decides one by one, and changes many at once; takes some of it back."""
    chance = random.Random(-number)  # noqa: S311  nothing secret
    async with siege.caller(siege.admin_cookie) as caller:
        while siege.is_on():
            deed = chance.random()
            if deed < 0.6:
                await caller.get("list", chance.choice(LISTS))
            elif deed < 0.8:
                queue = await caller.get("change", "/review?limit=5")
                for item in (queue or {"items": []})["items"]:
                    decision = chance.choice(["accept", "accept", "relabel", "reject"])
                    label = chance.randrange(10) if decision == "relabel" else None
                    said = {"decision": decision, "label": label}
                    await caller.post("change", f"/review/{item['id']}", said)
            else:
                await _change_many(siege, caller, chance)
            await asyncio.sleep(chance.uniform(0, 2 * siege.pause_seconds))


async def _change_many(siege: Siege, caller: Caller, chance: random.Random) -> None:
    limit = chance.choice([20, 100, 400])
    listed = await caller.get("list", f"/drawings?limit={limit}&label={chance.randrange(10)}")
    ids = [item["id"] for item in (listed or {"items": []})["items"]]
    if not ids:
        return
    action = chance.choice(["accept", "relabel", "relabel", "reject"])
    label = {"label": chance.randrange(10)} if action == "relabel" else {}
    done = await caller.post("change", "/drawings/changes", {"ids": ids, "action": action} | label)
    if done is not None:
        siege.seen.changes[done["id"]] = (done["n"], time.monotonic())
        if chance.random() < 0.5:
            await caller.post("change", f"/drawings/changes/{done['id']}/undo", {})


async def exporter(siege: Siege, pause_seconds: float) -> None:
    """Takes everything out now and then, in two formats in turn."""
    formats = ("npz", "parquet")
    async with siege.caller(siege.admin_cookie) as caller:
        for turn in range(10**6):
            await _sleep(siege, pause_seconds)
            if not siege.is_on():
                return
            await caller.ask("export", "GET", f"{API}/export?format={formats[turn % 2]}")
            caller.close()  # the server would: nobody keeps a connection idle for so long


async def importer(siege: Siege, n_drawings: int) -> None:
    """One import after the other; every second one is undone as soon as it is there."""
    files = [_npz(n_drawings, seed) for seed in range(2)]
    async with siege.caller(siege.admin_cookie) as caller:
        turn = 0
        while siege.is_on():
            transfer = await _send_file(caller, files[turn % 2])
            if transfer is None:
                continue
            transfer = await _wait_for(siege, caller, transfer["id"])
            siege.seen.n_imported += transfer["n_new"]
            if turn % 2 and siege.is_on():
                await caller.post("change", f"/transfers/{transfer['id']}/undo", {})
                transfer = await _wait_for(siege, caller, transfer["id"])
            elif siege.is_on():
                # Another one, that adds something; on a thread, so that no client waits for it.
                files[0] = await asyncio.to_thread(_npz, n_drawings, turn + 2)
            siege.seen.imports[transfer["status"]] += 1
            turn += 1


async def _send_file(caller: Caller, data: bytes) -> Any:
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.npz"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    answer = await caller.ask("change", "POST", f"{API}/import", body, kind)
    return None if answer is None or answer.status != 202 else json.loads(answer.body)


async def _wait_for(siege: Siege, caller: Caller, transfer_id: int) -> Any:
    """Look at an import until it stands still, or the siege is over."""
    transfer: Any = {"status": "unknown", "n_new": 0}
    while siege.is_on():
        transfer = await caller.get("list", f"/transfers/{transfer_id}") or transfer
        if transfer["status"] in ("done", "refused", "failed", "undone"):
            break
        await asyncio.sleep(0.2)
    return transfer


def _npz(n: int, seed: int) -> bytes:
    """The golden digits, each moved by up to three pixels."""
    rng = np.random.default_rng(seed)
    inks, labels = golden_inks()
    picked = rng.integers(0, len(inks), n)
    moved = [np.roll(inks[one], rng.integers(-3, 4, 2), axis=(0, 1)) for one in picked]
    file = io.BytesIO()
    np.savez(file, ink=np.stack(moved), label=np.asarray(labels)[picked].astype(np.uint8))
    return file.getvalue()


async def runner(siege: Siege) -> None:
    """Asks for a run as soon as there is none."""
    async with siege.caller(siege.admin_cookie) as caller:
        while siege.is_on():
            await caller.post("change", "/runs", {})
            await _sleep(siege, 1.0)


async def now_and_then(siege: Siege, seconds: float, deed: Callable[[int], None]) -> None:
    """Call `deed` with 0, 1, 2 …, on a thread, as long as the siege lasts."""
    for turn in range(10**6):
        await _sleep(siege, seconds)
        if not siege.is_on():
            return
        await asyncio.to_thread(deed, turn)


async def _sleep(siege: Siege, seconds: float) -> None:
    await asyncio.sleep(max(0.0, min(seconds, siege.until - time.monotonic())))
