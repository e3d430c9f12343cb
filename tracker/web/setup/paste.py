"""Projects and workstreams from a table: pasted or a file, shown row by row as what it would do, done once confirmed.

The table is kept in the database meanwhile, so that its preview can be opened again.
"""

from collections.abc import Sequence

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.imports import files as import_files
from tracker.commands.imports.results import RowResult
from tracker.commands.programme import setup_tables
from tracker.commands.programme.setup_tables import PlannedRow, of
from tracker.db.models import ImportFile
from tracker.domain.errors import N_, InvalidError, TrackerError
from tracker.domain.programme.setup import FIELDS
from tracker.web.accounts.forms import ImportForm
from tracker.web.http.context import reading_session
from tracker.web.setup.views import KIND, THINGS, bp
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import WRONG, fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.uploads import file_beside, keep_file, kept_file
from tracker.web.ui.words import field_label

_MARK = b"\xef\xbb\xbf"  # what a form sends is UTF-8 for certain
_MOST_SHOWN = 200


@bp.get(f"/{KIND}/paste")
def paste(kind: str) -> ResponseReturnValue:
    """The form: rows pasted from a spreadsheet, or a file."""
    return page("setup/paste.html", kind=kind, text="", errors={})


@bp.post(f"/{KIND}/paste")
def keep(kind: str) -> ResponseReturnValue:
    """Keeps the table, if it can be read, and goes on to its preview."""
    text = request.form.get("text", "")
    try:
        name, content = file_beside(ImportForm.parse(request.form).text)
        if not content and not text.strip():
            raise InvalidError(N_("Paste the rows, or choose a file."), field="text")
        content = content or _MARK + text.encode()
        setup_tables.read(content, THINGS[kind])
    except InvalidError as error:
        errors = field_errors(error)
        if text.strip() and "file" in errors:
            errors = {"text": errors["file"]}
        return page("setup/paste.html", status=422, kind=kind, text=text, errors=errors)
    return redirect(url_for(".preview", kind=kind, token=keep_file(name, content, kind)), code=303)


@bp.get(f"/{KIND}/paste/<token>")
def preview(kind: str, token: str) -> ResponseReturnValue:
    """What each row would do; once it is done, all that is set up."""
    file = kept_file(token, table=kind)
    return _taken() if file.entry_id is not None else _preview(kind, file)


@bp.post(f"/{KIND}/paste/<token>/confirm")
def confirm(kind: str, token: str) -> ResponseReturnValue:
    """Does what the preview said."""
    file = kept_file(token, table=kind)

    def do(session: Session, entry: Entry, form: ImportForm) -> Response:
        mine = kept_file(token, session, table=kind)
        if mine.entry_id is not None:
            return _taken()
        table = setup_tables.read(mine.content, THINGS[kind])
        rows = setup_tables.carry_out(session, entry, table, THINGS[kind], seen=form.seen)
        made, kept = (len(of(rows, outcome)) for outcome in (RowResult.CREATED, RowResult.UNCHANGED))
        if entry.is_recorded:
            import_files.finish(mine, entry.id, {"created": made}, b"")
        return see_other(url_for(".index"), gettext("Made: %(made)s. There already: %(kept)s.", made=made, kept=kept))

    return submit(f"import_{kind}", ImportForm.parse, do, lambda error: _preview(kind, file, error), WRONG)


def _taken() -> Response:
    return see_other(url_for(".index"), gettext("This table has been taken already."))


def _preview(kind: str, file: ImportFile, error: TrackerError | None = None) -> Response:
    thing = THINGS[kind]
    table = setup_tables.read(file.content, thing)
    rows = setup_tables.plan(reading_session(), table, thing)
    refused = of(rows, RowResult.REFUSED)
    return page(
        "setup/preview.html",
        status=status_of(error) if error else 200,
        kind=kind,
        file=file,
        counts={outcome.value: len(of(rows, outcome)) for outcome in RowResult},
        columns=[(name, field_label(FIELDS[thing], name)) for name in setup_tables.columns(table, thing)],
        problems=_grouped(refused)[:_MOST_SHOWN],
        rows=(of(rows, RowResult.CREATED) + of(rows, RowResult.UNCHANGED))[:_MOST_SHOWN],
        refusal=explain(error) if error is not None else "",
        seen=setup_tables.digest(rows),
        key=fresh_key(),
    )


def _grouped(refused: Sequence[PlannedRow]) -> list[tuple[str, ...]]:
    """Each problem once, after the numbers of the rows that have it: heading, value and cause."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for row in refused:
        for each in row.problems:
            groups.setdefault((each.heading, each.value, explain(each.error)), []).append(row.number)
    return [(", ".join(map(str, numbers)), *words) for words, numbers in groups.items()]
