"""The audit page: words for every command and row, filters that live in the address."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

import tracker
from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tracker.web.audit.words import COMMANDS

SOURCES = Path(tracker.__file__).parent


def commands_of_the_program() -> set[str]:
    """The names of all entries that the code opens."""
    found: set[str] = {"seed"}
    for file in SOURCES.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'\b_?writing\(\s*"(\w+)"', source))
        found |= set(re.findall(r'open_entry\([^"\n]*"(\w+)"', source))
        found |= set(re.findall(r'\b_done\("(\w+)"', source))
    return found


def test_every_command_has_words() -> None:
    assert commands_of_the_program() <= set(COMMANDS)


@ON_SQLITE
def test_what_was_done_is_told_with_before_and_after(client_as: ClientAs) -> None:
    admin = client_as("admin")
    admin.submit("/language", {"language": "en"})
    admin.submit("/admin/accounts/5", {"email": "ny@example.org", "name": "Namn planner", "role": "viewer"})
    admin.submit("/workflows/LAB-001/move", {"to": "test", "version": "3", "note": "Klart på labbet"})
    text = admin.page("/admin/audit").text
    for words in ("Namn admin account changed", "role : Planner → Viewer", "e-mail changed", "LAB-001"):
        assert words in text
    assert "ny@example.org" not in text


@ON_SQLITE
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("actor=Driften", "account made"),
        ("command=user_add", "account made"),
        ("workflow=lab-001", "LAB-001"),
        ("day=2023-03-30", "account made"),
        ("workflow=XXX-001", "Nothing matches"),
        ("day=2023-02-30", "was left out"),
        ("before=MOO", "was left out"),
        ("entry=1", "LAB"),
        ("actor=%E2%80%AEabc", "Nothing matches"),
    ],
)
def test_filters_live_in_the_address(client_as: ClientAs, query: str, words: str) -> None:
    browser = client_as("planner")
    browser.submit("/language", {"language": "en"})
    assert words in browser.page(f"/admin/audit?{query}").text


@ON_SQLITE
def test_no_address_of_mail_and_no_password_stands_there(client_as: ClientAs, engine: Engine) -> None:
    assert engine
    assert "example.org" not in client_as("planner").get("/admin/audit").text
