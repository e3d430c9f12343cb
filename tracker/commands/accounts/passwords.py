"""Passwords: what is accepted, and how they are kept."""

import unicodedata
from functools import lru_cache
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from tracker.domain.errors import N_, InvalidError

SHORTEST, LONGEST = 12, 1_000
UNUSABLE = "!"  # no password fits it
_hasher = PasswordHash.recommended()
# The hash of random bytes that nobody kept: an unknown account is compared with it, so that it takes as long.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$T+xE8OOsbMG0A8S4IAzKag$ouQHQP0Y2ZHmHuY10SqaH4LLrDpHVQRb4U9e70yuso0"


def hashed(password: str) -> str:
    """The password as it is kept. Raises InvalidError when it is too short, too long or a common one."""
    text = _normal(password)
    if len(text) < SHORTEST:
        raise InvalidError(N_("Use at least %(count)s characters."), field="password", count=SHORTEST)
    if len(text) > LONGEST:
        raise InvalidError(N_("Use at most %(count)s characters."), field="password", count=LONGEST)
    if _is_common(text):
        raise InvalidError(
            N_("That password is one of the first that anybody would try. Choose another."), field="password"
        )
    return _hasher.hash(text)


def fits(password: str, kept: str | None) -> bool:
    """Whether the password is the one kept. Takes as long when there is none to compare with."""
    usable = kept is not None and kept != UNUSABLE
    text = _normal(password)
    if len(text) > LONGEST:
        text = ""
    try:
        return _hasher.verify(text, kept if usable and kept else _NOBODYS) and usable
    except UnknownHashError:
        return False


def _normal(password: str) -> str:
    """One spelling of each letter: keyboards disagree on how to send an ö."""
    return unicodedata.normalize("NFC", password)


def _is_common(password: str) -> bool:
    plain = password.casefold()
    core = plain.strip("0123456789!?.-_*# ")
    return plain in _common() or core in _common() or len(set(plain)) < 5  # noqa: PLR2004 - aaaaaaaaaaaa, 121212121212


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())
