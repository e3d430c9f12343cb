"""Rows of workflows that an import writes, many at a time: the programme is locked meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, update
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.commands.imports.facts import Existing
from tracker.commands.workflows import parts
from tracker.db.models import FieldChange, Workflow
from tracker.domain.states import State
from tracker.domain.workflows import COLUMNS

Item = TypeVar("Item")
_A_PIECE = 500
_OTHERS = "other_workstreams"
_CHANGING = (*COLUMNS, "state", "state_since", "version")
_UPDATE = (
    update(Workflow.__table__)  # type: ignore[attr-defined]
    .where(col(Workflow.id) == bindparam("row_id"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A workflow that is there, the texts to write over its own, and the state that it comes to if it is moved."""

    old: Existing
    texts: Mapping[str, str]
    state: State | None = None
    since: datetime | None = None


def pieces(items: Sequence[Item], size: int = _A_PIECE) -> Iterator[Sequence[Item]]:
    """As many at a time as one statement takes well."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def write_over(session: Session, entry: Entry, rows: Sequence[Rewritten]) -> None:
    """Writes a piece of workflows over and keeps what was there. Their changes of state are the caller's to add."""
    entry.add_all(
        FieldChange,
        [
            {"workflow_id": each.old.id, "field": name, "before": each.old.texts[name], "after": text}
            for each in rows
            for name, text in each.texts.items()
        ],
    )
    if rows:
        session.connection().execute(_UPDATE, [_values(each) for each in rows])
    changed = [each for each in rows if _OTHERS in each.texts]
    if changed:
        others = {each.old.id: (each.old.texts[_OTHERS].split(), each.texts[_OTHERS].split()) for each in changed}
        parts.exchange_others(session, entry, others)


def _values(row: Rewritten) -> dict[str, Any]:
    old, texts = row.old, {**row.old.texts, **row.texts}
    return {
        "row_id": old.id,
        **{f"new_{name}": field.value(texts[name]) for name, field in COLUMNS.items()},
        "new_state": row.state or old.state,
        "new_state_since": row.since or old.changed_at,
        "new_version": old.version + (row.state is not None),
    }
