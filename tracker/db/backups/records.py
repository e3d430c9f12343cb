"""Backup files: how they are named, and the record that each has beside it (`FILE.json`)."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from tracker.db.engine import database_file
from tracker.domain.errors import DatabaseError
from tracker.domain.programme.heads import Contents, Head

OWNER_ONLY = 0o600
_SUFFIXES = {"sqlite": ".sqlite", "postgresql": ".pgdump"}


@dataclass(frozen=True, slots=True)
class Record:
    """What a backup is a copy of, and what its file was when it was made. `made_at` is real time."""

    made_at: datetime
    database: str  # SQLAlchemy's name of the dialect
    schema: str
    revision: int
    digest: str
    recorded_at: datetime | None
    counts: dict[str, int]
    size: int
    sha256: str

    @classmethod
    def of(cls, file: Path, contents: Contents, *, made_at: datetime, database: str, schema: str) -> Self:
        """The record of a file that has just been made."""
        head = contents.head
        facts = (made_at, database, schema, head.revision, head.digest, contents.recorded_at, contents.counts)
        return cls(*facts, file.stat().st_size, _sha256(file))

    @property
    def contents(self) -> Contents:
        """What it brings back."""
        return Contents(Head(self.revision, self.digest), self.recorded_at, self.counts)

    def require_file(self, file: Path) -> None:
        """Refuses with DatabaseError a file that is not as it was made."""
        size = file.stat().st_size
        if size != self.size or _sha256(file) != self.sha256:
            raise DatabaseError(
                "%(file)s is damaged: it has %(size)s bytes and is not the file that was made. Use another backup.",
                file=str(file),
                size=size,
            )


def default_folder(engine: Engine) -> Path:
    """Where backups of this database are unless another place is named."""
    file = database_file(engine)
    return (file.parent if file is not None else Path.cwd() / "instance") / "backups"


def new_name(engine: Engine, made_at: datetime) -> str:
    """The name of a backup made now; names sort by time."""
    return f"tracker-{made_at:%Y%m%dT%H%M%S}.{made_at.microsecond // 1000:03}Z{_SUFFIXES[engine.dialect.name]}"


def beside(file: Path) -> Path:
    """Where the record of a backup is."""
    return file.with_name(f"{file.name}.json")


def write(file: Path, record: Record) -> None:
    """Puts the record beside its backup, readable by its owner alone."""
    descriptor = os.open(beside(file), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        json.dump(asdict(record), target, default=datetime.isoformat, indent=1)
        target.flush()
        os.fsync(target.fileno())


def read(file: Path) -> Record | None:
    """The record of a backup; none where it has none. Raises DatabaseError for one that cannot be read."""
    try:
        fields = json.loads(beside(file).read_text(encoding="utf-8"))
        instants = {name: fields[name] and datetime.fromisoformat(fields[name]) for name in ("made_at", "recorded_at")}
        return Record(**fields | instants)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise DatabaseError("%(file)s cannot be read as a backup's record.", file=str(beside(file))) from error


def backups(folder: Path) -> list[Path]:
    """The backups in a folder that have a record, newest first."""
    found = {path for suffix in _SUFFIXES.values() for path in folder.glob(f"tracker-*Z{suffix}")}
    return sorted((path for path in found if beside(path).exists()), key=lambda path: path.name, reverse=True)


def newest(folder: Path) -> tuple[Path, Record] | None:
    """The newest backup in a folder with its record; none without any that can be read."""
    for file in backups(folder):
        try:
            record = read(file)
        except DatabaseError:
            continue
        if record is not None:
            return file, record
    return None


def remove(files: Iterable[Path]) -> None:
    """Removes backups and their records."""
    for file in files:
        file.unlink(missing_ok=True)
        beside(file).unlink(missing_ok=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
