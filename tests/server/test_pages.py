"""The built pages: HTML is revalidated, hashed assets are cached for a year."""

import pytest

from server import pages


@pytest.fixture
def dist(tmp_path, monkeypatch):
    """Built pages."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>draw</title>")
    (folder / "admin.html").write_text("<title>admin</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "secret.txt").write_text("not a page")
    (folder / "assets" / "main-1a2b3c.js").write_text("0;")
    monkeypatch.setattr(pages, "DIST", folder)
    return folder


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("/", "draw"),
        ("/admin", "admin"),
        ("/admin/", "admin"),
        ("/admin/runs/3", "admin"),
        ("/setup", "admin"),
    ],
)
def test_each_path_has_its_page(client, dist, url, title):
    answer = client.get(url)

    assert answer.status_code == 200
    assert title in answer.text
    assert answer.mimetype == "text/html"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_an_unchanged_page_is_not_sent_again(client, dist):
    etag = client.get("/").headers["ETag"]

    assert client.get("/", headers={"If-None-Match": etag}).status_code == 304


def test_assets_are_cached_for_a_year(client, dist):
    answer = client.get("/assets/main-1a2b3c.js")

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_the_icon_is_served(client, dist):
    assert client.get("/favicon.svg").mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    "url", ["/secret.txt", "/assets/../secret.txt", "/assets/%2e%2e/secret.txt", "/assets/none.js"]
)
def test_other_files_are_not_served(client, dist, url):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", ["/", "/admin"])
def test_pages_that_are_not_built_say_how_to_build_them(client, monkeypatch, tmp_path, url):
    monkeypatch.setattr(pages, "DIST", tmp_path / "nowhere")

    answer = client.get(url)

    assert answer.status_code == 503
    assert "make setup" in answer.text
