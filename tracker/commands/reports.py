"""Writing the monthly report: leads their projects' parts, planners every part; planners publish it."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from tracker.commands.entry import field_edits
from tracker.commands.entry.entries import Entry
from tracker.db import facts
from tracker.db.history import written
from tracker.db.models import Actor, Blocker, Project, ReportChange, ReportPublication, Workstream
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.people import Actor as Person
from tracker.domain.reports import tokens
from tracker.domain.reports.documents import LANGUAGES, STATUS, Status, field, reported_months, sections_of
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import OF_CYCLES, OF_DAYS
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME, Token
from tracker.domain.texts import prose


def write(
    session: Session,
    entry: Entry,
    month: Month,
    project: str,
    language: str,
    wanted: Mapping[str, str],
    was: Mapping[str, str],
    *,
    status: Status | None = None,
) -> list[str]:
    """Writes the sections that were changed in a form which showed `was`, and gives their names. Without a status what
    was not begun becomes a draft.

    Raises NotFoundError, NotAllowedError, ConflictError once it is published, InvalidError naming the section, or
    FieldConflictError when somebody else has changed one of them to something else; nothing is written then.
    """
    _require_writer(session, entry.actor, month, project, local_date(entry.recorded_at, entry.zone))
    if language not in LANGUAGES:
        raise InvalidError(N_("This form is broken. Open the page anew."), field="language")
    _refuse_published(session, month)
    about = _about(month, project)
    standing = _standing(session, about)
    names = {field(section, language): section for section in sections_of(project)}
    current = {name: standing.get(name, ("", ""))[0] for name in names}
    # What somebody saved a moment ago from this very form is nobody else's.
    seen = {
        name: current[name] if standing.get(name, ("", ""))[1] == entry.actor.name else was.get(section, "")
        for name, section in names.items()
    }
    typed = {name: _clean(session, name, wanted[section]) for name, section in names.items() if section in wanted}
    texts = field_edits.merged(session, about, typed, seen, current, table=ReportChange)
    at = {"month": str(month), "project_code": project}
    field_edits.record(entry, current, texts, table=ReportChange, **at)
    if project == INTRODUCTION:
        return [names[name] for name in texts]
    before = standing.get(STATUS, ("", ""))[0]
    after = status.value if status is not None else before or (Status.DRAFT.value if texts else "")
    if after != before:
        field_edits.record(entry, {STATUS: before}, {STATUS: after}, table=ReportChange, **at)
    return [names[name] for name in texts]


def publish(session: Session, entry: Entry, month: Month, texts: Mapping[str, str]) -> None:
    """Freezes the month's report as it is, in every language.

    Raises NotAllowedError, or ConflictError when it is published already.
    """
    require_planner(entry.actor)
    _refuse_published(session, month)
    entry.add(ReportPublication(month=str(month), text_sv=texts["sv"], text_en=texts["en"], entry_id=entry.id))


def reopen(session: Session, entry: Entry, month: Month) -> None:
    """Lets a published report be written again; what was published stays in the history.

    Raises NotAllowedError, or ConflictError when it is not published.
    """
    require_planner(entry.actor)
    if not _is_published(session, month):
        raise ConflictError(N_("The report of %(month)s is not published."), month=str(month))
    entry.add(ReportPublication(month=str(month), entry_id=entry.id))


def _require_writer(session: Session, actor: Person, month: Month, project: str, today: date) -> None:
    rows = session.execute(
        select(col(Project.code), col(Workstream.code))
        .join(Workstream, col(Workstream.project_code) == col(Project.code), isouter=True)
        .where(col(Project.code) == project)
    ).all()
    if not rows and project not in {INTRODUCTION, PROGRAMME}:
        raise NotFoundError(N_("There is no project %(code)s."), code=project)
    streams = [code for _, code in rows if code is not None]
    if not actor.takes_part(streams):
        raise NotAllowedError(
            N_("Only leads in %(project)s and planners write this part.")
            if streams
            else N_("This part has no workstreams, and so no leads of its own: planners write it."),
            project=project,
        )
    starts = [row.starts_on for row in facts.cycles(session)]
    if month not in reported_months(min(starts, default=None), today):
        raise NotFoundError(N_("There is no report of %(month)s."), month=str(month))


def require_planner(actor: Person) -> None:
    """Refuses with NotAllowedError unless it is a planner."""
    if not actor.is_planner:
        raise NotAllowedError(N_("Only planners publish reports."))


def _refuse_published(session: Session, month: Month) -> None:
    if _is_published(session, month):
        raise ConflictError(
            N_("The report of %(month)s is published and stands. A planner can open it again."), month=str(month)
        )


def _is_published(session: Session, month: Month) -> bool:
    text = session.scalars(
        select(col(ReportPublication.text_sv))
        .where(col(ReportPublication.month) == str(month))
        .order_by(col(ReportPublication.id).desc())
    ).first()
    return bool(text)


def _about(month: Month, project: str) -> ColumnElement[bool]:
    """The part's rows; an introduction stands from month to month."""
    at = col(ReportChange.month)
    return (at <= str(month) if project == INTRODUCTION else at == str(month)) & (
        col(ReportChange.project_code) == project
    )


def _standing(session: Session, about: ColumnElement[bool]) -> dict[str, tuple[str, str]]:
    """By field what stands in the part, and who wrote it."""
    rows = session.execute(
        written(ReportChange, ReportChange.field, ReportChange.after, Actor.name)
        .where(about)
        .order_by(col(ReportChange.month), col(ReportChange.id))
    )
    return {name: (text, actor) for name, text, actor in rows}


def _clean(session: Session, name: str, text: str) -> str:
    """The text as it is kept, or InvalidError naming the section."""
    section = name.rpartition("_")[0]
    text = prose(text, section)
    if not tokens.tokens(text) and "|" not in text:
        return text
    cycles = {row.cycle for row in facts.cycles(session)}
    projects = {PROGRAMME, *session.scalars(select(col(Workstream.project_code)))}
    blockers = set(session.scalars(select(col(Blocker.id))))

    def is_known(token: Token) -> bool:
        if token.blocker is not None:
            return token.blocker in blockers
        place = token.place
        if place is None or (place.cycle is not None and place.cycle not in cycles):
            return False
        is_figure = token.figure in OF_DAYS or (token.figure in OF_CYCLES and place.month is None)
        return is_figure and (not token.project or token.project in projects)

    tokens.require_sound(text, section, is_known)
    return text
