"""What the doctor says, and whom it looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from tracker.config import Settings
from tracker.db.engine import database_file
from tracker.domain.errors import TrackerError

MEGABYTE = 1024 * 1024
_A_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """Well, to be minded, or to be mended."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """What was found at one place; a remedy unless all is well."""

    check: str
    verdict: Verdict
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join(f"{self.verdict:8} {self.check:13} {self.text} {self.remedy}".strip().splitlines())


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation that is looked at, and when. `processes` is how many serve it."""

    settings: Settings
    engine: Engine
    now: datetime
    processes: int

    @property
    def file(self) -> Path | None:
        """The SQLite file; none on PostgreSQL."""
        return database_file(self.engine)

    @property
    def folder(self) -> Path:
        """Where the installation's own files are."""
        return self.file.parent if self.file is not None else Path.cwd() / "instance"


Check: TypeAlias = Callable[[Patient], Iterator[Line]]


def ok(check: str, text: str) -> Line:
    """All is well there."""
    return Line(check, Verdict.OK, text)


def warning(check: str, text: str, remedy: str) -> Line:
    """Nothing is broken yet."""
    return Line(check, Verdict.WARNING, text, remedy)


def fault(check: str, text: str, remedy: str) -> Line:
    """Something does not work, or what was recorded is in danger."""
    return Line(check, Verdict.FAULT, text, remedy)


def graded(check: str, text: str, remedy: str, *, is_fault: bool, is_warning: bool) -> Line:
    """A fault or a warning with its remedy, or all is well."""
    if is_fault:
        return fault(check, text, remedy)
    return warning(check, text, remedy) if is_warning else ok(check, text)


def examined(patient: Patient, check: Check) -> list[Line]:
    """The lines of a check; one that cannot be done is a fault itself."""
    try:
        return list(check(patient))
    except (TrackerError, DBAPIError, OSError) as error:
        problem = error.orig if isinstance(error, DBAPIError) else error
        return [fault(check.__name__, f"{problem}.", "Until that is mended, this cannot be looked at.")]


def size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / MEGABYTE:,.1f} MB" if count < 1024 * MEGABYTE else f"{count / 1024 / MEGABYTE:,.1f} GB"


def age(since: timedelta) -> str:
    """A length of time as people read it."""
    return f"{since.days} days" if since >= 2 * _A_DAY else f"{since.total_seconds() / 3600:.0f} hours"
