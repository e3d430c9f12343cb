"""The fields of an account: what is accepted, how forms write them, and writing them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, select

from tracker.db.models import Actor, User, UserWorkstream, Workstream
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.states import Role

OPERATOR = "Driften"  # acts in the history for the command line
ALL_WORKSTREAMS = "*"
ERASED = "Raderad"  # with a number: acts in the history for an account that was erased
LONGEST = 200
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Fields:
    """What an administrator writes of an account. Only leads have workstreams."""

    email: str
    name: str
    role: Role
    workstreams: tuple[str, ...] = ()
    all_workstreams: bool = False

    def settled(self) -> "Fields":
        """The same without workstreams where they mean nothing: for other roles, and beside all of them."""
        is_lead = self.role is Role.LEAD
        codes = () if self.all_workstreams or not is_lead else tuple(sorted(set(self.workstreams)))
        return Fields(
            normal_email(self.email), normal_name(self.name), self.role, codes, self.all_workstreams and is_lead
        )

    def texts(self) -> dict[str, str]:
        """The fields as forms write them, workstreams as codes with a space between, or as a star for all."""
        fields = self.settled()
        codes = ALL_WORKSTREAMS if fields.all_workstreams else " ".join(fields.workstreams)
        return {"email": fields.email, "name": fields.name, "role": fields.role.value, "workstreams": codes}


def fields_of(session: Session, user: User) -> Fields:
    """The fields as they stand."""
    name = session.exec(select(Actor.name).where(Actor.id == user.actor_id)).one()
    return Fields(user.email, name, user.role, codes_of(session, user), user.all_workstreams)


def codes_of(session: Session, user: User) -> tuple[str, ...]:
    """The account's own workstreams."""
    rows = session.exec(select(UserWorkstream.workstream_code).where(UserWorkstream.user_id == user.id))
    return tuple(sorted(rows))


def normal_email(email: str) -> str:
    """One spelling per address."""
    return unicodedata.normalize("NFC", email).strip().casefold()


def normal_name(name: str) -> str:
    """One spelling per name."""
    return unicodedata.normalize("NFC", name).strip()


def usable_email(session: Session, email: str) -> str:
    """The address as it is kept. Raises InvalidError, or ConflictError when another account has it."""
    address = checked_email(email)
    if session.exec(select(User.id).where(User.email == address)).one_or_none() is not None:
        raise ConflictError(N_("There already is an account %(email)s."), field="email", email=address)
    return address


def checked_email(email: str) -> str:
    """The address in its one spelling. Raises InvalidError."""
    address = normal_email(email)
    if len(address) > LONGEST or not _EMAIL.fullmatch(address):
        raise InvalidError(N_("Write an e-mail address, for example name@example.org."), field="email")
    return address


def checked_name(name: str) -> str:
    """The name in its one spelling. Raises InvalidError."""
    text = normal_name(name)
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InvalidError(N_("Write a name of at most %(count)s characters."), field="name", count=LONGEST)
    return text


def is_reserved(name: str) -> bool:
    """Whether the history keeps the name for what is nobody's."""
    return name == OPERATOR or re.fullmatch(rf"{ERASED} \d+", name) is not None


def free_actor_id(session: Session, name: str) -> int:
    """The actor of that name; somebody whose history was brought along gets it back."""
    text = checked_name(name)
    actor_id = actor_id_of(session, text)
    if is_reserved(text) or session.exec(select(User.id).where(User.actor_id == actor_id)).one_or_none() is not None:
        raise taken(text)
    return actor_id


def change_name(session: Session, user: User, name: str) -> None:
    """Names the actor anew, in the whole history: what was done is still done by the same person."""
    text = checked_name(name)
    if is_reserved(text) or session.exec(select(Actor.id).where(Actor.name == text)).one_or_none() is not None:
        raise taken(text)
    session.get_one(Actor, user.actor_id).name = text


def actor_id_of(session: Session, name: str) -> int:
    """The id of the actor of that name, who is made if there is none."""
    actor = session.exec(select(Actor).where(Actor.name == name)).one_or_none()
    if actor is None:
        actor = Actor(name=name)
        session.add(actor)
        session.flush()  # its id
    assert actor.id is not None
    return actor.id


def known_workstreams(session: Session, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes once each. Raises InvalidError for one that is none."""
    wanted = tuple(dict.fromkeys(codes))
    known = set(session.exec(select(Workstream.code).where(col(Workstream.code).in_(wanted))))
    for code in wanted:
        if code not in known:
            raise InvalidError(N_("There is no workstream %(code)s."), field="workstreams", code=code)
    return wanted


def change_workstreams(session: Session, user: User, codes: Iterable[str]) -> None:
    """Makes these the account's own workstreams."""
    assert user.id is not None
    session.execute(delete(UserWorkstream).where(col(UserWorkstream.user_id) == user.id))
    for code in codes:
        session.add(UserWorkstream(user_id=user.id, workstream_code=code))


def taken(name: str) -> ConflictError:
    """The refusal of a name that is somebody's."""
    return ConflictError(N_("Somebody already acts under the name %(name)s."), field="name", name=name)
