"""The filters of the table of blockers: every one lives in the URL."""

from collections.abc import Container, Mapping
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from tracker.domain.sorting import swedish_order
from tracker.domain.states import BlockerCategory
from tracker.queries.blockers.list import Blockers
from tracker.queries.blockers.table import AGES, OPEN, SORTS, STATES, URGENT, Filters
from tracker.web.blockers.words import age_words, category_choices
from tracker.web.ui.filters import Choice, choices
from tracker.web.ui.translation import gettext

_KNOWN = {"workstream", "category", "owner", "state", "overdue", "q", "sort", "age"}
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_LONGEST_SEARCH = 2_000


def read_filters(args: MultiDict[str, str], known: Blockers) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    notices: list[str] = []

    def ignored(name: str, value: str) -> None:
        notices.append(
            gettext("The filter %(name)s=%(value)s means nothing here and was left out.", name=name, value=value[:80])
        )

    def chosen(name: str, values: Container[str]) -> tuple[str, ...]:
        named = dict.fromkeys(value for value in args.getlist(name) if value)
        for value in named:
            if value not in values:
                ignored(name, value)
        return tuple(value for value in named if value in values)

    def one(name: str, values: Container[str], default: str) -> str:
        return (*chosen(name, values), default)[0]

    for name in args:
        if name not in _KNOWN:
            ignored(name, args[name])
    filters = Filters(
        state=one("state", STATES, OPEN),
        workstreams=chosen("workstream", known.workstreams),
        categories=chosen("category", {category.value for category in BlockerCategory}),
        owners=chosen("owner", {row.owner for row in known.rows}),
        overdue=one("overdue", _YES | _NO, "0") in _YES,
        q=args.get("q", "").strip()[:_LONGEST_SEARCH],
        ages=chosen("age", AGES),
        sort=one("sort", {*SORTS, *(f"-{name}" for name in SORTS)}, URGENT),
    )
    return filters, notices


def parameters(filters: Filters, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - Flask's values
    """The filters as parameters of a URL, changed; what is as it is by itself is left out."""
    named = {
        "state": filters.state if filters.state != OPEN else None,
        "workstream": list(filters.workstreams),
        "category": list(filters.categories),
        "owner": list(filters.owners),
        "age": list(filters.ages),
        "overdue": "1" if filters.overdue else None,
        "q": filters.q or None,
        "sort": filters.sort if filters.sort != URGENT else None,
    }
    return named | changes


def pickers(filters: Filters, known: Blockers) -> Mapping[str, list[Choice]]:
    """What each filter offers."""
    states = [("open", gettext("Open")), ("resolved", gettext("Resolved")), ("all", gettext("All"))]
    owners = sorted({row.owner for row in known.rows if row.owner}, key=swedish_order)
    sorts = [
        (URGENT, gettext("Urgency")),
        ("age", gettext("Age")),
        ("decide_by", gettext("Decision")),
        ("held", gettext("Workflows")),
        ("workflow_days", gettext("Workflows × days")),
        ("title", gettext("Blocker")),
        ("category", gettext("Category")),
        ("owner", gettext("Owner")),
        ("since", gettext("Since")),
    ]
    if filters.sort not in SORTS:
        sorts.append((filters.sort, gettext("%(column)s, reversed", column=dict(sorts)[filters.sort[1:]])))
    return {
        "state": choices(states, (filters.state,)),
        "category": choices(category_choices(), filters.categories),
        "workstream": choices(known.workstreams.items(), filters.workstreams),
        "owner": choices(((owner, owner) for owner in owners), filters.owners),
        "age": choices(((age, age_words(age)) for age in AGES), filters.ages),
        "sort": choices(sorts, (filters.sort,)),
    }


def sort_links(filters: Filters) -> dict[str, tuple[str, str]]:
    """By column: where its heading leads, and `ascending`, `descending` or nothing. A second click turns it round."""
    found = {}
    for name in SORTS:
        turned = f"-{name}" if filters.sort == name else name
        direction = {name: "ascending", f"-{name}": "descending"}.get(filters.sort, "")
        found[name] = (url_for("blockers.index", **parameters(filters, sort=turned)), _as_seen(name, direction))
    return found


def _as_seen(name: str, direction: str) -> str:
    """Numbers stand the largest first to begin with."""
    if name in {"held", "age", "workflow_days"}:
        return {"ascending": "descending", "descending": "ascending"}.get(direction, "")
    return direction
