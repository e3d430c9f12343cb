"""What was planned, in words."""

from sqlmodel import Session

from tracker.commands.workflows.moves import the_workflow
from tracker.web.planning.forms import Deed, PlanForm
from tracker.web.ui.formats import state_name
from tracker.web.ui.translation import gettext, ngettext


def deed_words(session: Session, form: PlanForm, number: int, done: tuple[str, ...]) -> str:
    """What was done with these, which are some: one line."""
    count, key = len(done), done[0]
    if form.do is Deed.OUT:
        if count == 1:
            return gettext("%(key)s is in the backlog", key=key)
        return ngettext("%(num)s workflow is in the backlog", "%(num)s workflows are in the backlog", count)
    goal = form.goal
    if goal is None and count == 1:
        goal = the_workflow(session, key)[0].goal
    if goal is None:
        return ngettext("%(key)s is planned for cycle %(cycle)s", "%(num)s workflows are planned for cycle %(cycle)s",
                        count, key=key, cycle=number)  # fmt: skip
    return ngettext(
        "%(key)s is planned for cycle %(cycle)s, goal %(goal)s",
        "%(num)s workflows are planned for cycle %(cycle)s, goal %(goal)s",
        count, key=key, cycle=number, goal=state_name(goal.value),
    )  # fmt: skip
