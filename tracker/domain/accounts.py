"""A file of accounts, as a spreadsheet saves it: read row by row, each wrong cell with its cause."""

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.cells import unguarded
from tracker.domain.errors import N_, InvalidError
from tracker.domain.files.csv_text import PlaceError, read_records
from tracker.domain.imports.values import by_word
from tracker.domain.states import Role

MOST_ROWS = 2_000
_HEADINGS = by_word(
    {
        "email": "email, e-mail, e-post, epost, e-postadress",
        "name": "name, namn",
        "role": "role, roll",
        "workstreams": "workstreams, workstream, arbetsströmmar, arbetsström",
    }
)
_REQUIRED = ("email", "name", "role")
_ROLES = by_word(
    {
        Role.VIEWER: "viewer, betraktare",
        Role.LEAD: "lead, project lead, projektledare",
        Role.PLANNER: "planner, planerare",
        Role.ADMIN: "admin, administrator, administratör",
    }
)
_ALL = {"all", "alla", "*"}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A row as it was written, spaces around its cells apart; `line` is the one where it starts."""

    line: int
    email: str
    name: str
    role: str
    workstreams: str = ""

    def known_role(self) -> Role:
        """The role, whichever language it is written in. Raises InvalidError."""
        role = _ROLES.get(self.role.casefold())
        if role is None:
            raise InvalidError(N_("The role is viewer, lead, planner or admin, not %(role)s."), role=self.role or "–")
        return role

    @property
    def codes(self) -> tuple[str, ...]:
        """The workstreams' codes; none when the row says all of them."""
        return () if self.has_all_workstreams else tuple(self.workstreams.upper().split())

    @property
    def has_all_workstreams(self) -> bool:
        """Whether the row says all of them, those to come too."""
        return self.workstreams.casefold() in _ALL


def read_rows(text: str) -> list[AccountRow]:
    """The rows. Raises InvalidError when it is no file of accounts at all."""
    try:
        return list(_rows(text.removeprefix("\ufeff")))
    except PlaceError as error:
        raise InvalidError(
            N_("Line %(line)s: a quoted cell does not end as it must."), field="text", line=error.place.line
        ) from error


def _rows(text: str) -> Iterator[AccountRow]:
    records = read_records(text, "accounts")
    _, headings = next(records, (1, []))
    columns = _columns(headings)
    for number, (line, record) in enumerate(records, 1):
        if number > MOST_ROWS:
            raise InvalidError(N_("At most %(count)s accounts at a time."), field="text", count=MOST_ROWS)
        cells = [unguarded(cell).strip() for cell in record]
        if not any(cells):
            continue
        if len(cells) != len(columns):
            raise InvalidError(
                N_("Line %(line)s has %(found)s cells, and the headings are %(wanted)s."),
                field="text",
                line=line,
                found=len(cells),
                wanted=len(columns),
            )
        yield AccountRow(line, **dict(zip(columns, cells, strict=True)))


def _columns(headings: list[str]) -> list[str]:
    if not any(heading.strip() for heading in headings):
        raise InvalidError(N_("Paste the rows, or choose a file."), field="text")
    columns: list[str] = []
    for heading in headings:
        column = _HEADINGS.get(heading.strip().casefold())
        if column is None:
            raise InvalidError(
                N_("There is no column %(heading)s here: e-mail, name, role and workstreams are known."),
                field="text",
                heading=heading.strip()[:60] or "–",
            )
        if column in columns:
            raise InvalidError(N_("The column %(heading)s stands there twice."), field="text", heading=heading.strip())
        columns.append(column)
    for column in _REQUIRED:
        if column not in columns:
            raise InvalidError(N_("The column %(column)s is missing."), field="text", column=column)
    return columns
