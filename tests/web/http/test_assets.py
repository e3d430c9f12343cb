"""Style sheets, scripts and icons: compressed and plain, kept for a year, several by one address."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import MakeApp, browser_of
from tests.web.page_client import PageClient
from tracker.web.http import assets

pytestmark = ON_SQLITE

GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}
SCRIPTS = sorted((assets.FOLDER / "js").rglob("*.js"))


def name_of(file: Path) -> str:
    return file.relative_to(assets.FOLDER).as_posix()


def of_text() -> Iterator[Path]:
    """The files that are served as they are, and compressed."""
    files = (file for file in assets.FOLDER.rglob("*") if file.suffix in assets.KINDS)
    return (file for file in files if file not in SCRIPTS)


def body(response: TestResponse) -> bytes:
    """What a browser makes of the answer."""
    data = response.get_data()
    return gzip.decompress(data) if response.headers.get("Content-Encoding") == "gzip" else data


def test_what_is_text_comes_compressed_or_plain_and_is_the_very_file(client: PageClient) -> None:
    for file in of_text():
        address = assets.address(name_of(file))
        packed, plain = client.get(address, headers=GZIP), client.get(address)
        assert body(packed) == plain.get_data() == file.read_bytes(), file
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert packed.mimetype == plain.mimetype == assets.KINDS[file.suffix]
        for response in (packed, plain):
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Accept-Encoding" in response.vary
            assert int(response.headers["Content-Length"]) == len(response.get_data())


def test_either_form_has_a_tag_and_headers_of_its_own(client: PageClient) -> None:
    address = assets.address("css/tokens.css")
    forms = [client.get(address, headers=headers) for headers in (GZIP, {})]
    assert forms[0].headers["ETag"] != forms[1].headers["ETag"]
    for form, headers in zip(forms, (GZIP, {}), strict=True):
        again = client.get(address, headers={**headers, "If-None-Match": form.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")
        assert "Accept-Encoding" in again.vary
        head = client.head(address, headers=headers)
        assert head.get_data() == b""
        for name in ("Content-Length", "Content-Encoding", "ETag", "Cache-Control", "Vary"):
            assert head.headers.get(name) == form.headers.get(name)
        part = client.get(address, headers={**headers, "Range": "bytes=0-9"})
        assert (part.status_code, part.get_data()) == (200, form.get_data())


@pytest.mark.parametrize(
    ("said", "encoding"),
    [("gzip", "gzip"), ("br, gzip;q=0.1", "gzip"), ("*", "gzip"), ("gzip;q=0", None), ("br", None), ("", None)],
)
def test_only_who_takes_gzip_gets_it(client: PageClient, said: str, encoding: str | None) -> None:
    response = client.get(assets.address("css/tokens.css"), headers={"Accept-Encoding": said})
    assert response.headers.get("Content-Encoding") == encoding


def test_pictures_are_packed_already(client: PageClient) -> None:
    response = client.get(assets.address("handbook/board.png"), headers=GZIP)
    assert "Content-Encoding" not in response.headers
    assert response.get_data() == (assets.FOLDER / "handbook/board.png").read_bytes()
    assert "immutable" in response.headers["Cache-Control"]


def test_addresses_change_with_the_files(app: Flask, client: PageClient) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("favicon.svg")  # type: ignore[operator]
    assert client.get(address).status_code == 200
    old = client.get("/static/0123456789ab/favicon.svg")
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")
    assert client.get(address.replace("favicon", "nothing")).status_code == 404


def test_browsers_that_ask_get_an_icon(make_app: MakeApp) -> None:
    response = browser_of(make_app()).get("/favicon.ico")
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")


def test_several_sheets_are_one_in_the_order_of_their_names(client: PageClient) -> None:
    names = ("board", "components/filters", "tokens")
    response = client.get(assets.address(f"css/{','.join((*names, 'board'))}.css"), headers=GZIP)
    assert body(response).decode() == "\n".join(
        (assets.FOLDER / f"css/{name}.css").read_text(encoding="utf-8") for name in names
    )


@pytest.mark.parametrize(
    "path",
    [
        "css/tokens,nothing.css",
        "css/tokens,.css",
        "css/,.css",
        "css/tokens,../js/charts.css",
        "css/tokens,elements.js",
        "js/ui/nothing.js",
        "vendor/htmx/htmx.min,../plotly/plotly-basic.min.js",
        "vendor/sortable/Sortable.min,Sortable.min.js",
        "vendor/sortable/Sortable.min,plotly/plotly-basic.min.js",
        "css.css",
        "js/.js",
    ],
)
def test_what_is_not_there_is_not_found(client: PageClient, path: str) -> None:
    assert client.get(assets.address(path)).status_code == 404


def test_modules_come_with_what_they_import_each_once_and_after_it(client: PageClient) -> None:
    text = body(client.get(assets.address("js/ui/sheet,board/keys,board/menu,board/live.js"), headers=GZIP)).decode()
    made = re.findall(r'^modules\["(.+)"\] = ', text, re.MULTILINE)
    assert len(made) == len(set(made))
    assert {"js/ui/dialogs.js", "js/board/cards.js", "js/ui/toasts.js", "js/board/keys.js"} <= set(made)
    seen: set[str] = set()
    for name, function in re.findall(r'^modules\["(.+?)"\] = (.*?)^\}\)\(\);$', text, re.MULTILINE | re.DOTALL):
        assert set(re.findall(r'= modules\["(.+?)"\];', function)) <= seen
        seen.add(name)
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
    assert made[:2] == ["js/ui/dialogs.js", "js/ui/sheet.js"], "in the order in which they are named"


def test_files_that_are_replaced_under_a_running_process_do_not_come_at_its_addresses(
    client: PageClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = client.get(assets.address("css/error.css")).get_data()
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assets._forms.cache_clear()
    assert client.get(assets.address("css/error.css")).get_data() == before
