"""The filters of the table of blockers: every one lives in the URL."""

from collections.abc import Mapping

from flask import request, url_for

from tracker.domain.sorting import swedish_order
from tracker.domain.states import BlockerCategory
from tracker.queries.blockers.list import Blockers
from tracker.queries.blockers.table import AGES, OPEN, SORTS, STATES, URGENT, Filters
from tracker.web.blockers.words import age_words, category_choices
from tracker.web.ui.query import Choice, Query, choices, parameters, same_choices
from tracker.web.ui.translation import gettext

# What a filter's parameter is called, where that is not its name.
_NAMES = {"workstreams": "workstream", "categories": "category", "owners": "owner", "ages": "age"}


def read_filters(known: Blockers) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    query = Query(request.args)
    filters = Filters(
        state=query.one("state", STATES, OPEN),
        workstreams=query.several("workstream", known.workstreams),
        categories=query.several("category", set(BlockerCategory)),
        owners=query.several("owner", {row.owner for row in known.rows}),
        overdue=query.is_on("overdue"),
        q=query.search(),
        ages=query.several("age", AGES),
        sort=query.one("sort", {*SORTS, *(f"-{name}" for name in SORTS)}, URGENT),
    )
    return filters, query.notices


def address(filters: Filters, **changed: str | None) -> str:
    """The table with these filters, some of them changed."""
    return url_for("blockers.index", **parameters(filters, _NAMES, **changed))


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
        "owner": same_choices(owners, filters.owners),
        "age": choices(((age, age_words(age)) for age in AGES), filters.ages),
        "sort": choices(sorts, (filters.sort,)),
    }


def sort_links(filters: Filters) -> dict[str, tuple[str, str]]:
    """By column: where its heading leads, and `ascending`, `descending` or nothing. A second click turns it round."""
    found = {}
    for name in SORTS:
        turned = f"-{name}" if filters.sort == name else name
        direction = {name: "ascending", f"-{name}": "descending"}.get(filters.sort, "")
        found[name] = (address(filters, sort=turned), _as_seen(name, direction))
    return found


def _as_seen(name: str, direction: str) -> str:
    """Numbers stand the largest first to begin with."""
    if name in {"held", "age", "workflow_days"}:
        return {"ascending": "descending", "descending": "ascending"}.get(direction, "")
    return direction
