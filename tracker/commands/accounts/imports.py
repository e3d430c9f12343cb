"""Accounts from a file: what its rows would do, told before anything is done, and doing it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links, passwords
from tracker.commands.accounts.fields import (
    Fields,
    checked_email,
    checked_name,
    is_reserved,
    normal_email,
    normal_name,
    taken,
)
from tracker.commands.accounts.links import Link
from tracker.commands.entry.entries import Entry
from tracker.commands.imports.results import ImportChangedError, RowResult, fingerprint
from tracker.db.models import Actor, User, UserWorkstream, Workstream
from tracker.domain.accounts import AccountRow
from tracker.domain.errors import N_, ConflictError, InvalidError, TrackerError
from tracker.domain.states import Role


@dataclass(frozen=True, slots=True)
class Planned:
    """A row with what it would do: the fields it changes as (field, before, after), or the cause of its refusal."""

    row: AccountRow
    outcome: RowResult
    fields: Fields | None = None
    user_id: int | None = None
    changes: tuple[tuple[str, str, str], ...] = ()
    cause: TrackerError | None = None
    has_password: bool = True


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody for whom a link was made."""

    email: str
    name: str
    link: Link


@dataclass(frozen=True, slots=True)
class _Existing:
    user_id: int
    fields: Fields
    is_active: bool
    has_password: bool


def plan(session: Session, rows: Sequence[AccountRow]) -> list[Planned]:
    """What each row would do as things stand. Four statements."""
    existing = _existing(session)
    names = {account.fields.name: email for email, account in existing.items()}
    past_names = set(session.exec(select(Actor.name))) - names.keys()
    streams = set(session.exec(select(Workstream.code)))
    in_file = Counter(normal_email(row.email) for row in rows)
    names_in_file = Counter(normal_name(row.name) for row in rows)
    planned = []
    for row in rows:
        try:
            fields = _checked(row, streams)
            _refuse_doubles(fields, in_file, names_in_file, names)
            planned.append(_planned(row, fields, existing.get(fields.email), past_names))
        except TrackerError as error:
            planned.append(Planned(row, RowResult.REFUSED, cause=error))
    return _with_an_admin_left(planned, existing)


def digest(planned: Sequence[Planned]) -> str:
    """Tells one plan from another: what was confirmed is what is done."""
    return fingerprint((each.row, each.outcome, each.user_id, each.changes, each.has_password) for each in planned)


def carry_out(
    session: Session,
    entry: Entry,
    rows: Sequence[AccountRow],
    *,
    seen: str,
    without_refused: bool,
    with_old: bool,
    now: datetime,
) -> list[Invited]:
    """Does what the preview with the digest `seen` said, and gives a link for each account that it made.

    `without_refused` leaves refused rows out; without it one such row refuses all. `with_old` also makes new links
    for accounts in the file that are there already and have no password. Raises ImportChangedError or InvalidError.
    """
    accounts.require_admin(entry.actor)
    planned = plan(session, rows)
    if digest(planned) != seen:
        raise ImportChangedError(N_("The accounts have changed since the preview. Look at it again; nothing was done."))
    if not without_refused and any(each.outcome is RowResult.REFUSED for each in planned):
        raise InvalidError(N_("Some rows are refused. Correct them, or choose to leave them out."), field="text")
    invited = []
    for each in planned:
        user = _do(session, entry, each)
        wants_link = each.outcome is RowResult.CREATED or (with_old and not each.has_password)
        if user is not None and each.fields is not None and wants_link:
            link = links.make(session, entry, user, now=now)
            invited.append(Invited(user.email, each.fields.name, link))
    return invited


def _do(session: Session, entry: Entry, each: Planned) -> User | None:
    match each:
        case Planned(outcome=RowResult.CREATED, fields=Fields() as wanted):
            return accounts.invite(session, entry, wanted)
        case Planned(fields=Fields() as wanted, user_id=int() as user_id):
            if each.outcome is RowResult.CHANGED:
                accounts.edit(session, entry, user_id, wanted, {})
            return accounts.account(session, user_id)
        case _:
            return None


def _existing(session: Session) -> dict[str, _Existing]:
    codes: dict[int, list[str]] = {}
    for user_id, code in session.exec(select(UserWorkstream.user_id, UserWorkstream.workstream_code)):
        codes.setdefault(user_id, []).append(code)
    rows = session.exec(select(User, Actor.name).join(Actor, col(Actor.id) == col(User.actor_id)))
    found = {}
    for user, name in rows:
        assert user.id is not None
        own = tuple(sorted(codes.get(user.id, [])))
        fields = Fields(user.email, name, user.role, own, user.all_workstreams)
        found[user.email] = _Existing(user.id, fields, user.is_active, user.password_hash != passwords.UNUSABLE)
    return found


def _checked(row: AccountRow, streams: set[str]) -> Fields:
    email, name, role = checked_email(row.email), checked_name(row.name), row.known_role()
    if role is not Role.LEAD and row.workstreams:
        raise InvalidError(N_("Only project leads have workstreams of their own."))
    for code in row.codes:
        if code not in streams:
            raise InvalidError(N_("There is no workstream %(code)s."), code=code)
    return Fields(email, name, role, row.codes, row.has_all_workstreams).settled()


def _refuse_doubles(fields: Fields, in_file: Counter[str], names_in_file: Counter[str], names: dict[str, str]) -> None:
    if in_file[fields.email] > 1:
        raise ConflictError(N_("%(email)s stands in more than one row."), email=fields.email)
    if names_in_file[fields.name] > 1:
        raise ConflictError(N_("The name %(name)s stands in more than one row."), name=fields.name)
    if is_reserved(fields.name) or names.get(fields.name, fields.email) != fields.email:
        raise taken(fields.name)


def _planned(row: AccountRow, fields: Fields, there: _Existing | None, past_names: set[str]) -> Planned:
    if there is None:
        return Planned(row, RowResult.CREATED, fields, has_password=False)
    if not there.is_active:
        raise ConflictError(N_("The account is disabled. Enable it first."))
    if fields.name in past_names:  # somebody new may take up a history, nobody moves into another's
        raise taken(fields.name)
    before, after = there.fields.texts(), fields.texts()
    changes = tuple((field, before[field], after[field]) for field in after if before[field] != after[field])
    outcome = RowResult.CHANGED if changes else RowResult.UNCHANGED
    return Planned(row, outcome, fields, there.user_id, changes, has_password=there.has_password)


def _with_an_admin_left(planned: list[Planned], existing: dict[str, _Existing]) -> list[Planned]:
    """Refuses the rows that would together take the last administrator who can sign in."""
    admins = {
        each.user_id
        for each in existing.values()
        if each.fields.role is Role.ADMIN and each.is_active and each.has_password
    }
    leaving = {each.user_id for each in planned if _stops_administering(each)}
    if admins - leaving:
        return planned
    cause = ConflictError(N_("There has to be another administrator who can sign in before this one goes."))
    return [
        Planned(each.row, RowResult.REFUSED, cause=cause) if _stops_administering(each) else each for each in planned
    ]


def _stops_administering(each: Planned) -> bool:
    return any(field == "role" and before == Role.ADMIN for field, before, _after in each.changes)
