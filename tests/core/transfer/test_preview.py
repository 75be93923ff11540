"""A check shows samples, says what is odd, and proposes the repair that makes the labels agree."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.errors import Conflict, InvalidInput
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.transfer import jobs
from core.transfer.importing import Importer
from core.transfer.preview import Agreement, Spread
from core.transfer.repairs import TURNS, parse_written
from tests.core.transfer.files import take
from tests.support.datasets import (
    Digits,
    digits,
    dim_photo,
    npz,
    pictures,
    table,
    zipped,
)
from tests.support.sample_reader import publish_reader

D = digits(40)
X, Y = D.images, np.array(D.labels)


@pytest.fixture
def live(settings: Settings, database: Database) -> None:
    """A live version that reads these digits."""
    publish_reader(settings, database)


def run(settings: Settings, database: Database, transfer_id: int) -> Transfer:
    done = Importer(settings, database).run(transfer_id)
    assert done is not None
    return done


def check(
    settings: Settings, database: Database, data: bytes, **wishes: str
) -> tuple[Transfer, dict[str, Any]]:
    """The import and what was found."""
    transfer_id = take(settings, database, data, stores_at_once=False, **wishes)
    done = run(settings, database, transfer_id)
    return done, done.found or {}


def store(settings: Settings, database: Database, transfer_id: int, **decision: str) -> Transfer:
    with database.write() as session:
        jobs.ask_to_store(session, transfer_id, by="user:1", now=utc_now(), **decision)
    return run(settings, database, transfer_id)


def stored(database: Database) -> tuple[np.ndarray, list[int]]:
    with database.read() as session:
        rows = session.execute(select(Drawing.ink, Drawing.label).order_by(Drawing.number)).all()
    inks = [np.frombuffer(ink, np.uint8).reshape(28, 28) for ink, _label in rows]
    return np.array(inks), [label for _ink, label in rows]


def clothes() -> np.ndarray:
    """Blobs of the size of a digit that are none."""
    rng = np.random.default_rng(4)
    rows, columns = np.mgrid[:28, :28]
    shapes = [
        np.clip(1.4 - ((rows - a) / 9) ** 4 - ((columns - b) / 6) ** 2, 0, 1) * 255
        for a, b in rng.integers(11, 17, (40, 2))
    ]
    return np.array(shapes).astype(np.uint8)


@pytest.mark.usefixtures("live")
def test_plain_digits_have_no_warning(settings: Settings, database: Database) -> None:
    done, found = check(settings, database, npz(images=X, labels=Y))

    assert done.status == TransferStatus.READY
    assert (found["warnings"], found["proposal"], found["needs"]) == ([], None, None)
    assert found["agreement"] == {"share": 1.0, "n": 40, "version": 1}
    assert found["assumed"]["scale"] == "0..255"


@pytest.mark.usefixtures("live")
def test_twenty_inks_are_shown_with_their_labels(settings: Settings, database: Database) -> None:
    _, found = check(settings, database, npz(images=X, labels=Y))

    places = [place * 2 for place in range(20)]
    shown = [base64.b64decode(one["ink"]) for one in found["samples"]]
    assert shown == [X[place].tobytes() for place in places]
    assert [one["label"] for one in found["samples"]] == [int(Y[place]) for place in places]


ODD: dict[str, tuple[bytes, str]] = {
    "transposed": (npz(images=X.transpose(0, 2, 1), labels=Y), "transpose"),
    "turned to the right": (npz(images=np.rot90(X, -1, (1, 2)), labels=Y), "rotate_left"),
    "turned to the left": (npz(images=np.rot90(X, 1, (1, 2)), labels=Y), "rotate_right"),
    "upside down": (npz(images=X[:, ::-1, ::-1], labels=Y), "upside_down"),
    "mirrored": (npz(images=X[:, :, ::-1], labels=Y), "mirror"),
    "dark on light": (npz(images=255 - X, labels=Y), "invert"),
    "transposed and dark on light": (
        npz(images=255 - X.transpose(0, 2, 1), labels=Y),
        "transpose+invert",
    ),
    "dark on grey": (npz(images=90 - X // 4, labels=Y), "invert+scale"),
    "faint": (npz(images=X // 8, labels=Y), "scale"),
    "labels raised by one": (npz(images=X, labels=(Y + 1) % 10), "shift_labels:-1"),
    "labels lowered by one": (npz(images=X, labels=(Y - 1) % 10), "shift_labels:1"),
    "a transposed table": (
        table(Digits(X.transpose(0, 2, 1), D.labels), label="last").encode(),
        "transpose",
    ),
}


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("what", list(ODD))
def test_the_repair_that_makes_the_labels_agree_is_proposed_and_taken(
    settings: Settings, database: Database, what: str
) -> None:
    data, repair = ODD[what]

    done, found = check(settings, database, data)
    after = store(settings, database, done.id, repair=found["proposal"]["repair"])

    assert found["warnings"] and found["needs"] == "repair"
    assert found["proposal"]["repair"] == repair
    assert found["proposal"]["agreement"] == 1.0
    assert found["proposal"]["sentence"].startswith("100 % agree if ")
    inks, labels = stored(database)
    assert after.status == TransferStatus.DONE
    assert labels == D.labels
    assert np.abs(inks.astype(int) - X).mean() < 6
    assert (after.found or {})["by_label"] == D.by_label


@pytest.mark.usefixtures("live")
def test_a_proposal_must_be_decided_on(settings: Settings, database: Database) -> None:
    done, _ = check(settings, database, ODD["transposed"][0])

    with pytest.raises(Conflict, match="Choose the repair transpose, or the repair none"):
        store(settings, database, done.id)
    after = store(settings, database, done.id, repair="none")

    assert after.status == TransferStatus.DONE
    assert (stored(database)[0] == X.transpose(0, 2, 1)).all()


@pytest.mark.usefixtures("live")
def test_what_no_repair_explains_needs_a_confirmation_in_words(
    settings: Settings, database: Database
) -> None:
    done, found = check(settings, database, npz(images=clothes(), labels=Y))

    assert found["needs"] == "confirm"
    assert "are these digits" in found["warnings"][0]
    for decision in ({}, {"repair": "none"}, {"confirm": "yes"}):
        with pytest.raises(Conflict, match="store anyway"):
            store(settings, database, done.id, **decision)
    assert store(settings, database, done.id, confirm="Store anyway").status == TransferStatus.DONE


@pytest.mark.usefixtures("live")
def test_a_repair_of_the_levels_is_not_proposed_if_the_labels_do_not_agree_with_it(
    settings: Settings, database: Database
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28)).astype(np.uint8)

    _, found = check(settings, database, npz(images=noise, labels=Y))

    assert (found["proposal"], found["needs"]) == (None, "confirm")


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("n_wrong", [2, 6, 8])
def test_an_odd_hand_is_no_reason_to_warn(
    settings: Settings, database: Database, n_wrong: int
) -> None:
    """80 to 95 % agreement."""
    labels = Y.copy()
    labels[:n_wrong] = (labels[:n_wrong] + 4) % 10

    _, found = check(settings, database, npz(images=X, labels=labels))

    assert found["warnings"] == []
    assert found["agreement"]["share"] == 1 - n_wrong / 40


@pytest.mark.usefixtures("live")
def test_without_a_preview_an_odd_file_waits_and_says_why(
    settings: Settings, database: Database
) -> None:
    done = run(settings, database, take(settings, database, ODD["transposed"][0]))

    assert done.status == TransferStatus.READY
    assert "Choose the repair transpose" in (done.message or "")
    assert stored(database)[1] == []


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("data", "wishes"),
    [
        (ODD["transposed"][0], {"repair": "transpose"}),
        (ODD["transposed"][0], {"repair": "none"}),
        (ODD["dark on grey"][0], {"repair": "scale+invert"}),
        (npz(images=clothes(), labels=Y), {"confirm": "store anyway"}),
        (npz(images=(X > 99).astype(np.uint8), labels=Y), {"repair": "scale"}),
    ],
)
def test_a_decision_sent_along_stores_an_odd_file_at_once(
    settings: Settings, database: Database, data: bytes, wishes: dict[str, Any]
) -> None:
    done = run(settings, database, take(settings, database, data, **wishes))

    assert (done.status, done.n_new) == (TransferStatus.DONE, 40)


@pytest.mark.usefixtures("live")
def test_a_wrong_repair_sent_along_does_not_store(settings: Settings, database: Database) -> None:
    done = run(settings, database, take(settings, database, npz(images=X, labels=Y),
                                        repair="transpose"))  # fmt: skip

    assert done.status == TransferStatus.READY
    assert (done.found or {})["needs"] is not None


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("labels", "meaning"),
    [(np.where(Y == 0, 10, Y), "10 is taken as 0"), (Y + 1, "each is lowered by one")],
)
def test_labels_from_1_to_10_are_resolved_by_the_live_version(
    settings: Settings, database: Database, labels: np.ndarray, meaning: str
) -> None:
    done, found = check(settings, database, npz(images=X, labels=labels))
    store(settings, database, done.id)

    assert meaning in found["warnings"][0]
    assert found["by_label"] == D.by_label
    assert stored(database)[1] == D.labels


def test_labels_from_1_to_10_without_a_live_version_are_refused_with_the_choice(
    settings: Settings, database: Database
) -> None:
    data = npz(images=X, labels=Y + 1)

    refused, _ = check(settings, database, data)
    said = run(settings, database, take(settings, database, data, repair="shift_labels:-1"))

    assert "shift_labels:-1" in (refused.message or "")
    assert said.status == TransferStatus.DONE
    assert stored(database)[1] == D.labels


def test_without_a_live_version_labels_are_not_compared(
    settings: Settings, database: Database
) -> None:
    _, found = check(settings, database, ODD["transposed"][0])

    assert (found["agreement"], found["warnings"]) == (None, [])


@pytest.mark.parametrize(
    ("what", "repair"),
    [("dark on light", "invert"), ("dark on grey", "invert+scale"), ("faint", "scale")],
)
def test_levels_are_seen_without_a_live_version(
    settings: Settings, database: Database, what: str, repair: str
) -> None:
    _, found = check(settings, database, ODD[what][0])

    assert found["warnings"]
    assert (found["proposal"]["repair"], found["proposal"]["agreement"]) == (repair, None)


def test_black_and_white_is_read_and_said_so(settings: Settings, database: Database) -> None:
    _, found = check(settings, database, npz(images=(X > 99).astype(np.uint8), labels=Y))

    assert found["warning_facts"] == [{"name": "values_0_and_1", "facts": {}}]
    assert len(found["warnings"]) == 1
    assert max(base64.b64decode(found["samples"][0]["ink"])) == 255


@pytest.mark.usefixtures("live")
def test_dim_photographs_are_read_and_said_to_be_dim(
    settings: Settings, database: Database
) -> None:
    made = pictures(D, lambda label, n: f"{label}/{n}.png", draw=dim_photo)

    _, found = check(settings, database, zipped(made))

    assert [one["name"] for one in found["warning_facts"]] == ["dim_pictures"]


@pytest.mark.usefixtures("live")
def test_an_unclear_label_in_names_is_decided_by_the_live_version(
    settings: Settings, database: Database
) -> None:
    """Both parts of the name are digits, and only one of them is the label."""
    made = pictures(D, lambda label, n: f"{n * 7 % 10}_{label}_{n + 100}.png", draw=lambda x: x)

    _, found = check(settings, database, zipped(made))

    assert found["by_label"] == D.by_label
    assert found["warnings"] == []


def test_an_unclear_label_without_a_live_version_is_said_to_be(
    settings: Settings, database: Database
) -> None:
    made = pictures(D, lambda label, n: f"{n * 7 % 10}_{label}_{n + 100}.png", draw=lambda x: x)

    _, found = check(settings, database, zipped(made))

    assert "It is not certain where the labels are" in found["warnings"][0]


@pytest.mark.usefixtures("live")
def test_another_label_column_is_proposed(settings: Settings, database: Database) -> None:
    """Two columns are named like labels; the first is not the digit."""
    heading = ["label", "digit", *(f"p{n}" for n in range(784))]
    data = table(D, heading=heading, extra={0: lambda n: str(n * 3 % 7)}).encode()

    done, found = check(settings, database, data)
    store(settings, database, done.id, repair=found["proposal"]["repair"])

    assert found["proposal"]["repair"] == "label_column:digit"
    assert stored(database)[1] == D.labels


def test_a_label_column_can_be_named(settings: Settings, database: Database) -> None:
    heading = ["label", "digit", *(f"p{n}" for n in range(784))]
    data = table(D, heading=heading, extra={0: lambda n: str(n * 3 % 7)}).encode()

    done = run(settings, database, take(settings, database, data, repair="label_column:digit"))
    refused = run(settings, database, take(settings, database, data, repair="label_column:nose"))

    assert (done.status, stored(database)[1]) == (TransferStatus.DONE, D.labels)
    assert "no column named nose: beside pixels there are label, digit" in (refused.message or "")


@pytest.mark.usefixtures("live")
def test_a_repaired_picture_keeps_its_picture_turned(
    settings: Settings, database: Database
) -> None:
    turned = pictures(D, lambda label, n: f"{label}/{n}.png", draw=lambda x: 255 - x.T)

    done, found = check(settings, database, zipped(turned))
    store(settings, database, done.id, repair=found["proposal"]["repair"])

    inks, _ = stored(database)
    assert found["proposal"]["repair"] == "transpose"
    assert np.abs(inks.astype(int) - X).mean() < 30
    with database.read() as session:
        assert all(session.scalars(select(Drawing.picture)))


@pytest.mark.usefixtures("live")
def test_a_repaired_file_can_be_stored_after_it_was_stored_unrepaired(
    settings: Settings, database: Database
) -> None:
    data = ODD["transposed"][0]
    run(settings, database, take(settings, database, data, repair="none"))

    again = run(settings, database, take(settings, database, data, repair="transpose"))

    assert again.n_new == 40


@pytest.mark.usefixtures("live")
def test_samples_are_dropped_when_an_import_ends(settings: Settings, database: Database) -> None:
    done, _ = check(settings, database, ODD["transposed"][0])
    after = store(settings, database, done.id, repair="transpose")

    assert "samples" not in (after.found or {})
    assert (after.found or {})["proposal"]["samples"] == []


def test_an_unknown_repair_is_refused_with_the_choices(
    settings: Settings, database: Database
) -> None:
    with pytest.raises(InvalidInput, match="known are transpose"):
        take(settings, database, npz(images=X, labels=Y), repair="improve")


@pytest.mark.parametrize("text", ["transpose+invert+scale", "mirror+shift_labels:-1", "invert",
                                  "scale+label_column:class"])  # fmt: skip
def test_a_repair_is_written_as_it_is_parsed(text: str) -> None:
    assert parse_written(text).written == text


@pytest.mark.parametrize("turn", list(TURNS))
def test_each_turn_moves_a_corner(turn: str) -> None:
    corner = np.zeros((28, 28), np.uint8)
    corner[0, 3] = 9

    moved: Callable[[np.ndarray], np.ndarray] = TURNS[turn]

    assert moved(corner).sum() == 9
    assert moved(corner)[0, 3] == 0


@pytest.mark.parametrize(
    ("n_agreed", "n", "is_low"),
    [(11, 20, True), (12, 20, False), (0, 3, True), (1, 3, False), (0, 1, False),
     (355, 500, True), (362, 500, False)],
)  # fmt: skip
def test_agreement_is_low_if_no_hand_explains_it(n_agreed: int, n: int, is_low: bool) -> None:
    assert Agreement(n_agreed, n, 1).is_low is is_low


@pytest.mark.parametrize("n", [1, 7, 400, 5000])
def test_a_sample_is_spread_over_the_file(n: int) -> None:
    spread = Spread(100)
    for place in range(n):
        spread.add(place)  # type: ignore[arg-type]

    taken: list[Any] = spread.take()

    assert taken == sorted(set(taken))
    assert min(n, 50) <= len(taken) <= 100
    gaps = np.diff([*taken, n])
    assert gaps.max() <= 2 * max(1, n / len(taken)) + 1
