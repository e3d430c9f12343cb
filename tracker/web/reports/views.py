"""The monthly report: a page that prints, a part's form that saves by itself, and publishing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from flask import Blueprint, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tracker.commands import reports as commands
from tracker.commands.entry.entries import Entry
from tracker.domain.errors import N_, NotFoundError, TrackerError
from tracker.domain.figures.behind import Behind
from tracker.domain.merging import FieldConflictError
from tracker.domain.reports.claims import unsourced
from tracker.domain.reports.documents import LANGUAGES, SECTIONS, Origin, Part, Report, Status, blocks, sections_of
from tracker.domain.reports.months import Month
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME, Place, Token
from tracker.exports import reports as files
from tracker.queries import charts as named
from tracker.queries import reports as queries
from tracker.queries.cycles import page as cycle_queries
from tracker.queries.reports import Sources
from tracker.web.charts.views import ChartItem
from tracker.web.http.addresses import our_address
from tracker.web.http.context import current_viewer, now, reading_session
from tracker.web.reports import words as report_words
from tracker.web.ui.errors import status_of
from tracker.web.ui.formats import day, language
from tracker.web.ui.forms import BROKEN, Form, FormError
from tracker.web.ui.merged_forms import THEIRS, MergedForm, Redrawn, before_of, redrawn, typed
from tracker.web.ui.query import last
from tracker.web.ui.rendering import page, render_block
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext

OK = 200


class WriteForm(MergedForm):
    """The texts of a part. `then` is what the button says; `auto` where the page saves by itself."""

    messages: ClassVar[dict[str, str]] = {"wanted": BROKEN, "was": BROKEN, "then": BROKEN}

    then: Literal["save", "ready", "not_ready", "auto"] = "save"

    @classmethod
    def parse(cls, fields: MultiDict[str, str], sections: Sequence[str] = SECTIONS) -> Self:
        """As every form; FormError when a field is missing. Where two wrote, a choice for theirs leaves it as it is."""
        was = {name: text for name, text in before_of(fields).items() if name in sections}
        wanted = typed(fields, sections)
        if set(wanted) != set(sections) or set(was) != set(sections):
            raise FormError({"key": BROKEN})
        wanted |= {name: was[name] for name in was if fields.get(f"choice_{name}") == THEIRS}
        return cls.checked({"then": fields.get("then", "save"), "wanted": wanted, "was": was})


bp = Blueprint("reports", __name__, url_prefix="/reports")

WHOLE = "programme"  # in addresses, where the programme's part is `*` elsewhere
Texts = dict[str, str]
_STATUS = {"ready": Status.READY, "not_ready": Status.DRAFT}  # by what a button says


@bp.get("")
def index() -> ResponseReturnValue:
    """The months with their reports."""
    found = queries.listed(reading_session(), now=now())
    words = LANGUAGES[language()]
    return page("reports/index.html", months=[(each, words.title(each.month), _progress(each)) for each in found])


def _progress(each: queries.Listed) -> str:
    """How far a month's parts have come; empty where none is begun."""
    counts = {Status.READY: each.ready, Status.DRAFT: each.drafts}
    return ", ".join(report_words.count_word(status, number) for status, number in counts.items() if number)


@bp.get("/<month>")
def show(month: str) -> ResponseReturnValue:
    """A month's report; with `show` the items that one of its figures counts."""
    sources = _sources(month)
    if last("show"):
        return _items(sources)
    return page("reports/report.html", **_page(sources))


@bp.get("/<month>.md")
def text(month: str) -> ResponseReturnValue:
    """The same as Markdown, its figures linked to what they count."""
    sources = _sources(month)
    base = our_address()
    written = files.markdown(
        sources.report(language()), sources.material.numbers, lambda token: f"{base}{_address(sources.month, token)}"
    )
    response = Response(written, mimetype="text/markdown")
    response.headers["Content-Disposition"] = f'inline; filename="report-{sources.month}-{language()}.md"'
    return response


@bp.get("/<month>/parts/<project>")
def edit(month: str, project: str) -> ResponseReturnValue:
    """The form of a project's part."""
    sources, code = _sources(month), _code(project)
    return page("reports/edit.html", **_form(sources, code))


@bp.post("/<month>/parts/<project>")
def save(month: str, project: str) -> ResponseReturnValue:
    """Writes what was changed in the form; where two wrote over the same text, both are shown. What saves itself gets
    back the marks of what is saved, and leaves the text under the hand alone.
    """
    code = _code(project)

    def do(session: Session, entry: Entry, form: WriteForm) -> Response:
        texts = form.wanted, form.was
        changed = commands.write(session, entry, _month(month), code, language(), *texts, status=_STATUS.get(form.then))
        if form.then == "auto":
            return Response()
        is_saved = changed or form.then != "save"
        where = url_for(".show", month=month, _anchor=f"part-{project}")
        return see_other(
            url_for(".edit", month=month, project=project) if form.then == "save" else where,
            gettext("Saved") if is_saved else gettext("There was nothing to save"),
        )

    answer = submit(
        "write_report",
        lambda fields: WriteForm.parse(fields, sections_of(code)),
        do,
        lambda error: _refused(month, code, error),
    )
    if answer.status_code != OK:
        return answer
    return _saved_block(_form(_sources(month), code) | {"state": "saved"}, OK)


@bp.get("/<month>/publish")
def confirm(month: str) -> ResponseReturnValue:
    """What publishing freezes, and what is missing."""
    commands.require_planner(current_viewer().actor)
    sources = _sources(month)
    return page("reports/publish.html", **_shared(sources), key=fresh_key())


@bp.post("/<month>/publish")
def publish(month: str) -> ResponseReturnValue:
    """Freezes the report as it is."""
    return submit("publish_report", Form.parse, lambda session, entry, _form: _published(session, entry, month))


@bp.post("/<month>/reopen")
def reopen(month: str) -> ResponseReturnValue:
    """Lets a published report be written again."""

    def do(session: Session, entry: Entry, _form: Form) -> Response:
        commands.reopen(session, entry, _month(month))
        text = gettext("The report is open again; what was published stays in the history")
        return see_other(url_for(".show", month=month), text)

    return submit("reopen_report", Form.parse, do)


def _published(session: Session, entry: Entry, month: str) -> Response:
    commands.require_planner(entry.actor)
    sources = queries.sources(session, month, now=entry.recorded_at)
    material = sources.material
    texts = {tongue: material.report(sources.month, tongue).frozen() for tongue in LANGUAGES}
    commands.publish(session, entry, sources.month, texts)
    return see_other(url_for(".show", month=month), gettext("The report is published"))


def _sources(month: str) -> Sources:
    return queries.sources(reading_session(), month, now=now())


def _month(text: str) -> Month:
    month = Month.read(text)
    if month is None:
        raise NotFoundError(N_("There is no report of %(month)s."), month=text[:20])
    return month


def _code(project: str) -> str:
    return PROGRAMME if project == WHOLE else project


def _slug(project: str) -> str:
    return WHOLE if project == PROGRAMME else project


def _address(month: Month, token: Token) -> str:
    """Where the items behind a figure are, or the blocker."""
    if token.blocker is not None:
        return url_for("blocker.show", blocker_id=token.blocker)
    project = token.project if token.project != PROGRAMME else None
    return url_for(".show", month=month, show=token.figure, at=token.place, project=project)


def _shared(sources: Sources) -> dict[str, Any]:
    """What all pages of a report show."""
    report, words = sources.report(language()), LANGUAGES[language()]
    return {
        "month": sources.month,
        "report": report,
        "title": words.title(sources.month),
        # That the data are made up, the page says above.
        "foot": files.foot(replace(report, is_sample=False), sources.material.numbers),
        "published": sources.published,
        "is_planner": current_viewer().actor.is_planner,
        "status_word": report_words.status_word,
        "slug": _slug,
    }


def _page(sources: Sources) -> dict[str, Any]:
    shared = _shared(sources)
    report: Report = shared["report"]
    earliest = min((row.starts_on for row in sources.material.numbers.history.cycles), default=sources.today)
    return shared | {
        "parts": [each for part in report.parts if (each := _part(sources, report, part))["may"] or _is_read(part)],
        "earlier": sources.month.previous if sources.month > Month.of(earliest) else None,
        "later": sources.month.next if sources.month < Month.of(sources.today) else None,
        "counts": report_words.counts(report),
        "all_ready": not report.missing,
    }


def _part(sources: Sources, report: Report, part: Part) -> dict[str, Any]:
    """A part with its texts in paragraphs, and whether the viewer may write it."""
    return {
        "part": part,
        "notes": files.notes(part, report),
        "sections": [
            (title, _blocks(sources, report, part, written)) for title, written in files.sections(part, report)
        ],
        "may": sources.published is None and _may(sources, part.project),
        "writer": sources.writers.get(part.project),
    }


def _is_read(part: Part) -> bool:
    """An introduction that nobody has written is there for those alone who may write it."""
    return not (part.is_introduction and part.is_missing)


def _blocks(sources: Sources, report: Report, part: Part, written: str) -> list[tuple[bool, list[Any]]]:
    """Paragraphs and lists of runs, each with its address and what stands beside it."""
    return [
        (
            block.is_list,
            [
                [
                    (run.text, _address(sources.month, run.token) if run.token else "", files.beside(run, report))
                    for run in line
                ]
                for line in block.lines
            ],
        )
        for block in blocks(written, part.project, sources.material.numbers, report.language)
    ]


def _may(sources: Sources, project: str) -> bool:
    return current_viewer().actor.takes_part(_streams(sources, project))


def _streams(sources: Sources, project: str) -> list[str]:
    if project in {INTRODUCTION, PROGRAMME}:
        return []
    return [row.code for row in sources.material.numbers.history.workstreams if row.project == project]


def _form(sources: Sources, project: str, again: Redrawn | None = None) -> dict[str, Any]:
    material, month = sources.material, sources.month
    part = next((each for each in material.report(month, language()).parts if each.project == project), None)
    if part is None:
        raise NotFoundError(N_("There is no project %(code)s."), code=project)
    kept = _kept(sources, project)
    names = sections_of(project)
    drafted = dict(zip(names, material.draft(month, project, language()), strict=False))
    values = kept if any(kept.values()) else drafted
    words = LANGUAGES[language()]
    if not any(values.values()) and material.last_plan(month, project, language()):
        values = values | {"summary": material.last_plan(month, project, language())}
    titles = {
        "summary": words.summary_title(month),
        "plan": words.plan_title(month),
        INTRODUCTION: words.say("introduction"),
    }
    shown = again or Redrawn(values, kept, {}, {})
    texts = [shown.values[name] for name in names]
    origin = Origin.WRITTEN if any(texts) else Origin.NONE
    preview = Part(project, part.name, part.status, origin, language(), *texts)
    report = Report(month, language(), material.numbers.as_of, [preview])
    return _shared(sources) | {
        "part": part,
        "project": project,
        "names": names,
        "field_ids": {name: f"field-{name}" for name in names},
        **shown._asdict(),
        "titles": titles,
        "may": sources.published is None and _may(sources, project),
        "why_not": report_words.why_not(sources.published is not None, bool(_streams(sources, project)), part.name),
        "drafted": drafted if any(kept.values()) else {},
        "is_draft": not any(kept.values()) and any(drafted.values()),
        "from_last_plan": not any(kept.values()) and not any(drafted.values()) and any(values.values()),
        "is_carried": project == INTRODUCTION and material.is_carried(month, language()),
        "outcomes": report_words.plan_results(material.outcomes(month, project, language())),
        "last_title": words.plan_title(month.previous),
        "preview": [
            (title, _blocks(sources, report, preview, written)) for title, written in files.sections(preview, report)
        ],
        "unsourced": [(titles[name], found) for name in names if (found := unsourced(shown.values[name]))],
        "writer": sources.writers.get(project),
        "state": "",
    }


def _kept(sources: Sources, project: str) -> Texts:
    text = sources.material.text
    return {section: text(sources.month, project, section, language()) for section in sections_of(project)}


def _saved_block(context: dict[str, Any], status: int) -> Response:
    return make_response(render_block("reports/edit.html", "saved", **context), status)


def _refused(month: str, project: str, error: TrackerError) -> Response:
    """The form again with what was typed; of what saves itself only why it was not saved."""
    sources, is_by_itself = _sources(month), request.form.get("then") == "auto"
    if isinstance(error, FieldConflictError):  # the command names a section with its language
        error = FieldConflictError({name.rpartition("_")[0]: theirs for name, theirs in error.conflicts.items()})
    fields = typed(request.form, sections_of(project))
    again = redrawn(error, _kept(sources, project), fields, report_words.section_word, "part")
    if is_by_itself:
        again = again._replace(was=before_of(request.form))
    context = _form(sources, project, again)
    if is_by_itself:
        return _saved_block(context | {"state": "refused"}, status_of(error))
    return page("reports/edit.html", status=status_of(error), **context)


def _items(sources: Sources) -> Response:
    """The items of a figure, in as many rows as it counts."""
    numbers, place = sources.material.numbers, Place.read(last("at"))
    figure, project = last("show"), last("project") or PROGRAMME
    if place is None or not numbers.knows(figure, place, project):
        raise NotFoundError(N_("The report has no such figure."))
    found = numbers.items(figure, place, project) or []
    return page(
        "reports/items.html",
        **_shared(sources),
        heading=report_words.heading(
            figure,
            place,
            next((part.name for part in sources.report(language()).parts if part.project == project), project),
            len(found),
        ),
        definition=report_words.definition(figure),
        days=report_words.days(numbers, place, day),
        rows=_rows(found),
    )


def _rows(found: list[Behind]) -> list[ChartItem]:
    session = reading_session()
    workflows, blockers = cycle_queries.workflows(session, language()), named.blockers(session, language())
    rows = []
    for each in found:
        if isinstance(each.item, int):
            link = url_for("blocker.show", blocker_id=each.item)
            rows.append(ChartItem(blockers.get(each.item, ""), link, at=each.at))
        elif each.item in workflows:
            link = url_for("workflows.show", key=each.item)
            rows.append(ChartItem(workflows[each.item].name, link, each.item, at=each.at))
    return rows
