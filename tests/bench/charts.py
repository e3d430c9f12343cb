"""Data and JSON of all charts, of the whole programme and all its cycles, against the same numbers by raw SQL."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tests.bench.chart_floors import Floor, Numbers, dumped, floors
from tests.bench.programme import NOW_OF_CYCLES, WORKFLOWS, Served, a_programme_of_cycles, analyse, signed_in
from tests.builders import load
from tests.databases import Databases
from tests.demo_data.expected import AS_OF, SEED_DATA
from tracker.charts import registry as drawings
from tracker.charts.plot import figure_json
from tracker.commands.programme.seed import read_folder
from tracker.db.engine import make_engine, reading
from tracker.domain.charts.sheets import Sheet
from tracker.domain.programme.rows import Programme
from tracker.queries import charts as queries
from tracker.web.charts.filters import read_filters
from tracker.web.charts.frames import Reading

DEMO = 242
SIZES = (DEMO, WORKFLOWS)
_AS_OF = {DEMO: AS_OF, WORKFLOWS: NOW_OF_CYCLES}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A programme in a database, and the application that shows it at an instant."""

    served: Served
    programme: Programme
    as_of: datetime

    def everything(self) -> dict[str, str]:
        """All charts, from a history read anew."""
        with self.reading() as found:
            return {name: _drawn_and_told(found, name) for name in drawings.CHARTS}

    def sheets(self) -> dict[str, Sheet]:
        """The numbers of all charts."""
        with self.reading() as found:
            return {name: found.view(name).sheet for name in drawings.CHARTS}

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """What a request for all cycles reads, in a process that has kept nothing."""
        self.served.engine.dispose()  # what is kept goes by its pool
        with (
            self.served.app.test_request_context(headers={"Accept-Language": "en"}),
            reading(self.served.engine) as session,
        ):
            yield _reading(session, self.as_of)


def _reading(session: Session, as_of: datetime) -> Reading:
    sources = queries.sources(session, now=as_of, language="en")
    assert sources is not None
    numbers = [row.cycle for row in sources.history.cycles]
    asked = MultiDict([("from", str(min(numbers))), ("to", str(max(numbers)))])
    return Reading.of(sources, read_filters(asked, sources))


def _drawn_and_told(found: Reading, name: str) -> str:
    view = found.view(name)
    told = [drawings.finding(view), *drawings.CHARTS[name].details(view), str(drawings.CHARTS[name].sample(view))]
    return figure_json(drawings.figure(view)) + "".join(told)


@contextlib.contextmanager
def loaded(databases: Databases, size: int) -> Iterator[Loaded]:
    """The programme of a size on a fresh database."""
    programme = read_folder(SEED_DATA) if size == DEMO else a_programme_of_cycles()
    as_of = _AS_OF[size]
    with databases.fresh() as url:
        engine = make_engine(url)
        load(engine, programme)
        if engine.dialect.name == "postgresql":
            analyse(engine)
        yield Loaded(signed_in(engine, url, as_of), programme, as_of)
        engine.dispose()


def contenders(of: Loaded) -> dict[str, Callable[[], object]]:
    """All charts, and the raw statements, which must give the same numbers."""
    with of.reading() as read:
        zone = read.chosen.span.zone
    statements = floors(
        drawings.CHARTS, of.programme, of.as_of, zone, is_sqlite=of.served.engine.dialect.name == "sqlite"
    )
    connection = of.served.engine.raw_connection()
    cursor = connection.cursor()

    def floor() -> dict[str, Numbers]:
        found = statements.read(cursor)
        connection.rollback()
        dumped(found)
        return found

    found = floor()
    for name, sheet in of.sheets().items():
        require_alike(name, sheet, statements.charts[name], found[name])
    return {"app": of.everything, "floor": floor}


def require_alike(name: str, sheet: Sheet, floor: Floor, found: Numbers) -> None:
    """A row that only one of them has may say nothing but 0. What has places may differ by one in the last."""
    ours = {_key(row.values, floor.keys): row.values for row in sheet.rows}
    by_column = [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]
    theirs = {_key(values, floor.keys): values for values in by_column}
    places = {column.name: column.places for column in sheet.columns}
    for key in ours.keys() | theirs.keys():
        for column in floor.numbers:
            mine, other = (_number(rows.get(key, {}).get(column)) for rows in (ours, theirs))
            near = 10 ** -places[column] * 1.01 if places[column] else 0
            is_missing = key not in ours or key not in theirs
            alike = (
                not mine and not other
                if is_missing
                else (mine is None) is (other is None) and (mine is None or other is None or abs(mine - other) <= near)
            )
            assert alike, f"{name} {key} {column}: {mine} ours, {other} raw"


def _key(values: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple((each - date(1970, 1, 1)).days if isinstance(each := values[name], date) else each for name in names)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None
