"""Exports stream from a child process; imports are checked, stored and undone as a whole."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from core.base.clock import utc_now
from core.base.errors import NotReady
from core.base.kinds import DrawingStatus, TransferStatus
from core.drawings.gallery import Filters
from core.storage.tables import AuditEvent, Drawing
from core.transfer import uploads
from core.transfer.importing import Importer
from server.api.transfers import processes as transfer_processes
from server.api.transfers.processes import ImportProcess
from server.api.transfers.schemas import EstimateOut, TransferOut, TransfersOut
from server.background import housekeeping
from server.background import tasks as background
from tests.core.transfer.files import inks, npz, pictures, zip_of
from tests.support.datasets import digits
from tests.support.datasets import npz as npz_of
from tests.support.factories import make_drawing
from tests.support.running import wait_until
from tests.support.sample_reader import publish_reader


@pytest.fixture
def ones(parts):
    """Two ones and a seven."""
    with parts.database.write() as session:
        for place, label in enumerate((1, 1, 7)):
            make_drawing(session, label=label, ink=inks(3)[place].tobytes())


def send(client, data: bytes, **fields):
    return client.post("/api/v1/import", data={"file": (io.BytesIO(data), "digits.zip"), **fields})


def work(parts, transfer_id: int):
    """Run the import in this process."""
    return Importer(parts.settings, parts.database).run(transfer_id)


def n_drawings(parts) -> int:
    with parts.database.read() as session:
        return session.scalars(select(func.count()).where(Drawing.ink != b"")).one()


def test_drawings_with_one_label_are_exported(reviewer, ones):
    answer = reviewer.get("/api/v1/export?format=npz&label=1")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="inkloop.npz"'
    with np.load(io.BytesIO(answer.data), allow_pickle=False) as arrays:
        assert arrays["label"].tolist() == [1, 1]


def test_parquet_is_exported(reviewer, ones):
    table = pq.read_table(io.BytesIO(reviewer.get("/api/v1/export?format=parquet").data))

    assert table.column("label").to_pylist() == [1, 1, 7]
    assert table.column("contributor").to_pylist() == ["alice"] * 3


def test_an_empty_export_is_refused_with_a_sentence(reviewer, ones):
    answer = reviewer.get("/api/v1/export?format=idx&label=3")

    assert answer.status_code == 422
    assert "no drawing matches" in answer.json["message"]


def test_an_export_is_listed_with_its_filters(reviewer, ones, parts):
    _ = reviewer.get("/api/v1/export?format=png&label=1&since=2026-01-01").data

    (shown,) = reviewer.get("/api/v1/transfers").json["items"]
    with parts.database.read() as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "export"))
    assert (shown["status"], shown["n_done"], shown["n_total"]) == ("done", 2, 2)
    assert event.facts["filters"]["label"] == 1


def test_an_aborted_export_frees_its_place(parts, ones):
    filters = Filters()
    pieces = transfer_processes.export(parts.settings, "npz", filters, "x")
    assert transfer_processes._free_exports._value == transfer_processes.MAX_EXPORTS - 1

    pieces.close()

    assert transfer_processes._free_exports._value == transfer_processes.MAX_EXPORTS


def test_a_third_concurrent_export_is_refused(parts, ones, monkeypatch, reviewer):
    started = [
        transfer_processes.export(parts.settings, "npz", Filters(), "x")
        for _ in range(transfer_processes.MAX_EXPORTS)
    ]

    answer = reviewer.get("/api/v1/export?format=npz")

    for pieces in started:
        pieces.close()
    assert answer.status_code == 503


def test_a_failed_export_breaks_the_connection(parts, admin):
    work(parts, send(admin, npz(500)).json["id"])
    pieces = transfer_processes.export(parts.settings, "png", Filters(), "x")
    pieces._process.kill()

    with pytest.raises(NotReady, match="was interrupted"):
        list(pieces)


def test_the_size_is_estimated(reviewer, ones):
    answer = reviewer.get("/api/v1/export/estimate?format=png&label=1")

    found = EstimateOut.model_validate_json(answer.data)
    assert (found.n, found.is_exact) == (2, True)
    assert 500 < found.n_bytes < 3000


def test_an_import_without_preview_is_stored(admin, parts):
    asked = send(admin, npz(6))

    TransferOut.model_validate_json(asked.data)
    done = work(parts, asked.json["id"])

    assert (asked.status_code, done.status) == (202, TransferStatus.DONE)
    assert n_drawings(parts) == 6
    TransfersOut.model_validate_json(admin.get("/api/v1/transfers").data)


def test_an_import_with_preview_stores_nothing_until_requested(admin, parts):
    transfer_id = send(admin, npz(6), preview="true").json["id"]
    work(parts, transfer_id)
    shown = admin.get(f"/api/v1/transfers/{transfer_id}").json
    before = n_drawings(parts)

    asked = admin.post(f"/api/v1/transfers/{transfer_id}/store")
    work(parts, transfer_id)

    assert (shown["status"], before) == ("ready", 0)
    assert shown["found"]["by_label"] == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert (asked.status_code, n_drawings(parts)) == (202, 6)


@pytest.fixture
def transposed(parts) -> bytes:
    """Digits with rows and columns swapped, and a live version that reads digits."""
    publish_reader(parts.settings, parts.database)
    made = digits(40)
    return npz_of(images=made.images.transpose(0, 2, 1), labels=made.labels)


def test_a_preview_shows_what_is_odd_and_a_repair_is_taken(admin, parts, transposed):
    transfer_id = send(admin, transposed, preview="true").json["id"]
    work(parts, transfer_id)
    shown = admin.get(f"/api/v1/transfers/{transfer_id}").json["found"]
    listed = admin.get("/api/v1/transfers").json["items"][0]["found"]

    undecided = admin.post(f"/api/v1/transfers/{transfer_id}/store")
    asked = admin.post(f"/api/v1/transfers/{transfer_id}/store", json={"repair": "transpose"})
    done = work(parts, transfer_id)

    assert shown["agreement"]["share"] < 0.5
    assert (shown["proposal"]["repair"], shown["needs"]) == ("transpose", "repair")
    assert "turned (rows and columns swapped)" in shown["warnings"][0]
    assert (len(shown["samples"]), len(listed["samples"])) == (20, 0)
    assert (len(shown["proposal"]["samples"]), len(listed["proposal"]["samples"])) == (20, 0)
    assert undecided.status_code == 409
    assert "Choose the repair transpose" in undecided.json["message"]
    assert (asked.status_code, done.status) == (202, TransferStatus.DONE)
    with parts.database.read() as session:
        inks_stored = set(session.scalars(select(Drawing.ink)))
    assert inks_stored == {image.tobytes() for image in digits(40).images}


def test_an_odd_file_without_preview_waits_with_the_reason(admin, parts, transposed):
    transfer_id = send(admin, transposed).json["id"]
    work(parts, transfer_id)

    shown = admin.get(f"/api/v1/transfers/{transfer_id}").json

    assert (shown["status"], n_drawings(parts)) == ("ready", 0)
    assert "Choose the repair transpose" in shown["message"]


def test_a_repair_sent_along_is_taken(admin, parts, transposed):
    transfer_id = send(admin, transposed, repair="transpose").json["id"]

    done = work(parts, transfer_id)

    assert (done.status, n_drawings(parts)) == (TransferStatus.DONE, 40)


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"repair": "improve"}, 422, "known are transpose"),
        ({"confirm": "yes"}, 409, "store anyway"),
        ({"repair": "x" * 300}, 422, "repair"),
    ],
)
def test_an_unknown_decision_is_refused(admin, parts, fields, status, sentence):
    along = send(admin, npz(3), **fields)
    transfer_id = send(admin, npz(3), preview="true").json["id"]
    work(parts, transfer_id)

    later = admin.post(f"/api/v1/transfers/{transfer_id}/store", json=fields)

    for answer in (along, later):
        assert answer.status_code == status
        assert sentence in str(answer.json)
    assert n_drawings(parts) == 0


def test_what_was_left_out_is_downloaded_with_all_reasons(admin, parts):
    made = pictures("7/good.png")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    bad = {f"3/bad{place}.png": b"no picture" for place in range(30)}
    transfer_id = send(admin, zip_of(entries | bad)).json["id"]
    work(parts, transfer_id)

    answer = admin.get(f"/api/v1/transfers/{transfer_id}/left-out.csv")

    shown = admin.get(f"/api/v1/transfers/{transfer_id}").json["found"]
    assert (shown["n_refused"], shown["has_left_out_file"]) == (30, True)
    assert answer.mimetype == "text/csv"
    assert f"import-{transfer_id}-left-out.csv" in answer.headers["Content-Disposition"]
    assert len(answer.text.splitlines()) == 31


def test_an_import_that_left_nothing_out_has_no_list(admin, parts):
    transfer_id = send(admin, npz(3)).json["id"]
    work(parts, transfer_id)

    assert admin.get(f"/api/v1/transfers/{transfer_id}/left-out.csv").status_code == 404
    assert admin.get("/api/v1/transfers/99/left-out.csv").status_code == 404


def test_an_undone_import_can_be_repeated(admin, parts):
    data = npz(6)
    first = send(admin, data).json["id"]
    work(parts, first)

    asked = admin.post(f"/api/v1/transfers/{first}/undo")
    work(parts, first)
    after = n_drawings(parts)
    again = send(admin, data).json["id"]
    work(parts, again)

    assert (asked.status_code, after, n_drawings(parts)) == (202, 0, 6)
    assert admin.get(f"/api/v1/transfers/{first}").json["status"] == "undone"
    stats = admin.get("/api/v1/stats").json
    assert (stats["n_drawings"], stats["by_label"][:6]) == (6, [1] * 6)
    assert stats["by_status"]["deleted"] == 0


def test_an_undone_import_cannot_be_undone_again(admin, parts):
    transfer_id = send(admin, npz(2)).json["id"]
    work(parts, transfer_id)
    admin.post(f"/api/v1/transfers/{transfer_id}/undo")
    work(parts, transfer_id)

    answer = admin.post(f"/api/v1/transfers/{transfer_id}/undo")

    assert (answer.status_code, answer.json["error"]) == (409, "Conflict")


def test_a_hostile_archive_is_refused_with_its_sentence(admin, parts):
    transfer_id = send(admin, pictures("../../7/a.png", "7/b.png")).json["id"]
    work(parts, transfer_id)

    shown = admin.get(f"/api/v1/transfers/{transfer_id}").json

    assert shown["status"] == "refused"
    assert "a path out of its folder" in shown["message"]
    assert n_drawings(parts) == 0


def test_a_file_larger_than_the_limit_of_pictures_is_accepted(admin, parts):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = head + bytes(11_000_000) + b"\r\n--x--\r\n"

    asked = admin.post("/api/v1/import", data=body, content_type="multipart/form-data; boundary=x")

    assert asked.status_code == 202
    assert asked.json["n_bytes"] == 11_000_000


@pytest.mark.parametrize("data", [{}, {"file": (io.BytesIO(b""), "")}, {"preview": "true"}])
def test_a_missing_file_is_refused_with_a_sentence(admin, data):
    answer = admin.post("/api/v1/import", data=data, content_type="multipart/form-data")

    assert answer.status_code == 422


def test_an_empty_file_is_refused_with_a_sentence(admin):
    assert send(admin, b"").json["message"].startswith("the file is empty")


def test_the_file_name_is_only_shown(admin, parts):
    answer = admin.post(
        "/api/v1/import", data={"file": (io.BytesIO(npz(1)), "../../<script>\x07.npz")}
    )

    assert (
        answer.json["file_name"].endswith("<script>?.npz") or "script" in answer.json["file_name"]
    )
    assert [path.parent for path in uploads.folder(parts.settings).iterdir()] == [
        uploads.folder(parts.settings)
    ]


def test_the_import_process_imports_a_waiting_file(admin, parts):
    transfer_id = send(admin, npz(6)).json["id"]
    process = ImportProcess(parts.settings, parts.database)

    process.start_if_due()
    wait_until(lambda: n_drawings(parts) == 6, "the import is stored")

    def is_over() -> bool:
        process.start_if_due()
        return process._process is None

    wait_until(is_over, "the process is over")
    assert admin.get(f"/api/v1/transfers/{transfer_id}").json["status"] == "done"


def test_an_import_whose_process_was_killed_is_resumed(admin, parts, monkeypatch):
    """The process is killed while it stores; another one stores each drawing once."""
    monkeypatch.setattr("core.transfer.jobs.STALE_AFTER", timedelta(0))
    transfer_id = send(admin, npz(1500)).json["id"]
    process = transfer_processes.start_import(parts.settings, transfer_id)
    wait_until(lambda: n_drawings(parts) >= 250, "some are stored")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    in_the_middle = n_drawings(parts)

    done = work(parts, transfer_id)

    assert 250 <= in_the_middle < 1500
    assert (done.status, done.n_new, n_drawings(parts)) == (TransferStatus.DONE, 1500, 1500)
    stats = admin.get("/api/v1/stats").json
    assert (stats["n_drawings"], stats["by_label"]) == (1500, [150] * 10)


def test_undoing_a_running_import_removes_all_its_drawings(admin, parts):
    transfer_id = send(admin, npz(1500)).json["id"]
    process = transfer_processes.start_import(parts.settings, transfer_id)
    wait_until(lambda: n_drawings(parts) >= 250, "some are stored")

    admin.post(f"/api/v1/transfers/{transfer_id}/undo")

    assert process.wait(timeout=120) == 0
    work(parts, transfer_id)
    assert n_drawings(parts) == 0
    assert admin.get(f"/api/v1/transfers/{transfer_id}").json["status"] == "undone"


def test_an_abandoned_import_is_dropped(admin, parts):
    transfer_id = send(admin, npz(2), preview="true").json["id"]
    work(parts, transfer_id)

    housekeeping.drop_abandoned_imports(parts.database, now=utc_now() + timedelta(hours=25))
    work(parts, transfer_id)

    assert admin.get(f"/api/v1/transfers/{transfer_id}").json["status"] == "undone"
    assert list(uploads.folder(parts.settings).iterdir()) == []


def test_incomplete_uploads_are_removed_and_waiting_ones_kept(admin, parts):
    send(admin, npz(2))
    half = uploads.folder(parts.settings) / "half.partial"
    half.write_bytes(b"PK")
    for path in uploads.folder(parts.settings).iterdir():
        os.utime(path, (0, 0))

    uploads.sweep(parts.settings, parts.database)

    (kept,) = uploads.folder(parts.settings).iterdir()
    assert kept.suffix == ".upload"


def test_drawings_past_their_retention_are_erased(parts):
    now = utc_now()
    with parts.database.write() as session:
        make_drawing(session, ink=inks(1).tobytes(), now=now - timedelta(days=31))
        make_drawing(session, ink=inks(1).tobytes(), now=now - timedelta(days=29))

    n = housekeeping.erase_expired(parts.database, 30, now=now)

    with parts.database.read() as session:
        old, young = session.scalars(select(Drawing).order_by(Drawing.number)).all()
    assert n == 1
    assert (old.status, old.ink, young.status) == (DrawingStatus.DELETED, b"", "accepted")
    assert housekeeping.erase_expired(parts.database, 30, now=now) == 0


def test_nothing_is_erased_without_the_setting(parts):
    with parts.database.write() as session:
        make_drawing(session, ink=inks(1).tobytes(), now=utc_now() - timedelta(days=3650))

    housekeeping.tidy(parts.settings, parts.database)

    assert n_drawings(parts) == 1


def test_importing_the_server_loads_no_pyarrow():
    probe = "import sys, server.app; print('pyarrow' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "False"


def test_the_background_thread_starts_imports(parts):
    names = {pace for pace, _ in background.Background(parts)._tasks}

    assert background.IMPORT_EVERY_SECONDS in names


def test_the_api_lists_the_formats_that_can_be_exported(reviewer):
    described = reviewer.get("/openapi.json").json

    (format,) = (
        parameter
        for parameter in described["paths"]["/api/v1/export"]["get"]["parameters"]
        if parameter["name"] == "format"
    )
    assert format["schema"]["enum"] == ["parquet", "npz", "idx", "png", "label-studio"]


def test_an_unknown_export_format_is_refused_with_the_choices(reviewer):
    refused = reviewer.get("/api/v1/export?format=csv")

    assert refused.status_code == 422
    assert "'label-studio'" in str(refused.json)
