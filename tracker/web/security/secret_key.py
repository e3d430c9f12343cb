"""The key that signs cookies: from the settings, else made at the first start and kept beside the database."""

import itertools
import os
import secrets
import tempfile
from pathlib import Path

from sqlalchemy import Engine

from tracker.config import Settings, SettingsError
from tracker.db.engine import database_file
from tracker.domain.errors import N_

SHORTEST = 32
# Keys out of documentation and default settings, which attackers try first; compared in lower case.
WELL_KNOWN = frozenset(
    {
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "5f352379324c22463451387a0aec5d2f",
        "c292a0a3aa32397cdb050e233733900f",
        "change_me_to_a_complex_random_secret",
        "your_own_random_generated_secret_key",
        "replace-this-with-a-random-secret-key",
    }
)
_PLACEHOLDERS = ("changeme", "change-me", "change_me", "change-this", "insecure", "password", "replace", "secret")
_FEWEST_LETTERS = 8  # of different kinds: a random key of 32 has about 14
_FEWEST_NEW = 0.75  # of its threes of letters, that do not repeat: a random key of 32 digits has 0.98
_MOST_STEPS = 0.5  # to the neighbour in the alphabet


def secret_keys(settings: Settings, engine: Engine) -> tuple[str, list[str]]:
    """The key, and older ones that are still accepted while cookies change over."""
    fallbacks = [_strong(key.get_secret_value()) for key in settings.secret_key_fallbacks]
    if settings.secret_key is not None:
        return _strong(settings.secret_key.get_secret_value()), fallbacks
    database = database_file(engine)
    folder = database.parent if database is not None else Path.cwd() / "instance"
    return _strong(_kept(folder / "secret_key")), fallbacks


def _kept(file: Path) -> str:
    if not file.exists():
        _make(file)
    file.chmod(0o600)
    return file.read_text(encoding="ascii").strip()


def _make(file: Path) -> None:
    """A whole file or none, and the first of several processes wins."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".secret_key-")  # readable by its owner alone
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as target:
            target.write(secrets.token_hex(32) + "\n")
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _strong(key: str) -> str:
    if _can_be_guessed(key):
        raise SettingsError(
            N_("TRACKER_SECRET_KEY can be guessed. Leave it out, or set %(count)s random characters or more."),
            count=SHORTEST,
        )
    return key


def _can_be_guessed(key: str) -> bool:
    """Short, published, a word that stands for a key, a pattern that repeats, or the alphabet."""
    plain = key.casefold()
    if len(key) < SHORTEST or len(set(key)) < _FEWEST_LETTERS or plain in WELL_KNOWN:
        return True
    threes = [plain[place : place + 3] for place in range(len(plain) - 2)]
    steps = sum(abs(ord(one) - ord(other)) == 1 for one, other in itertools.pairwise(plain))
    repeats = len(set(threes)) < _FEWEST_NEW * len(threes)
    return repeats or steps > _MOST_STEPS * len(plain) or any(word in plain for word in _PLACEHOLDERS)
