"""Accounts: made, changed, given a password, ended. Signing in and out is `tracker.commands.accounts.sign_ins`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import delete
from sqlmodel import Session, col, select

from tracker import security_log
from tracker.commands.accounts import passwords
from tracker.commands.accounts.fields import (
    OPERATOR,
    Fields,
    actor_id_of,
    change_name,
    change_workstreams,
    fields_of,
    free_actor_id,
    known_workstreams,
    normal_email,
    usable_email,
)
from tracker.commands.entry.entries import Entry
from tracker.db.models import FieldChange, KnownPlace, PasswordLink, SignIn, User
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.merging import FieldConflictError, Theirs, merge
from tracker.domain.people import Actor
from tracker.domain.states import Role

__all__ = ["OPERATOR", "normal_email"]
LANGUAGES = ("sv", "en")


def operator(session: Session) -> Actor:
    """The actor for commands given on the machine itself, who may do everything."""
    return Actor(actor_id_of(session, OPERATOR), OPERATOR, Role.ADMIN)


def add(
    session: Session,
    entry: Entry,
    email: str,
    name: str,
    role: Role,
    *,
    password: str | None,
    workstreams: Sequence[str] = (),
    all_workstreams: bool = False,
) -> User:
    """Makes an account. Without a password nobody can sign in to it with one.

    Raises NotAllowedError, ConflictError when the address or name is taken, or InvalidError naming the field.
    """
    require_admin(entry.actor)
    codes = known_workstreams(session, workstreams)
    user = User(
        email=usable_email(session, email),
        actor_id=free_actor_id(session, name),
        password_hash=passwords.UNUSABLE if password is None else passwords.hashed(password),
        role=role,
        all_workstreams=all_workstreams,
        created_at=entry.recorded_at,
    )
    session.add(user)
    session.flush()  # its id
    change_workstreams(session, user, codes)
    entry.record()
    _note(session, entry, user, "account_made", role=role.value)
    return user


def invite(session: Session, entry: Entry, fields: Fields) -> User:
    """Makes an account that nobody can sign in to until its link has been used."""
    return add(session, entry, password=None, **asdict(fields.settled()))


def edit(session: Session, entry: Entry, user_id: int, wanted: Fields, was: Mapping[str, str]) -> list[str]:
    """Writes the fields that differ from what the form showed (`was`), and gives their names.

    Raises FieldConflictError, with nothing written, when somebody else has changed one of them to something else.
    """
    require_admin(entry.actor)
    user, wanted = account(session, user_id), wanted.settled()
    now, texts = fields_of(session, user).texts(), wanted.texts()
    merged = merge(texts, {**now, **was}, now)
    if merged.conflicts:
        raise FieldConflictError({field: Theirs(text) for field, text in merged.conflicts.items()})
    for field in merged.written:
        _write(session, entry, user, field, wanted)
        keeps_text = field in {"role", "workstreams"}  # a name or an address may have to be erased one day
        _record(entry, user, field, *((now[field], texts[field]) if keeps_text else ()))
    session.add(user)
    if "role" in merged.written:
        _note(session, entry, user, "role_changed", role=wanted.role.value, was=now["role"])
    if "workstreams" in merged.written:
        _note(session, entry, user, "workstreams_changed")
    return list(merged.written)


def disable(session: Session, entry: Entry, email: str) -> User:
    """Ends the account, its sign-ins and its link; what its owner did stays in the history."""
    require_admin(entry.actor)
    user = the_user(session, email)
    if user.is_active:
        require_another_admin(session, entry, user)
        user.is_active = False
        session.add(user)
        end_sign_ins(session, user)
        session.execute(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
        _record(entry, user, "is_active", "1", "")
        _note(session, entry, user, "account_disabled")
    return user


def enable(session: Session, entry: Entry, email: str) -> User:
    """Gives an ended account back, with the password that it had."""
    require_admin(entry.actor)
    user = the_user(session, email)
    if not user.is_active:
        user.is_active = True
        session.add(user)
        _record(entry, user, "is_active", "", "1")
        _note(session, entry, user, "account_enabled")
    return user


def set_password(session: Session, entry: Entry, email: str, password: str, *, keep: str | None = None) -> User:
    """Gives the account a new password, which ends its sign-ins (but the one with the token hash `keep`)."""
    return keep_password(session, entry, the_user(session, email), passwords.hashed(password), keep=keep)


def keep_password(session: Session, entry: Entry, user: User, password_hash: str, *, keep: str | None = None) -> User:
    """The same with a password that has been hashed already, which takes longer than a transaction should."""
    if entry.actor.id != user.actor_id:
        require_admin(entry.actor)
    user.password_hash = password_hash
    session.add(user)
    end_sign_ins(session, user, keep=keep)
    session.execute(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    _record(entry, user, "password")
    _note(session, entry, user, "password_changed")
    return user


def choose_language(session: Session, user_id: int, language: str) -> None:
    """Remembers the language of the account's pages. No history: it is nobody else's business."""
    if language not in LANGUAGES:
        raise InvalidError(N_("Choose Swedish or English."), field="language")
    user = session.get_one(User, user_id)
    user.language = language
    session.add(user)


def choose_help(session: Session, user_id: int, *, has_keys: bool, has_announcements: bool) -> None:
    """Remembers whether single keys act and others' changes are announced. No history either."""
    user = session.get_one(User, user_id)
    user.has_keys, user.has_announcements = has_keys, has_announcements
    session.add(user)


def the_user(session: Session, email: str) -> User:
    """The account with that address, or NotFoundError."""
    user = session.exec(select(User).where(User.email == normal_email(email))).one_or_none()
    if user is None:
        raise NotFoundError(N_("There is no account %(email)s."), email=email)
    return user


def account(session: Session, user_id: int) -> User:
    """The account with that id, or NotFoundError."""
    user = session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is None:
        raise NotFoundError(N_("There is no such account."))
    return user


def end_sign_ins(session: Session, user: User, *, keep: str | None = None) -> None:
    """Signs the account out everywhere (but where the token hash is `keep`); no place is known any more."""
    session.execute(delete(SignIn).where(col(SignIn.user_id) == user.id, col(SignIn.token_hash) != (keep or "")))
    session.execute(delete(KnownPlace).where(col(KnownPlace.user_id) == user.id))


def require_admin(actor: Actor) -> None:
    """Refuses with NotAllowedError unless it is an administrator."""
    if not actor.is_admin:
        raise NotAllowedError(N_("Only administrators can do this."))


def require_another_admin(session: Session, entry: Entry, user: User) -> None:
    """Somebody has to be able to sign in and administer; who is at the machine itself can always make one."""
    if user.role is not Role.ADMIN or not user.is_active or entry.actor.name == OPERATOR:
        return
    others = select(User.id).where(
        User.role == Role.ADMIN, col(User.is_active), User.id != user.id, User.password_hash != passwords.UNUSABLE
    )
    if session.exec(others.limit(1)).first() is None:
        raise ConflictError(
            N_("There has to be another administrator who can sign in before this one goes."), field="role"
        )


def _write(session: Session, entry: Entry, user: User, field: str, wanted: Fields) -> None:
    match field:
        case "email":
            user.email = usable_email(session, wanted.email)
        case "name":
            change_name(session, user, wanted.name)
        case "role":
            if wanted.role is not Role.ADMIN:
                require_another_admin(session, entry, user)
            user.role = wanted.role
        case _:
            user.all_workstreams = wanted.all_workstreams
            change_workstreams(session, user, known_workstreams(session, wanted.workstreams))


def _note(session: Session, entry: Entry, user: User, what: str, **more: str) -> None:
    security_log.note_once_kept(session, what, account=user.id, by=entry.actor.id, **more)


def _record(entry: Entry, user: User, field: str, before: str = "", after: str = "") -> None:
    entry.add(FieldChange(account_id=user.actor_id, field=field, before=before, after=after, entry_id=entry.id))
