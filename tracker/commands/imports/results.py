"""What imports of workflows and of accounts have in common: how a row ends, and whether a preview still holds."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum

from tracker.domain.errors import ConflictError


class RowResult(StrEnum):
    """What a row comes to."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportChangedError(ConflictError):
    """What the file would do is not what the preview showed."""


def fingerprint(rows: Iterable[object]) -> str:
    """Tells one plan from another by its rows: what was seen is what is done."""
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(row).encode("utf-8", "surrogatepass"))
    return found.hexdigest()
