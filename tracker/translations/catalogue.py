"""Extracts the messages, keeps their translations, compiles them; the program behind `python -m tracker.translations`.

Source strings are English. Words can be handed over as lines of `msgid<TAB>msgstr`; where there is a plural, both
sides are `singular|plural`.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tracker.config import TEMPLATES, TRANSLATIONS

FOLDER = TRANSLATIONS / "sv" / "LC_MESSAGES"
PO, MO = FOLDER / "messages.po", FOLDER / "messages.mo"
_PACKAGE = TRANSLATIONS.parent
_KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
_EPOCH = datetime(2023, 4, 14, tzinfo=UTC)  # always the same, so that the file changes only when its words do


def extracted() -> Catalog:
    """All messages of the code and the templates, without translations."""
    found = Catalog(project="Tracker", locale="sv", creation_date=_EPOCH, revision_date=_EPOCH, fuzzy=False)
    for folder, prefix, method in ((_PACKAGE, "tracker", "python"), (TEMPLATES, "templates", "jinja2")):
        pattern = "**.py" if method == "python" else "**.html"
        for file, _line, message, comments, context in extract_from_dir(
            folder, [(pattern, method)], {pattern: {"silent": "false"}}, _KEYWORDS
        ):
            found.add(message, locations=[(f"{prefix}/{file}", None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    return found


def kept() -> Catalog:
    """The catalogue as it is committed."""
    with PO.open("rb") as file:
        return read_po(file, locale="sv", abort_invalid=True)


def merged(words: dict[str, str]) -> Catalog:
    """What code and templates say now, with the translations there are; words that are handed over win."""
    before = kept() if PO.exists() else Catalog(locale="sv")
    catalogue = extracted()
    for message in _messages(catalogue):
        known = before.get(message.id, message.context)
        if known is not None and not known.fuzzy and known.pluralizable == message.pluralizable:
            message.string = known.string
        given = words.get(_first(message))
        if given:
            message.string = tuple(given.split("|")) if message.pluralizable else given
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages that have no translation, or only a guessed one."""
    return sorted(
        _first(message)
        for message in _messages(catalogue)
        if message.fuzzy or not all(message.string if isinstance(message.string, tuple | list) else (message.string,))
    )


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as programs read it."""
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def write(catalogue: Catalog) -> None:
    """Writes both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, catalogue, width=120, sort_output=True, include_lineno=False)
    PO.write_bytes(text.getvalue())
    MO.write_bytes(compiled(catalogue))


def read_words(file: Path) -> dict[str, str]:
    """Translations from lines of `msgid<TAB>msgstr`."""
    lines = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {parts[0].split("|")[0]: parts[1] for parts in lines}


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
