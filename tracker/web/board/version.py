"""The tag of a drawn board: all that it depends on beside its URL and its reader's rights."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

from flask import current_app

from tracker.web.http.context import current_viewer, today
from tracker.web.ui.formats import language

_PARTS = 4


@dataclass(frozen=True, slots=True)
class BoardVersion:
    """The programme's revision, the language, the local day, and the version of what draws it."""

    revision: int
    language: str
    day: date
    assets: str

    def __str__(self) -> str:
        return f"{self.revision}.{self.language}.{self.day}.{self.assets}"

    @classmethod
    @lru_cache(maxsize=64)
    def read(cls, text: str) -> Self | None:
        """The tag that was written so; none for anything else."""
        parts = text.split(".")
        if len(parts) != _PARTS or not (parts[0].isascii() and parts[0].isdigit()):
            return None
        try:
            return cls(int(parts[0]), parts[1], date.fromisoformat(parts[2]), parts[3])
        except ValueError:
            return None

    def differs_by_revision_alone(self, other: "BoardVersion") -> bool:
        """Whether what has been written since makes up the whole difference."""
        return (self.language, self.day, self.assets) == (other.language, other.day, other.assets)


def board_version() -> BoardVersion:
    """The tag of a board drawn in this request."""
    return BoardVersion(current_viewer().programme.revision, language(), today(), current_app.config["ASSETS_DIGEST"])
