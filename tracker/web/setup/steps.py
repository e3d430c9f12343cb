"""The first steps of a new programme: what is there, what comes next, what waits for what. Templates ask for them."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, url_for

from tracker.domain.errors import N_
from tracker.domain.people import Actor
from tracker.queries.programme import setup as queries
from tracker.queries.programme.setup import Counts
from tracker.web.http.context import current_viewer, reading_session
from tracker.web.ui.translation import gettext, ngettext

DONE, NEXT, WAITING = "done", "next", "waiting"


@dataclass(frozen=True, slots=True)
class Link:
    """Where something is done, in words."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its status, what that means in words, and where it is done: in a form, or from a file."""

    key: str
    title: str
    status: str
    words: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """All of them. `draft` is the cycle that can be planned and committed once there are workflows."""

    steps: tuple[Step, ...]
    is_committed: bool
    draft: int | None
    folder: str  # where a folder of programme files is read; empty where it cannot be

    @property
    def next(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.steps if step.status == NEXT), None)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a step says: its title, what it is for, why it waits, and how much there is."""

    title: str
    purpose: str
    waits: str
    counted: Callable[[int], str]
    links: tuple[tuple[str, str, str], ...]  # words, endpoint, and the kind of thing where it has several


_KINDS = {
    "projects": _Kind(
        N_("Projects"),
        N_("The parts of the programme. Each counts from its first cycle on."),
        "",
        lambda n: ngettext("%(num)s project", "%(num)s projects", n),
        ((N_("New project"), "setup.new", "projects"), (N_("Paste a table of projects"), "setup.paste", "projects")),
    ),
    "workstreams": _Kind(
        N_("Workstreams"),
        N_("They own the workflows. Each belongs to a project."),
        N_("A workstream belongs to a project: that comes first."),
        lambda n: ngettext("%(num)s workstream", "%(num)s workstreams", n),
        (
            (N_("New workstream"), "setup.new", "workstreams"),
            (N_("Paste a table of workstreams"), "setup.paste", "workstreams"),
        ),
    ),
    "cycle": _Kind(
        N_("Cycle"),
        N_("Seven weeks as a rule; the dates are proposed."),
        N_("A cycle is planned workstream by workstream: they come first."),
        lambda n: ngettext("%(num)s cycle", "%(num)s cycles", n),
        ((N_("Create the next cycle"), "cycles.new", ""),),
    ),
    "workflows": _Kind(
        N_("Workflows"),
        N_("What goes through design, validation and test."),
        N_("Workflows are planned into a cycle: that comes first."),
        lambda n: ngettext("%(num)s workflow", "%(num)s workflows", n),
        ((N_("New workflow"), "workflow_fields.new", ""), (N_("Import workflows"), "workflow_imports.show", "")),
    ),
    "people": _Kind(
        N_("People"),
        N_("Project leads keep the board true, each in their own workstreams."),
        N_("There is nothing to lead yet: workflows come first."),
        lambda n: ngettext("%(num)s account", "%(num)s accounts", n),
        ((N_("New account"), "admin.new", ""), (N_("Accounts from a file"), "account_imports.show", "")),
    ),
}


def install(app: Flask) -> None:
    """Lets templates ask for the steps; what does not ask costs nothing."""
    app.jinja_env.globals["first_steps"] = first_steps


def first_steps() -> Steps:
    """The steps as they stand, with the links that the viewer may follow. One statement."""
    actor, found = current_viewer().actor, queries.counts(reading_session())
    amounts = _amounts(found)
    following = next((key for key, (_, is_done) in amounts.items() if not is_done), None)
    steps = tuple(
        _step(key, count, DONE if is_done else NEXT if key == following else WAITING, actor)
        for key, (count, is_done) in amounts.items()
    )
    folder = _folder_address() if actor.is_planner and not found.workflows else ""
    return Steps(steps, bool(found.committed), found.draft if found.workflows else None, folder)


def _folder_address() -> str:
    """Where a folder of programme files is uploaded, once that room is there."""
    return url_for("setup.files") if "setup.files" in current_app.view_functions else ""


def _amounts(found: Counts) -> dict[str, tuple[int, bool]]:
    """How much there is of each, and whether that will do. Whoever sets up has an account already."""
    return {
        "projects": (found.projects, found.projects > 0),
        "workstreams": (found.workstreams, found.workstreams > 0),
        "cycle": (found.cycles, found.cycles > 0),
        "workflows": (found.workflows, found.workflows > 0),
        "people": (found.people, found.people > 1),
    }


def _step(key: str, count: int, status: str, actor: Actor) -> Step:
    kind = _KINDS[key]
    may = actor.is_admin if key == "people" else actor.is_planner
    links = kind.links if may and status != WAITING else ()
    if status == DONE:
        words = kind.counted(count)
    elif status == WAITING:
        words = gettext(kind.waits)
    elif key == "people" and actor.is_planner and not may:
        words = gettext("An administrator makes the accounts.")
    else:
        words = gettext(kind.purpose)
    ways = tuple(Link(gettext(label), url_for(to, kind=of or None)) for label, to, of in links)
    return Step(key, gettext(kind.title), status, words, ways)
