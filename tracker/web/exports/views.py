"""What can be taken away: every file with its first rows, each as CSV, and the planning-week pack."""

import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import IO

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tracker.db.engine import reading
from tracker.domain.cells import LARGEST_ID, read_instant
from tracker.domain.errors import N_, InvalidError
from tracker.domain.figures.readings import Basis
from tracker.exports import files, packs
from tracker.exports.files import Asked
from tracker.exports.packs import Pack, PackTable
from tracker.queries import figures
from tracker.queries.programme.files import cycle_numbers
from tracker.web.charts.files import dialect_of
from tracker.web.exports import page as export_page
from tracker.web.http.addresses import our_address
from tracker.web.http.context import current_engine, current_programme, now, reading_session
from tracker.web.ui.query import last
from tracker.web.ui.rendering import page

bp = Blueprint("exports", __name__, url_prefix="/exports")

_PARAMETERS = {"cycle", "format", "basis", "total", "link", "as_of", "workstream", "project"}
_OF_PACKS = {"cycle", "format", "as_of"}
_PIECE = 65_536
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_SHOWN = 80


@bp.get("")
def show() -> ResponseReturnValue:
    """All files, one of them with its first rows."""
    return page("exports/exports.html", **export_page.context(reading_session(), request.args, now=now()))


@bp.get("/<name>.csv")
def file(name: str) -> ResponseReturnValue:
    """A file as the command line writes it, a piece at a time."""
    if name not in files.NAMES:
        abort(404)
    asked = _asked(name)
    session = reading(current_engine())  # the answer outlives the request
    try:
        at = asked.as_of or figures.as_of_now(session, now())
        text = files.text(session, asked, now())
        # What can go wrong does so before the first piece: later nobody could be told.
        pieces = chain([next(text).encode()], (piece.encode() for piece in text))
    except BaseException:
        session.close()
        raise
    response = Response(pieces, mimetype="text/csv")
    response.call_on_close(lambda: _close(text, session))
    return _named(response, f"{files.file_name(asked, at)}.csv")


def _close(text: Generator[str], session: Session) -> None:
    """All has been sent by now, or is not wanted any more: that the connection is lost harms nobody."""
    with suppress(DBAPIError):
        text.close()  # before its connection is another's
    with suppress(DBAPIError):
        session.close()


@bp.get("/pack.zip")
def pack() -> ResponseReturnValue:
    """What a planning week takes away."""
    return _made(packs.write_zip, "zip", "application/zip")


@bp.get("/pack.xlsx")
def workbook() -> ResponseReturnValue:
    """The same as a workbook."""
    from tracker.exports import workbooks  # noqa: PLC0415 - no other page needs its library

    return _made(workbooks.write_workbook, "xlsx", _EXCEL)


def _made(write: Callable[[Iterable[PackTable], Pack, IO[bytes]], None], ending: str, mimetype: str) -> Response:
    """The pack, written to a file that is gone once it has been sent."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - the answer outlives the request
    try:
        with reading(current_engine()) as session:
            wanted = _pack(session)
            write(packs.tables(session, wanted), wanted, made)
    except BaseException:
        made.close()
        raise
    size = made.tell()
    made.seek(0)
    response = Response(iter(lambda: made.read(_PIECE), b""), mimetype=mimetype)
    response.content_length = size
    response.call_on_close(made.close)
    return _named(response, f"{wanted.file_name}.{ending}")


def _asked(name: str) -> Asked:
    """What the address asks for; raises InvalidError, which names the parameter."""
    _require_known(_PARAMETERS)
    basis = _one_of("basis", [*(each.value for each in Basis), export_page.BOTH])
    return Asked(
        name,
        cycle=_cycle(),
        basis=Basis(basis) if basis in set(Basis) else None,
        dialect=dialect_of(last("format")),
        as_of=_instant(),
        has_total=_one_of("total", ["yes", "no"]) != "no",
        address=our_address() if _one_of("link", ["yes", "no"]) == "yes" else None,
        workstreams=_several("workstream"),
        projects=_several("project"),
    )


def _pack(session: Session) -> Pack:
    _require_known(_OF_PACKS)
    return packs.pack(
        session,
        programme=current_programme().name,
        cycle=_cycle(),
        now=now(),
        dialect=dialect_of(last("format")),
        as_of=_instant(),
    )


def _require_known(parameters: set[str]) -> None:
    for name in request.args:
        if name not in parameters:
            message = N_("“%(name)s” means nothing here. There are %(names)s.")
            names = ", ".join(sorted(parameters))
            raise InvalidError(message, field=name, name=name[:_LONGEST_SHOWN], names=names)


def _cycle() -> int | None:
    text = last("cycle")
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    if not is_number or int(text) not in cycle_numbers(reading_session()):
        message = N_("cycle=%(value)s: there is no such cycle.")
        raise InvalidError(message, field="cycle", value=text[:_LONGEST_SHOWN])
    return int(text)


def _one_of(name: str, values: list[str]) -> str:
    text = last(name)
    if text and text not in values:
        message = N_("%(name)s=%(value)s: there are %(values)s.")
        raise InvalidError(message, field=name, name=name, value=text[:_LONGEST_SHOWN], values=", ".join(values))
    return text


def _several(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, request.args.getlist(name))))


def _instant() -> datetime | None:
    text = last("as_of")
    try:
        return read_instant(text) if text else None
    except InvalidError as error:
        message = N_("as_of=%(value)s: is no instant like 2023-04-14T07:00:00Z.")
        raise InvalidError(message, field="as_of", value=text[:_LONGEST_SHOWN]) from error


def _named(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
