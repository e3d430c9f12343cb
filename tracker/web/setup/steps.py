"""The first steps of a new programme: what is there, what comes next, what waits for what. Templates ask for them."""

from dataclasses import dataclass

from flask import Flask, url_for

from tracker.queries.programme import setup as queries
from tracker.web.http.context import current_viewer, reading_session

DONE, NEXT, WAITING = "done", "next", "waiting"
STEPS = ("projects", "workstreams", "cycles", "workflows", "people")


@dataclass(frozen=True, slots=True)
class Steps:
    """Each step's status and how much there is of it. `next` is the first that is not done, `draft` the cycle that can
    be planned and committed, `folder` where a folder of programme files is read; each empty where there is none.
    """

    steps: dict[str, tuple[str, int]]
    next: str
    is_committed: bool
    draft: int | None
    folder: str


def install(app: Flask) -> None:
    """Lets templates ask for the steps; what does not ask costs nothing."""
    app.jinja_env.globals["first_steps"] = first_steps


def first_steps() -> Steps:
    """The steps as they stand. Whoever sets up has an account, so that people are there from two on. One statement."""
    found = queries.counts(reading_session())
    amounts = {name: getattr(found, name) for name in STEPS}
    missing = [name for name, amount in amounts.items() if amount <= (name == "people")]
    following = missing[0] if missing else ""
    steps = {
        name: (NEXT if name == following else WAITING if name in missing else DONE, amount)
        for name, amount in amounts.items()
    }
    may = current_viewer().actor.is_planner and not found.workflows
    draft = found.draft if found.workflows else None
    return Steps(steps, following, bool(found.committed), draft, url_for("setup_files.show") if may else "")
