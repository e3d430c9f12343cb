"""Accounts from a file: uploaded or pasted, shown row by row as what it would do, and done once that is confirmed."""

import csv
import io
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from tracker.clock import real_now
from tracker.commands.accounts import imports as account_imports
from tracker.commands.accounts.imports import Planned
from tracker.commands.imports.results import ImportChangedError, RowResult
from tracker.domain.accounts import read_rows
from tracker.domain.cells import guarded
from tracker.domain.errors import InvalidError
from tracker.domain.imports.encodings import decoded
from tracker.domain.states import Role
from tracker.web.accounts.admin import require_admin
from tracker.web.accounts.forms import FIELDS, ImportForm
from tracker.web.audit.words import field_word
from tracker.web.http.addresses import link_address
from tracker.web.http.context import reading_session, writing
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext
from tracker.web.ui.uploads import file_beside
from tracker.web.ui.words import word

bp = Blueprint("account_imports", __name__)
bp.before_request(require_admin)


@bp.get("/admin/accounts/import")
def show() -> ResponseReturnValue:
    """The form: a file, or rows pasted from a spreadsheet."""
    return _form("")


@bp.post("/admin/accounts/import")
def preview() -> ResponseReturnValue:
    """What the rows would do. Nothing is written."""
    text = ""
    try:
        text = ImportForm.parse(request.form).text
        _, content = file_beside(text)
        return _preview(decoded(content) if content else text)
    except InvalidError as error:
        return _form(text, field_errors(error))


@bp.post("/admin/accounts/import/confirm")
def confirm() -> ResponseReturnValue:
    """Does what the preview said, and shows the links once."""
    try:
        form = ImportForm.parse(request.form)
        rows = read_rows(form.text)
    except InvalidError as error:
        return _form(request.form.get("text", ""), field_errors(error))
    try:
        with writing("user_import") as (session, entry):
            invited = account_imports.carry_out(
                session,
                entry,
                rows,
                seen=form.seen,
                without_refused=form.without_refused,
                with_old=form.with_old,
                now=real_now(),
            )
    except (InvalidError, ImportChangedError) as error:
        return _preview(form.text, explain(error), status_of(error))
    links = [(each.email, each.name, link_address(each.link.token)) for each in invited]
    return page("accounts/imported.html", links=links, file=_as_csv(links))


def _preview(text: str, refusal: str = "", status: int = 200) -> Response:
    planned = account_imports.plan(reading_session(), read_rows(text))
    counts = {outcome.value: sum(each.outcome is outcome for each in planned) for outcome in RowResult}
    old = [
        each for each in planned if each.outcome in {RowResult.CHANGED, RowResult.UNCHANGED} and not each.has_password
    ]
    return page(
        "accounts/import_preview.html",
        status=status,
        rows=planned,
        texts_of=_texts,
        changes_of=_changes,
        explain=explain,
        counts=counts,
        without_password=len(old),
        can_do=bool(counts["created"] or counts["changed"] or old),
        text=text,
        seen=account_imports.digest(planned),
        refusal=refusal,
    )


def _texts(each: Planned) -> dict[str, str]:
    """The fields of a row in words; of one that cannot be read as it is written."""
    if each.fields is None:
        return {name: getattr(each.row, name) for name in FIELDS}
    return {name: _value(name, text) for name, text in each.fields.texts().items()}


def _changes(each: Planned) -> list[tuple[str, str, str]]:
    return [(field_word(field), _value(field, before), _value(field, after)) for field, before, after in each.changes]


def _value(field: str, text: str) -> str:
    match field, text:
        case "role", _:
            return word(Role(text))
        case "workstreams", "*":
            return gettext("all")
        case _:
            return text


def _as_csv(links: list[tuple[str, str, str]]) -> str:
    """The address of a file with the links for a Swedish spreadsheet: it is all in the address, kept nowhere."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([gettext("E-mail"), gettext("Name"), gettext("Link")])
    writer.writerows([guarded(email), guarded(name), address] for email, name, address in links)
    return "data:text/csv;charset=utf-8," + quote(f"\ufeff{text.getvalue()}")


def _form(text: str, errors: dict[str, str] | None = None) -> Response:
    return page("accounts/import.html", status=422 if errors else 200, text=text, errors=errors or {})
