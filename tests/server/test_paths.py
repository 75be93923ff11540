"""No text of a request becomes a path: routes open only the files meant for them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.api.docs import routes as docs
from server.pages import DIST
from tests.server.access_table import ROWS

OUT = (
    "../secret_key", "..%2fsecret_key", "%2e%2e/secret_key", "%2e%2e%2fsecret_key",
    "..%252fsecret_key", "%252e%252e%252fsecret_key", "..\\secret_key", "..%5csecret_key",
    "....//secret_key", "..;/secret_key", "..%c0%afsecret_key", "..%ef%bc%8fsecret_key",
    "%00../secret_key", "secret_key%00.png", "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd",
    "file:///etc/passwd", "C:/Windows/win.ini", "\\\\evil.example\\share", "~/.ssh/id_rsa", ".",
    "..", "./", "~", "%2e", "index.html%00", "CON", "a" * 5000, "-rf", "assets/../../secret_key",
    "?", "#../x", "inkloop.db", "../inkloop.db", "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
)  # fmt: skip
SWAGGER_PAGE = Path(docs.__file__).with_name("index.html")
BY_WORD = sorted(row.rule for row in ROWS if row.method == "GET" and "<" in row.rule)
WORDS = re.compile(r"<(?:path:)?(?:view|name|drawing_id)>")


class Opened:
    """Records the files that Python opens. An audit hook cannot be removed, so there is one."""

    def __init__(self) -> None:
        self.paths: list[str] | None = None
        sys.addaudithook(self._record)

    def _record(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.paths is not None and isinstance(arguments[0], str):
            self.paths.append(arguments[0])


@pytest.fixture(scope="module")
def opened() -> Opened:
    return Opened()


@pytest.fixture
def listening(opened: Opened) -> Iterator[Opened]:
    opened.paths = []
    yield opened
    opened.paths = None


def test_all_rules_with_text_parameters_are_tested() -> None:
    assert len([rule for rule in BY_WORD if WORDS.search(rule)]) >= 9


@pytest.mark.parametrize("rule", [rule for rule in BY_WORD if WORDS.search(rule)])
def test_no_text_parameter_leads_out_of_its_folder(admin, publish, settings, listening, rule):
    publish(1, says=7)
    settings.secret_path.write_text("the canary sings")
    path = re.sub(r"<int:\w+>", "1", rule)
    listening.paths = []

    for word in OUT:
        answer = admin.get(word.join(WORDS.split(path)))
        # `/admin/…` is one page for any path; `?` and `#` end the path before the text.
        is_page = answer.status_code == 200 and answer.mimetype in ("text/html", "text/plain")
        assert is_page or answer.status_code in (301, 308, 404, 422, 503) or word in "?./#../x"
        assert b"canary" not in answer.data
        assert b"root:" not in answer.data

    outside = [one for one in listening.paths if not _is_meant(Path(one), settings.models_dir)]
    assert outside == []


def _is_meant(path: Path, models: Path) -> bool:
    """Whether a path is a built page, a file of Swagger UI or of a model, or an imported module."""
    place = path.resolve()
    meant = (DIST, models.resolve(), Path(sys.prefix), Path(sys.base_prefix), Path("/usr"))
    if place in (SWAGGER_PAGE, Path("/etc/mime.types")):
        return True
    return any(place.is_relative_to(one) for one in meant)
