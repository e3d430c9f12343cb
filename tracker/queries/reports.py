"""The monthly reports: what is written in them, what was published, and what they are drafted from."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from tracker.db.columns import columns
from tracker.db.history import written
from tracker.db.models import Actor, Blocker, Entry, Programme, Project, ReportChange, ReportPublication
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.reports.documents import STATUS, Material, Report, Status, reported_months
from tracker.domain.reports.documents import Project as Named
from tracker.domain.reports.facts import BlockerText
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import Numbers
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME
from tracker.queries import figures


@dataclass(frozen=True, slots=True)
class Published:
    """A month's report as it was frozen."""

    text_sv: str
    text_en: str
    at: datetime
    actor: str

    def report(self, month: Month, language: str) -> Report:
        """In one of the languages."""
        return Report.thawed(self.text_en if language == "en" else self.text_sv, month, language, self.at)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote in a part last, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sources:
    """All that the pages of a month's report are made of."""

    month: Month
    material: Material
    published: Published | None
    writers: dict[str, Writer]  # by project
    today: date
    is_sample: bool

    def report(self, language: str) -> Report:
        """As it was published, or as it stands."""
        found = (
            self.published.report(self.month, language)
            if self.published is not None
            else self.material.report(self.month, language)
        )
        return replace(found, is_sample=self.is_sample)


@dataclass(frozen=True, slots=True)
class Listed:
    """A month in the list of reports."""

    month: Month
    ready: int
    drafts: int
    published: datetime | None
    cycles: tuple[int, ...]


def sources(session: Session, text: str, *, now: datetime, as_of: datetime | None = None) -> Sources:
    """Everything of a month, as it was known at an instant. Six statements, and five more where the history is read
    anew. Raises NotFoundError for a month that has no report.
    """
    month, history = Month.read(text), figures.history(session)
    if history is None:
        raise NotFoundError(N_("There is no programme yet."))
    last, demo_clock_at = session.execute(select(col(Programme.last_recorded_at), col(Programme.demo_clock_at))).one()
    at = as_of or (max(now, last) if last is not None else now)
    today = local_date(at, history.zone)
    first = min((row.starts_on for row in history.cycles), default=None)
    if month is None or month not in reported_months(first, today):
        raise NotFoundError(N_("There is no report of %(month)s."), month=text[:20])
    texts, writers = _texts(session, month, at)
    material = Material(Numbers(history, at), _projects(session), _blockers(session), texts)
    return Sources(month, material, _published(session, month, at), writers, today, demo_clock_at is not None)


def listed(session: Session, *, now: datetime) -> list[Listed]:
    """The months with how far their reports have come, the newest first. Four statements, four more likewise."""
    history = figures.history(session)
    if history is None:
        return []
    numbers = Numbers(history, figures.as_of_now(session, now))
    first = min((row.starts_on for row in history.cycles), default=None)
    statuses: dict[str, list[str]] = {}
    is_project = (col(ReportChange.field) == STATUS) & (col(ReportChange.project_code) != PROGRAMME)
    latest = (
        select(func.max(col(ReportChange.id)))
        .where(is_project)
        .group_by(col(ReportChange.month), col(ReportChange.project_code))
    )
    rows = session.execute(
        select(col(ReportChange.month), col(ReportChange.after)).where(col(ReportChange.id).in_(latest))
    )
    for month, status in rows:
        statuses.setdefault(month, []).append(status)
    published = _publications(session)
    return [
        Listed(
            month,
            statuses.get(str(month), []).count(Status.READY),
            statuses.get(str(month), []).count(Status.DRAFT),
            published.get(str(month)),
            tuple(row.cycle for row in numbers.cycles_in(month)),
        )
        for month in reported_months(first, local_date(numbers.as_of, history.zone))
    ]


def _texts(
    session: Session, month: Month, as_of: datetime
) -> tuple[dict[tuple[Month, str, str], str], dict[str, Writer]]:
    """What stands in the month and the one before, and the introductions of all until then."""
    near = (str(month.previous), str(month))
    is_introduction = (col(ReportChange.project_code) == INTRODUCTION) & (col(ReportChange.month) <= str(month))
    own = columns(ReportChange, ("month", "project_code", "field", "after"))
    rows = session.execute(
        written(ReportChange, *own, Actor.name, Entry.recorded_at)
        .where(or_(col(ReportChange.month).in_(near), is_introduction), col(Entry.recorded_at) <= as_of)
        .order_by(col(ReportChange.id))
    )
    texts: dict[tuple[Month, str, str], str] = {}
    writers: dict[str, Writer] = {}
    for name, project, field, after, actor, at in rows:
        of = Month.read(name)
        if of is None:
            continue
        texts[of, project, field] = after
        if of == month or project == INTRODUCTION:
            writers[project] = Writer(actor, at)
    return texts, writers


def _published(session: Session, month: Month, as_of: datetime) -> Published | None:
    row = session.execute(
        written(ReportPublication, *columns(ReportPublication, ("text_sv", "text_en")), Entry.recorded_at, Actor.name)
        .where(col(ReportPublication.month) == str(month), col(Entry.recorded_at) <= as_of)
        .order_by(col(ReportPublication.id).desc())
    ).first()
    return Published(*row) if row is not None and row.text_sv else None


def _publications(session: Session) -> dict[str, datetime | None]:
    rows = session.execute(
        select(col(ReportPublication.month), col(ReportPublication.text_sv) != "", col(Entry.recorded_at))
        .join(Entry, col(Entry.id) == col(ReportPublication.entry_id))
        .order_by(col(ReportPublication.id))
    )
    return {month: at if stands else None for month, stands, at in rows}


def _projects(session: Session) -> list[Named]:
    found = session.execute(select(col(Project.code), col(Project.name), col(Project.name_en)))
    return [Named(*row) for row in found]


def _blockers(session: Session) -> dict[str, dict[int, BlockerText]]:
    names = ("id", "title", "title_en", "category", "decider", "decide_by", "mitigation")
    rows = session.execute(select(*columns(Blocker, names)))
    found: dict[str, dict[int, BlockerText]] = {"sv": {}, "en": {}}
    for id_, title, title_en, *rest in rows:
        found["sv"][id_] = BlockerText(title, *rest)
        found["en"][id_] = BlockerText(title_en or title, *rest)
    return found
