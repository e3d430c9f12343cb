"""Who waits on whom, as pages: every workstream in a row, and one with its part in the workflows of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from tracker.charts.registry import CHARTS
from tracker.domain.calendar import local_date
from tracker.domain.states import Goal, State
from tracker.queries.cycles.page import Named
from tracker.queries.signoffs import workstreams as queries
from tracker.queries.signoffs.workstreams import OpenPart, WhoWaits
from tracker.web.charts import figure_words
from tracker.web.http.context import current_viewer, now, reading_session, today
from tracker.web.security.requests import with_images_made_here
from tracker.web.ui.formats import language
from tracker.web.ui.query import Query, last
from tracker.web.ui.rendering import page
from tracker.web.ui.shared import shared
from tracker.web.ui.translation import gettext

bp = Blueprint("workstreams", __name__, url_prefix="/workstreams")

COLUMNS = ("waited_on_now", "waiting_now", "parts_open", "parts_due", "waiting_days", "waited_on_days")


@dataclass(frozen=True, slots=True)
class StageForm:
    """A due open stage: whether the reader may sign it or say that it is not needed, and where to go on after that."""

    id: str
    stage: Goal
    may_sign: bool
    may_waive: bool
    onward: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """An open part with its forms."""

    part: OpenPart
    name: str
    state: State
    stages: Sequence[StageForm]


@bp.get("")
@shared
def index() -> ResponseReturnValue:
    """Every workstream, or with `workstream` some of them and what waits for these."""
    query = Query(request.args, ("at",))
    chosen = query.several("workstream", request.args.getlist("workstream"))
    found = queries.workstreams(reading_session(), chosen=chosen, language=language(), now=now())
    for code in chosen:
        if code not in found.streams:
            query.ignore("workstream", code)
    known = [code for code in chosen if code in found.streams]
    shown = page(
        "signoffs/workstreams.html",
        "parts",
        found=found,
        chosen=known,
        notices=query.notices,
        columns=COLUMNS,
        here=url_for(".index", workstream=known),
        chart=gettext(CHARTS["waiting"].title),
        **_parts(found.waits, found.workflows, {"workstream": known}),
    )
    return with_images_made_here(shown)


@bp.get("/<code>")
@shared
def show(code: str) -> ResponseReturnValue:
    """A workstream: what waits for it, on whom it waits, and the blockers that name it."""
    zone = current_viewer().programme.zone
    found = queries.workstream(reading_session(), code, language=language(), now=now(), today=today(), zone=zone)
    return page(
        "signoffs/workstream.html",
        "parts",
        found=found,
        code=code,
        here=url_for(".show", code=code),
        **_parts(found.waits, found.workflows, {"code": code}),
    )


def _parts(waits: WhoWaits, workflows: Mapping[str, Named], place: dict[str, Any]) -> dict[str, Any]:
    """What the lists of open parts show; `at` is the form that takes the focus, or if it is gone the first
    for which anybody waits.
    """
    awaited, not_awaited = (_rows(parts, workflows, place) for parts in (waits.awaited, waits.not_awaited))
    first, others = (
        [form.id for row in rows for form in row.stages if form.may_sign or form.may_waive]
        for rows in (awaited, not_awaited)
    )
    at = last("at", request.args)
    return {
        "waits": waits,
        "awaited": awaited,
        "not_awaited": not_awaited,
        "named": workflows,
        "at": at if at in {*first, *others} else at and next(iter(first), "none"),
        "days_since": _days_since,
        "label": figure_words.label,
        "definition": figure_words.definition,
        "number": figure_words.number,
    }


def _rows(parts: Sequence[OpenPart], workflows: Mapping[str, Named], place: dict[str, Any]) -> list[PartRow]:
    """The rows; from each form the way leads to the next one, and from the last to the one before it."""
    ids = [f"{part.key}.{part.workstream}.{stage.value}" for part in parts for stage in part.stages]
    onward = dict(pairwise(ids))
    onward |= {ids[-1]: ids[-2] if len(ids) > 1 else "none"} if ids else {}
    endpoint = ".show" if "code" in place else ".index"
    actor = current_viewer().actor

    def form(part: OpenPart, stage: Goal) -> StageForm:
        id_, is_lead = f"{part.key}.{part.workstream}.{stage.value}", actor.leads(part.workstream)
        may_waive = part.workstream != part.owner and (is_lead or actor.leads(part.owner))
        return StageForm(id_, stage, is_lead, may_waive, url_for(endpoint, at=onward[id_], **place))

    return [
        PartRow(part, workflows[part.key].name, workflows[part.key].state, [form(part, each) for each in part.stages])
        for part in parts
    ]


def _days_since(since: datetime) -> int:
    return max((today() - local_date(since, current_viewer().programme.zone)).days, 0)
