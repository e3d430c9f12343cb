"""The head of a history: its revision, and a digest of all that was recorded up to there. Kept outside of the database
it tells whether a copy is whole, and whether its past is still the same.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tracker.domain.errors import InvalidError

_WRITTEN = re.compile(r"([0-9]{1,10}):([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Head:
    """A revision and the digest of the history up to it, written `REVISION:DIGEST`."""

    revision: int
    digest: str

    def __str__(self) -> str:
        return f"{self.revision}:{self.digest}"

    @classmethod
    def read(cls, text: str) -> Self:
        """A written head. Raises InvalidError."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise InvalidError(
                "%(text)r is no head like 412:9f86d081884c7d659a2feaa0c55ad015, as tracker check prints it.", text=text
            )
        return cls(int(written[1]), written[2])


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: its head, when the newest entry was recorded, and rows by what they are."""

    head: Head
    recorded_at: datetime | None
    counts: dict[str, int]

    @property
    def summary(self) -> str:
        """One line for operators, in English."""
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        return f"Revision {self.head.revision}: {counts}. Head {self.head}"
