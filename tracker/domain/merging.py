"""Two people edit the same thing: each one's fields are kept, and where both changed the same one, neither is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.errors import N_, ConflictError


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be written, and the fields where somebody else has written something else: their texts."""

    written: dict[str, str]
    conflicts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a field says now, and who wrote it when, as far as that is known."""

    value: str
    actor: str = ""
    at: datetime | None = None


class FieldConflictError(ConflictError):
    """Somebody else has changed the same fields; nothing was written."""

    def __init__(self, conflicts: Mapping[str, Theirs]) -> None:
        super().__init__(
            N_("Somebody else has changed the same field in the meantime. Choose which text to keep."),
            field=next(iter(conflicts)),
        )
        self.conflicts = dict(conflicts)


def merge(wanted: Mapping[str, str], was: Mapping[str, str], current: Mapping[str, str]) -> Merge:
    """What one wants who saw `was`, when it is `current` now. A field that is left as it was seen wants nothing."""
    written, conflicts = {}, {}
    for field, text in wanted.items():
        if text in {was[field], current[field]}:
            continue
        if current[field] == was[field]:
            written[field] = text
        else:
            conflicts[field] = current[field]
    return Merge(written, conflicts)
