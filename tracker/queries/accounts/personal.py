"""All that is kept about an account, and where its name stands in texts that people wrote."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Table, func, inspect, or_, select
from sqlmodel import Session, SQLModel, col

from tracker.db import history, models
from tracker.db.columns import AnyTable
from tracker.db.models import Actor, Answer, Entry, FieldChange, ImportFile, SignInFailure, User

Row = dict[str, Any]

_SECRETS = frozenset({"password_hash", "token_hash", "key_hash", "content", "refused"})  # nobody's to read
_OF_ENTRIES: tuple[AnyTable, ...] = (*history.TABLES, models.Proposal, models.ReviewReady)
# Whose texts are not of the programme: of accounts, of answers that are gone after a week, of files under import.
_NO_TEXTS_OF_THE_PROGRAMME = frozenset(
    table.__tablename__ for table in (Actor, User, Answer, ImportFile, SignInFailure, *history.OF_USERS)
)


@dataclass(frozen=True, slots=True)
class Mention:
    """In how many rows of a column a name stands."""

    table: str
    column: str
    count: int


def kept_about(session: Session, user: User, account_hash: str) -> dict[str, Any]:
    """All of it, by table: the account, what belongs to it, what its owner did, and what was done to it. Secrets are
    left out; the database has them as hashes only. `account_hash` is that of its failed sign-ins.
    """
    actor = session.get_one(Actor, user.actor_id)
    own = select(Entry).where(col(Entry.actor_id) == actor.id).order_by(col(Entry.id))
    done = {"entry": _rows(session, own)}
    for table in _OF_ENTRIES:
        of_actor = select(table).join(Entry, col(Entry.id) == table.entry_id).where(col(Entry.actor_id) == actor.id)
        done[table.__tablename__] = _rows(session, of_actor.order_by(table.entry_id))
    return {
        "account": _row(user) | {"name": actor.name},
        "belonging": {
            table.__tablename__: _rows(session, select(table).where(table.user_id == user.id))
            for table in history.OF_USERS
        },
        "failed_sign_ins": _rows(session, select(SignInFailure).where(col(SignInFailure.account) == account_hash)),
        "done": done,
        "done_to_the_account": _rows(session, select(FieldChange).where(col(FieldChange.account_id) == actor.id)),
    }


def mentions(session: Session, name: str) -> list[Mention]:
    """The columns of texts that people wrote in which the name stands. One statement for each table."""
    return [
        Mention(table.name, column, count)
        for table in SQLModel.metadata.sorted_tables
        if table.name not in _NO_TEXTS_OF_THE_PROGRAMME
        for column, count in _counts(session, table, name)
        if count
    ]


def _counts(session: Session, table: Table, name: str) -> Iterable[tuple[str, int]]:
    texts = [column for column in table.columns if type(column.type).__name__ in _TEXT_TYPES]
    if not texts:
        return ()
    holds = [column.contains(name, autoescape=True) for column in texts]
    counts = [func.count().filter(each) for each in holds]
    row = session.execute(select(*counts).select_from(table).where(or_(*holds))).one()
    return zip((column.name for column in texts), row, strict=True)


_TEXT_TYPES = frozenset({String.__name__, "AutoString"})


def _rows(session: Session, statement: Any) -> list[Row]:  # noqa: ANN401 - a select of any table
    return [_row(each) for each in session.scalars(statement)]


def _row(row: SQLModel) -> Row:
    names: Mapping[str, object] = {column.key: column for column in inspect(type(row)).columns}
    return {name: _plain(getattr(row, name)) for name in names if name not in _SECRETS}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
