"""Data in and out as an administrator does it, and one's own data as whoever draws does it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from core.imaging.files import to_png
from tests.browser.accessibility import axe_findings
from tests.browser.hands import draw_with_mouse, wait_for_count
from tests.browser.prepared import READS_AS, prepare
from tests.browser.signing_in import signed_in
from tests.browser.test_the_loop import SEVEN, open_draw_page
from tests.core.transfer.files import inks, npz, pictures, zip_of
from tests.support.running import Running, running

WIDE: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
NARROW: dict[str, Any] = {
    "locale": "zh-CN",
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests of this file."""
    with running("serve", prepare(tmp_path_factory.mktemp("data") / "instance")) as inkloop:
        yield inkloop


def open_data(browser: Browser, served: Running, query: str = "", **options: Any) -> Page:
    """The view of data in and out, once it shows how much there is."""
    page = signed_in(browser, served, **(WIDE | options)).new_page()
    page.goto(f"{served.url}/admin/data{query}")
    expect(page.locator("#estimate")).to_be_visible()
    return page


def digits(folder: Path, name: str = "digits.zip", label: int = READS_AS) -> Path:
    """A zip of ten pictures with one label, one file that is no picture, and one without a label.

    The live version reads all of them as `READS_AS`.
    """
    made = inks(10, seed=sum(map(ord, name)))
    entries = {f"{label}/{place}.png": to_png(made[place]) for place in range(10)}
    entries |= {"3/notes.png": b"no picture", "cats/tom.png": entries[f"{label}/1.png"]}
    path = folder / name
    path.write_bytes(zip_of(entries))
    return path


def settled(page: Page, status: str) -> None:
    """Wait until the import stands there."""
    shown = page.locator(f".import-stage[data-status={status}]")
    expect(shown).to_be_visible(timeout=20_000)


def test_the_ones_are_exported(browser: Browser, served: Running) -> None:
    page = signed_in(browser, served, **WIDE).new_page()
    page.goto(f"{served.url}/admin/drawings?label=1")
    page.locator("#export-these").click()
    expect(page.locator("#export-label")).to_have_value("1")
    page.locator("#export-format").select_option("npz")
    expect(page.locator("#estimate")).to_have_text(re.compile(r"^\d drawings"))
    n = int((page.locator("#estimate").text_content() or "")[0])
    expect(page).to_have_url(re.compile(r"\?label=1&format=npz$"))
    page.reload()

    with page.expect_download() as download:
        page.locator("#export").click()

    with np.load(download.value.path(), allow_pickle=False) as arrays:
        assert arrays["label"].tolist() == [1] * n
    assert download.value.suggested_filename == "inkloop.npz"
    expect(page.locator("#transfers tbody tr").first).to_contain_text("done", timeout=15_000)
    page.context.close()


@pytest.mark.parametrize("options", [WIDE, NARROW], ids=["wide-en", "narrow-zh"])
def test_a_file_is_looked_at_stored_and_undone(
    browser: Browser, served: Running, tmp_path: Path, options: dict[str, Any]
) -> None:
    page = open_data(browser, served, **options)
    name = f"{options['locale']}.zip"
    page.locator("#import-file").set_input_files(digits(tmp_path, name))

    settled(page, "ready")
    page.reload()  # what was found is still there
    settled(page, "ready")
    expect(page.locator("#import-found")).to_contain_text("10")
    expect(page.locator("#import-refusals li")).to_have_count(2)
    expect(page.locator("#import-samples li")).to_have_count(10)
    expect(page.locator("#import-agreement")).to_contain_text("100")
    expect(page.locator("#import-warnings")).to_have_count(0)
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    page.locator("#import-store").focus()
    page.keyboard.press("Enter")

    settled(page, "done")
    expect(page.locator("#import-result")).to_contain_text("10")
    page.locator("#import-undo").click()
    assert axe_findings(page) == []
    page.locator("dialog #confirm").click()

    settled(page, "undone")
    assert axe_findings(page) == []
    page.locator("#import-another").click()
    expect(page.locator("#drop-zone")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("options", [WIDE, NARROW], ids=["wide-en", "narrow-zh"])
def test_a_proposed_repair_is_looked_at_and_taken_by_keyboard(
    browser: Browser, served: Running, tmp_path: Path, options: dict[str, Any]
) -> None:
    page = open_data(browser, served, **options)
    name = f"raised-{options['locale']}.zip"
    page.locator("#import-file").set_input_files(digits(tmp_path, name, label=READS_AS + 1))
    settled(page, "ready")

    expect(page.locator("#import-warnings li")).to_have_count(1)
    expect(page.locator("#import-proposal")).to_contain_text("100")
    expect(page.locator("#import-samples li")).to_have_text([str(READS_AS + 1)] * 10)
    expect(page.locator("#import-repaired li")).to_have_text([str(READS_AS)] * 10)
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    page.locator("#import-repair").focus()
    page.keyboard.press("Enter")

    settled(page, "done")
    expect(page.locator("#import-result")).to_contain_text("10")
    page.locator("#import-undo").click()
    page.locator("dialog #confirm").click()
    settled(page, "undone")
    page.context.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [(WIDE, "store anyway"), (NARROW, "仍要保存")],
    ids=["wide-en", "narrow-zh"],
)
def test_a_file_that_no_repair_explains_is_stored_after_a_confirmation_in_words(
    browser: Browser, served: Running, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    page = open_data(browser, served, **options)
    name = f"odd-{options['locale']}.zip"
    page.locator("#import-file").set_input_files(digits(tmp_path, name, label=READS_AS - 4))
    settled(page, "ready")
    expect(page.locator("#import-warnings li")).to_have_count(1)
    assert axe_findings(page) == []

    page.locator("#import-words").fill("yes")
    page.keyboard.press("Enter")
    settled(page, "ready")
    page.locator("#import-words").fill(words)
    page.keyboard.press("Enter")

    settled(page, "done")
    page.locator("#import-undo").click()
    page.locator("dialog #confirm").click()
    settled(page, "undone")
    page.context.close()


def test_the_list_of_what_was_left_out_is_downloaded(
    browser: Browser, served: Running, tmp_path: Path
) -> None:
    page = open_data(browser, served)
    page.locator("#import-file").set_input_files(digits(tmp_path, "left-out.zip"))
    settled(page, "ready")

    with page.expect_download() as download:
        page.locator("#import-left-out").click()

    reasons = download.value.path().read_text("utf-8").splitlines()
    assert len(reasons) == 3
    page.locator("#import-discard").click()
    settled(page, "undone")
    page.context.close()


def test_a_dropped_hostile_archive_is_refused_with_its_sentence(
    browser: Browser, served: Running
) -> None:
    page = open_data(browser, served)
    data = pictures("../../7/a.png")

    page.evaluate(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "<img src=x>.zip"));
            const zone = document.getElementById("drop-zone");
            zone.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
        }""",
        list(data),
    )

    settled(page, "refused")
    expect(page.locator("#import-result")).to_contain_text("a path out of its folder")
    expect(page.locator(".import-name")).to_have_text("<img src=x>.zip")
    assert page.locator(".import-name img").count() == 0
    page.context.close()


def test_an_unwanted_file_is_dropped(browser: Browser, served: Running, tmp_path: Path) -> None:
    file = tmp_path / "six.npz"
    file.write_bytes(npz(6))
    page = open_data(browser, served)
    page.locator("#import-file").set_input_files(file)
    settled(page, "ready")

    page.locator("#import-discard").click()

    settled(page, "undone")
    page.context.close()


def draw_seven(page: Page, n: int) -> None:
    draw_with_mouse(page, SEVEN)
    expect(page.locator("#read-digit")).to_have_text("7")
    page.keyboard.press("Enter")
    wait_for_count(page, n)


def test_what_is_kept_is_said_before_the_first_drawing_and_recorded_with_it(
    browser: Browser, served: Running
) -> None:
    page = open_draw_page(browser, served)
    expect(page.locator("#consent")).to_contain_text("Confirming stores your strokes")

    draw_seven(page, 1)

    expect(page.locator("#consent")).to_have_count(0)
    page.reload()
    expect(page.locator("#live-version")).to_be_visible()
    expect(page.locator("#consent")).to_have_count(0)
    page.locator("#privacy").click()
    expect(page.locator("#privacy-sheet")).to_contain_text("No name and no address")
    expect(page.get_by_text("You were informed of this on")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("options", [WIDE, NARROW], ids=["wide-en", "narrow-zh"])
def test_everything_is_taken_along_deleted_and_brought_back(
    browser: Browser, served: Running, options: dict[str, Any]
) -> None:
    page = open_draw_page(browser, served, **options)
    draw_seven(page, 1)
    page.locator("#privacy").click()
    expect(page.locator("#kept")).to_contain_text("1")
    assert axe_findings(page) == []

    with page.expect_download() as download:
        page.locator("#download-mine").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        (told,) = json.loads(archive.read("drawings.json"))
        assert archive.read(told["ink"]).startswith(b"\x89PNG")
    page.locator("#delete-all").click()
    page.locator("#delete-all-yes").click()
    wait_for_count(page, 0)
    assert axe_findings(page) == []
    page.locator("#undo-delete-all").click()

    wait_for_count(page, 1)
    assert told["label"] == 7
    page.context.close()


def test_drawings_are_carried_to_another_browser_by_a_link(
    browser: Browser, served: Running
) -> None:
    laptop = open_draw_page(browser, served)
    draw_seven(laptop, 1)
    draw_seven(laptop, 2)
    laptop.locator("#privacy").click()
    laptop.locator("#make-link").click()
    link = laptop.locator("#carry-link").input_value()

    phone = open_draw_page(browser, served, **NARROW)
    draw_seven(phone, 1)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url))
    phone.goto(link)
    expect(phone.locator("#join")).to_contain_text("2")
    assert axe_findings(phone) == []
    assert "carry" not in phone.url
    phone.locator("#join-yes").click()

    wait_for_count(phone, 3)
    laptop.reload()
    wait_for_count(laptop, 3)
    token = link.partition("#carry=")[2]
    assert [url for url in sent if token in url.partition("#")[0]] == []
    assert token not in served.log()
    third = open_draw_page(browser, served)
    third.goto(link)
    expect(third.locator("dialog")).to_contain_text("this link was used already")
    for page in (laptop, phone, third):
        page.context.close()
