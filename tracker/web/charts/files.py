"""The numbers of a chart as a file."""

import csv
import io
from datetime import date
from decimal import Decimal
from enum import StrEnum

from flask_babel import force_locale

from tracker.domain import cells
from tracker.domain.cells import Dialect
from tracker.domain.charts.sheets import Column, Sheet, Value
from tracker.domain.errors import N_, InvalidError
from tracker.web.charts import words

_BYTE_ORDER_MARK = "\ufeff"
_SWEDISH = "sv_SE"


def dialect_of(name: str) -> Dialect:
    """The dialect by its name, the plain one without. Raises InvalidError."""
    if name and name not in set(Dialect):
        raise InvalidError(N_("There is no format %(format)s: there are csv and excel-sv."), format=name[:80])
    return Dialect(name or Dialect.CSV)


def chart_csv(sheet: Sheet, dialect: Dialect) -> str:
    """The numbers drawn, a line per row, in the manner of all our files."""
    text = io.StringIO(newline="")
    if dialect.is_swedish:
        text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerow([_heading(column, dialect) for column in sheet.columns])
    writer.writerows(
        [_cell(column, row.values[column.name], dialect) for column in sheet.columns] for row in sheet.rows
    )
    return text.getvalue()


def _heading(column: Column, dialect: Dialect) -> str:
    if not dialect.is_swedish:
        return column.name
    with force_locale(_SWEDISH):
        return words.label(column.name).lower()


def _cell(column: Column, value: Value, dialect: Dialect) -> str:  # noqa: PLR0911 - one for each kind of value
    match value:
        case None:
            return ""
        case Decimal():
            return cells.decimal_text(value, column.places, dialect)
        case date():
            return value.isoformat()
        case StrEnum() if dialect.is_swedish:
            with force_locale(_SWEDISH):
                return words.cell(column, value)
        case StrEnum():
            return value.value
        case str():
            return cells.TEXT.write(value, dialect)
        case _:
            return str(value)
