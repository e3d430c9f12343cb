"""Accounts: the list, making and changing one, its one-time link, ending it and giving it back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.entry.entries import Entry
from tracker.domain.errors import N_, NotFoundError, TrackerError
from tracker.domain.merging import FieldConflictError
from tracker.domain.states import Role
from tracker.queries.accounts import table as lists
from tracker.queries.accounts.table import Account
from tracker.queries.programme import backups
from tracker.web.accounts.forms import FIELDS, AccountForm, typed
from tracker.web.http.addresses import link_address
from tracker.web.http.context import current_viewer, reading_session
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import Form
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import WRONG, fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import picks, word

bp = Blueprint("admin", __name__)

_LINK = "one_time_link"
WHAT_ROLES_DO = {
    Role.VIEWER: N_("Sees everything, changes nothing."),
    Role.LEAD: N_("Changes the workflows of the workstreams below; raises blockers on those they take part in."),
    Role.PLANNER: N_("Changes everything, and opens, commits, closes and corrects cycles."),
    Role.ADMIN: N_("All that a planner does, and accounts."),
}


@bp.before_request
def require_admin() -> None:
    """Refuses the page to others than administrators."""
    accounts.require_admin(current_viewer().actor)


@bp.get("/admin")
def show() -> ResponseReturnValue:
    """All accounts."""
    session = reading_session()
    rows, mark = lists.by_name(session), backups.mark(session)
    return page("accounts/accounts.html", accounts=rows, mark=mark, roles=dict(picks(Role)), real_now=real_now())


@bp.get("/admin/accounts/new")
def new() -> ResponseReturnValue:
    """The form of a new account."""
    return _form(None, {"email": "", "name": "", "role": "", "workstreams": set()})


@bp.post("/admin/accounts/new")
def create() -> ResponseReturnValue:
    """Makes the account and an invitation, which the next page shows once."""
    return submit("user_add", AccountForm.parse, _created, lambda error: _form(None, typed(request.form), error), WRONG)


@bp.get("/admin/accounts/<int:account_id>")
def account(account_id: int) -> ResponseReturnValue:
    """One account, its form and what can be done with it."""
    found = _account(account_id)
    return _form(found, _texts(found))


@bp.post("/admin/accounts/<int:account_id>")
def edit(account_id: int) -> ResponseReturnValue:
    """Writes the fields that were changed."""
    return submit(
        "user_edit",
        AccountForm.parse,
        lambda session, entry, form: _edited(session, entry, account_id, form),
        lambda error: _form(_account(account_id), typed(request.form), error),
        WRONG,
    )


@bp.post("/admin/accounts/<int:account_id>/link")
def link(account_id: int) -> ResponseReturnValue:
    """Makes a new one-time link, which the next page shows once."""

    def make(session: Session, entry: Entry, email: str) -> None:
        user = accounts.the_user(session, email)
        _show_link(password_links.make(session, entry, user, now=real_now()).token, account_id)

    return _done("user_link", account_id, make)


@bp.post("/admin/accounts/<int:account_id>/disable")
def disable(account_id: int) -> ResponseReturnValue:
    """Ends the account and its sign-ins."""
    text = gettext("The account is disabled and signed out everywhere.")
    return _done("user_disable", account_id, accounts.disable, text)


@bp.post("/admin/accounts/<int:account_id>/enable")
def enable(account_id: int) -> ResponseReturnValue:
    """Gives an ended account back."""
    return _done("user_enable", account_id, accounts.enable, gettext("The account can be used again."))


def _done(
    command: str, account_id: int, do: Callable[[Session, Entry, str], object], text: str = ""
) -> ResponseReturnValue:
    """Back to the account's page, with a word about what was done or why not."""

    def answer(session: Session, entry: Entry, _form: Form) -> Response:
        do(session, entry, accounts.account(session, account_id).email)
        return _to_account(account_id, text)

    def refused(error: TrackerError) -> Response:
        found = _account(account_id)
        return _form(found, _texts(found), error)

    return submit(command, Form.parse, answer, refused, WRONG)


def _created(session: Session, entry: Entry, form: AccountForm) -> Response:
    user = accounts.invite(session, entry, form.fields())
    assert user.id is not None
    _show_link(password_links.make(session, entry, user, now=real_now()).token, user.id)
    return _to_account(user.id)


def _edited(session: Session, entry: Entry, account_id: int, form: AccountForm) -> Response:
    changed = accounts.edit(session, entry, account_id, form.fields(), form.was)
    text = gettext("The account was changed.") if changed else gettext("Nothing was changed.")
    if account_id == current_viewer().user_id and form.role is not Role.ADMIN:
        return see_other("/", text)
    return _to_account(account_id, text)


def _show_link(token: str, account_id: int) -> None:
    """Keeps the link in the administrator's own cookie until the next page has shown it; the database never has it."""
    cookie[_LINK] = [account_id, token]


def _shown_link(account_id: int) -> str:
    kept = cookie.get(_LINK)
    if not kept or kept[0] != account_id:
        return ""
    del cookie[_LINK]
    return link_address(kept[1])


def _to_account(account_id: int, text: str = "") -> Response:
    return see_other(url_for("admin.account", account_id=account_id), text)


def _account(account_id: int) -> Account:
    found = lists.account(reading_session(), account_id)
    if found is None:
        raise NotFoundError(N_("There is no such account."))
    return found


def _texts(found: Account) -> dict[str, Any]:
    codes = {"*"} if found.all_workstreams else set(found.workstreams)
    return {"email": found.email, "name": found.name, "role": found.role.value, "workstreams": codes}


def _form(found: Account | None, shown: dict[str, Any], error: TrackerError | None = None) -> Response:
    """The account's page; with an error, that at its field and what was typed."""
    was = dict.fromkeys(FIELDS, "")
    if found is not None:
        now = _texts(found)
        was = now | {"workstreams": " ".join(sorted(now["workstreams"]))}
    return page(
        "accounts/account.html",
        status=status_of(error) if error else 200,
        account=found,
        form=shown | {"key": fresh_key()},
        was=was,
        action_key=fresh_key(),
        errors=_errors(error),
        link=_shown_link(found.id) if found is not None and error is None else "",
        projects=lists.streams_by_project(reading_session(), language=language()),
        role_choices=[(role.value, word(role), gettext(what)) for role, what in WHAT_ROLES_DO.items()],
        real_now=real_now(),
        is_oneself=found is not None and found.id == current_viewer().user_id,
    )


def _errors(error: TrackerError | None) -> dict[str, str]:
    if isinstance(error, FieldConflictError):
        return {field: _conflict(field, theirs.value) for field, theirs in error.conflicts.items()}
    return field_errors(error) if error else {}


def _conflict(field: str, value: str) -> str:
    shown = word(Role(value)) if field == "role" else value or gettext("empty")
    return gettext("Somebody else has changed this to “%(value)s”. Save again to write yours over it.", value=shown)
