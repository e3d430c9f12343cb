"""The Swedish catalogue: complete, sound and compiled, as `make translations` leaves it."""

import subprocess
import sys
from pathlib import Path
from shutil import copy

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tracker.config import TRANSLATIONS

ROOT = Path(__file__).parents[3]
PO = TRANSLATIONS / "sv" / "LC_MESSAGES" / "messages.po"
UPDATE = ["update", "-l", "sv", "-w", "120", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date"]


def pybabel(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "--quiet", *arguments], cwd=ROOT, check=True)


def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="sv", abort_invalid=True)


def test_the_catalogue_has_the_messages_of_code_and_templates_and_no_others(tmp_path: Path) -> None:
    messages, updated = tmp_path / "messages.pot", copy(PO, tmp_path)
    keywords = [part for keyword in ("N_", "NN_:1,2", "NN_:1,1,1t") for part in ("-k", keyword)]
    extract = ["extract", "-F", "pyproject.toml", *keywords, "--no-location", "--sort-output"]
    pybabel(*extract, "-o", str(messages), ".")
    pybabel(*UPDATE, "-i", str(messages), "-o", str(updated))
    assert Path(updated).read_text(encoding="utf-8") == PO.read_text(encoding="utf-8"), "run: make translations"


def test_every_message_has_a_translation_and_none_is_guessed() -> None:
    for message in catalogue():
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert message.id == "" or (all(strings) and not message.fuzzy), message.id


def test_the_compiled_catalogue_is_that_of_the_words(tmp_path: Path) -> None:
    compiled = tmp_path / "messages.mo"
    pybabel("compile", "-l", "sv", "-i", str(PO), "-o", str(compiled))
    assert PO.with_suffix(".mo").read_bytes() == compiled.read_bytes(), "run: make translations"


def test_translations_name_the_same_values() -> None:
    kept = catalogue()
    assert [message.id for message in kept if list(message.check(kept))] == []


def test_the_header_is_filled_in_and_no_message_says_where_it_stands() -> None:
    text = PO.read_text(encoding="utf-8")
    unfilled = ("FIRST AUTHOR", "FULL NAME", "EMAIL@ADDRESS", "ORGANIZATION", "#: ")
    assert [word for word in unfilled if word in text] == []
