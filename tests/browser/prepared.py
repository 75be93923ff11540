"""An instance with drawings, people and a small model, made in a second without training."""

from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher

from core.base.clock import utc_now
from core.base.kinds import Role, RunStatus, Source
from core.base.settings import Settings
from core.drawings.lifecycle import quarantine
from core.drawings.storing import NewDrawing, store_drawing
from core.imaging import IMAGING_VERSION, encode_strokes, ink_from_strokes, parse_strokes
from core.people import accounts
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import ModelVersion, Run, RunDrawing
from tests.server import small_models
from tests.support.factories import new_id
from tests.support.hands import OddHand
from tests.support.people import EMAIL, PASSWORD

REVIEWER = "rosa@example.org"
N_DRAWN = {"alice": 30, "bob": 6, "carol": 5}
"""Number of drawings of contributors 1, 2 and 3."""
READS_AS = 7
# Cheap hashing for tests. The server verifies a hash with the costs that the hash names.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def prepare(folder: Path) -> Path:
    """Fill an instance: three contributors with their drawings, an admin, a reviewer.

    Version 1 is live, reads everything as 7, and was trained on carol's drawings. Bob's last
    drawing, a 5, is in quarantine.
    """
    settings = Settings.from_env({}, instance=folder)
    migrate.upgrade(settings)
    secret = settings.secret()
    database = Database(settings)
    now = utc_now()
    with database.write() as session:
        for email, role in ((EMAIL, Role.ADMIN), (REVIEWER, Role.REVIEWER)):
            accounts.create_user(session, email, QUICK.hash(PASSWORD), role, by="command", now=now)
        small_models.publish(ModelStore(settings.models_dir), session, 1, says=READS_AS)
        numbers: dict[str, list[int]] = {}
        for name, n in N_DRAWN.items():
            hand = OddHand(n)
            for place in range(n):
                new = _drawn(hand, place % 10, name)
                drawing, _ = store_drawing(session, new, secret=secret, now=now)
                numbers.setdefault(name, []).append(drawing.number)
        quarantine(session, numbers["bob"][-1:])
        run = Run(
            status=RunStatus.PROMOTED,
            requested_by="command",
            is_forced=True,
            queued_at=now,
            started_at=now,
            finished_at=now,
            seed=1,
            version=1,
        )
        session.add(run)
        session.flush()
        session.get_one(ModelVersion, 1).run_id = run.id
        for number in numbers["carol"]:
            session.add(RunDrawing(run_id=run.id, drawing_number=number, label=0, is_new=True))
    database.dispose()
    return folder


def _drawn(hand: OddHand, digit: int, contributor: str) -> NewDrawing:
    drawn = hand.draw(digit)
    width, height = drawn["width"], drawn["height"]
    strokes = parse_strokes(drawn["strokes"], width, height)
    return NewDrawing(
        id=new_id(),
        contributor_id=contributor,
        label=digit,
        source=Source.DRAWN,
        ink=ink_from_strokes(strokes, width, height).ink_HW.tobytes(),
        imaging_version=IMAGING_VERSION,
        strokes=encode_strokes(strokes, width, height),
        predicted_label=READS_AS,
        predicted_version=1,
    )
