"""Pages come compressed, each as one gzip member, and what is one reader's alone stands in it uncompressed."""

import re
import zlib
from collections import Counter
from itertools import product

from tests.bench.programme import HTMX, Served, key, served
from tests.databases import ON_SQLITE, Databases

pytestmark = ON_SQLITE

WORKFLOWS = 60
NAME = b"Programkontoret A"  # of who looks
BOARD = "/board?cycle=all"
LARGE = (BOARD, "/", "/charts", "/cycles/2")
PAGES = (*LARGE, f"{BOARD}&workstream=S01", f"{BOARD}&view=list", "/cycles/2/review", "/cycles/3/plan")
_TOKEN = re.compile(rb'(?<=name="csrf_token" value=")[^"]+|(?<=X-CSRFToken": ")[^"]+')  # it holds the time
_EACH_TIME = re.compile(rb'(?<=name="key" value=")[^"]+|(?<=data-now=")[^"]+')
_GZIP = zlib.MAX_WBITS | 16


def one_member(body: bytes) -> bytes:
    """What a browser shows of it: it reads the first member, and no other."""
    decompressor = zlib.decompressobj(_GZIP)
    text = decompressor.decompress(body)
    assert decompressor.eof
    assert decompressor.unused_data == b""
    return text


def alike(text: bytes) -> bytes:
    """A page without what is another each time."""
    return _EACH_TIME.sub(b"", _TOKEN.sub(b"", text))


def compressed(planner: Served, path: str, **headers: str) -> tuple[bytes, bytes] | None:
    """The page as sent and as read, where it is sent compressed."""
    answer = planner.get(path, Accept_Encoding="gzip, deflate, br, zstd", **headers)
    assert answer.status == 200
    coding = answer.headers.get("Content-Encoding")
    assert coding in {None, "gzip"}
    return (answer.body, one_member(answer.body)) if coding else None


def test_pages_come_as_one_member_and_are_what_comes_uncompressed(databases: Databases) -> None:
    with served(databases, WORKFLOWS) as planner:
        for path in PAGES * 2:  # as they are made, and as they are kept
            found = compressed(planner, path)
            assert found is not None or path not in LARGE, f"{path} is not compressed"
            plain = planner.get(path)
            assert "Content-Encoding" not in plain.headers
            if found is not None:
                assert alike(found[1]) == alike(plain.body), path
                assert "accept-encoding" in plain.headers["Vary"].lower()


def test_nothing_that_is_one_readers_is_compressed_with_what_others_write(databases: Databases) -> None:
    with served(databases, WORKFLOWS) as planner:
        for path in PAGES * 2:
            found = compressed(planner, path)
            if found is not None:
                sent, text = found
                own = Counter([*_TOKEN.findall(text), *[NAME] * text.count(NAME)])
                assert own.keys() > {NAME}, path
                assert {each: sent.count(each) for each in own} == own, path


def test_what_a_poll_brings_is_one_member_too(databases: Databases) -> None:
    with served(databases, WORKFLOWS) as planner:
        tag = planner.get(BOARD).headers["HX-PTag"]
        fields = {"to": "test", "version": "3", "key": "once", "reason": "other"}
        assert planner.post(f"/workflows/{key(31)}/move", fields, **HTMX).status == 200
        for seen in (tag, ""):  # a few cards, and the whole board
            path = BOARD.replace("/board", "/board/changes")
            found = compressed(planner, path, HX_PTag=seen, **HTMX)
            if found is not None:
                assert alike(found[1]) == alike(planner.get(path, HX_PTag=seen, **HTMX).body)


def test_who_takes_no_gzip_is_sent_none(databases: Databases) -> None:
    with served(databases, 5) as planner:
        for path, wanted in product(LARGE, ("", "identity", "br", "gzip;q=0")):
            planner.get(path, Accept_Encoding="gzip")  # which is kept
            answer = planner.get(path, Accept_Encoding=wanted)
            assert "Content-Encoding" not in answer.headers
            assert answer.body.startswith(b"<!doctype html>")
