"""The files of tracker/deploy/, as they are and with the paths of a test's own."""

import re
from collections.abc import Mapping

from tracker.config import HANDBOOK

FOLDER = HANDBOOK.parent / "deploy"
ROOT = FOLDER.parents[1]


def text_of(name: str) -> str:
    """What the file says."""
    return (FOLDER / name).read_text(encoding="utf-8")


def without_comments(text: str) -> str:
    """What programs read of it."""
    return re.sub(r"^\s*(#|--).*\n", "", text, flags=re.MULTILINE)


def replaced(text: str, values: Mapping[str, object]) -> str:
    """The text with other values, each of which has to be there."""
    for old, new in values.items():
        assert old in text, old
        text = text.replace(old, str(new))
    return text
