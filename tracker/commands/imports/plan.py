"""What the rows of a file would do as things stand, by the rules of the commands that people use one by one."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar

from tracker.commands.entry.entries import Entry
from tracker.commands.imports.facts import Existing, ImportFacts
from tracker.commands.imports.results import RowResult, fingerprint
from tracker.commands.workflows.fields import key_after, refuse_joining, refuse_wrong_key
from tracker.commands.workflows.moves import When, archived, archived_stream, blocked, refuse_unexplained
from tracker.commands.workflows.parts import WithoutPartsError
from tracker.domain import history
from tracker.domain.cells import read_text
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.fields import cleaned
from tracker.domain.figures.timelines import Timeline
from tracker.domain.imports import values
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.columns import Field
from tracker.domain.imports.progress import Progress, Step, counted, silent
from tracker.domain.imports.table import Table, TableRow
from tracker.domain.imports.values import DateOrder, folded
from tracker.domain.permissions import require_workstream_lead
from tracker.domain.signoffs.part_timeline import PartTimeline
from tracker.domain.states import State
from tracker.domain.texts import line, normal
from tracker.domain.workflows import COLUMNS, clean_others

_TEXTS = (Field.NAME, Field.NAME_EN, Field.DESCRIPTION, Field.OWNER, Field.PRIORITY)
Value = TypeVar("Value")
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_NO_PARTS = PartTimeline("", Timeline((), ()), ())


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused: the heading of the column, what stands there, and what to do about it."""

    heading: str
    value: str
    error: TrackerError


@dataclass(frozen=True, slots=True)
class Planned:
    """A row with what it would do. `texts` are the fields to write; `to` and `happened_at` its move, if it moves."""

    row: TableRow
    outcome: RowResult = RowResult.REFUSED
    key: str = ""
    name: str = ""
    workstream: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[tuple[str, str, str], ...] = ()
    to: State | None = None
    happened_on: date | None = None
    happened_at: datetime | None = None
    reason: str = ""
    existing: Existing | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def fingerprinted(self) -> tuple[object, ...]:
        """What must not change between the preview and the import."""
        version = self.existing.version if self.existing is not None else 0
        problems = [(problem.heading, problem.value) for problem in self.problems]
        return self.row.number, self.outcome, self.key, self.texts, self.changes, self.happened_on, version, problems


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows, and the words of the file that somebody has to decide on, each with how many rows have it."""

    table: Table
    choices: Choices
    rows: tuple[Planned, ...]
    states: Mapping[str, int]
    workstreams: Mapping[str, int]
    owners: Mapping[str, int]
    twins: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows come to what."""
        found = Counter(each.outcome.value for each in self.rows)
        return {outcome.value: found[outcome.value] for outcome in RowResult}

    @property
    def left_out(self) -> list[str]:
        """The headings of columns that are not imported."""
        pairs = zip(self.table.headings, self.choices.columns, strict=True)
        return [heading for heading, field in pairs if heading and not field]

    def of(self, outcome: RowResult) -> list[Planned]:
        """The rows that come to it."""
        return [each for each in self.rows if each.outcome is outcome]

    def digest(self) -> str:
        """Tells one plan from another: what was seen is what is done."""
        return fingerprint(each.fingerprinted for each in self.rows)


def plan(table: Table, choices: Choices, known: ImportFacts, when: When | Entry, progress: Progress = silent) -> Plan:
    """What each row would do. Asks no database. Raises InvalidError where the columns cannot be used."""
    choices = choices.settled(table)
    planner = _Planner(table, choices, known, when)
    checking = counted(table.rows, Step.CHECKED, progress, len(table.rows))
    rows = _without_doubles(table, choices, [planner.planned(row) for row in checking])
    keyed = tuple(_with_keys(rows, known))
    return Plan(table, choices, keyed, planner.states, planner.workstreams, planner.owners, planner.twins)


class _Planner:
    def __init__(self, table: Table, choices: Choices, known: ImportFacts, when: When | Entry) -> None:
        self._table, self._headings = table, table.headings
        self.choices, self.known, self.when = choices, known, when
        self._places = {found: choices.place(found) for found in Field}
        self.order: DateOrder = choices.order_of_dates(table)  # of dates with slashes
        self.states: Counter[str] = Counter()
        self.workstreams: Counter[str] = Counter()
        self.owners: Counter[str] = Counter()
        self.twins: Counter[str] = Counter()

    def planned(self, row: TableRow) -> Planned:
        """What the row would do; all that is wrong with it is named."""
        try:
            self._table.refuse_torn(row)
        except InvalidError as error:
            return Planned(row, problems=(Problem("", "", error),))
        return _RowPlan(self, row).planned()

    def has(self, wanted: Field) -> bool:
        """Whether the file has a column that is imported as the field."""
        return self._places[wanted] is not None

    def cell(self, row: TableRow, wanted: Field) -> str:
        """What stands there, empty where there is no such column."""
        place = self._places[wanted]
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def heading(self, wanted: Field) -> str:
        """How the file calls the field."""
        place = self._places[wanted]
        return "" if place is None else self._headings[place] or str(place + 1)


class _RowPlan:
    """One row on its way: reads its cells, collects what is wrong, and comes to an outcome."""

    def __init__(self, planner: _Planner, row: TableRow) -> None:
        self._of, self._row = planner, row
        self._problems: list[Problem] = []
        self._cells = {found: self._clean(found) for found in Field}

    def planned(self) -> Planned:
        key = self._cells[Field.KEY]
        there = self._of.known.workflows.get(key.casefold()) if key else None
        workstream = self._workstream(there)
        try:
            if there is not None and there.is_archived:
                raise archived(there.key)
            if workstream:
                require_workstream_lead(self._of.when.actor, workstream)
            if there is None and key and workstream:
                refuse_wrong_key(workstream, key)
        except NotAllowedError as error:
            self._wrong(Field.WORKSTREAM, error)
        except TrackerError as error:
            self._wrong(Field.KEY, error)
        texts = self._texts(there, workstream)
        to = self._state(there)
        happened_on = self._read(Field.HAPPENED_ON, lambda cell: values.date_of(cell, self._of.order))
        reason = values.reason_text(self._cells[Field.REASON]) or self._of.choices.reason
        if there is not None and to is None:
            self._refuse_joining(there, texts)
        happened_at = self._happened_at(there, to, happened_on, reason, texts)
        self._twin(there, workstream)
        return self._come_to(
            Planned(
                self._row,
                key=there.key if there else key,
                name=texts.get("name") or (there.texts["name"] if there else ""),
                workstream=workstream,
                texts=texts,
                to=to,
                happened_on=happened_on if happened_at else None,
                happened_at=happened_at,
                reason=reason,
                existing=there,
            )
        )

    def _come_to(self, row: Planned) -> Planned:
        if self._problems:
            return replace(row, problems=tuple(self._problems))
        if row.existing is None:
            return replace(row, outcome=RowResult.CREATED, to=row.to or State.NOT_STARTED)
        before = row.existing.texts
        changes = [(name, before[name], text) for name, text in row.texts.items()]
        if row.to is not None:
            changes.append(("state", row.existing.state.value, row.to.value))
        return replace(row, outcome=RowResult.CHANGED if changes else RowResult.UNCHANGED, changes=tuple(changes))

    def _clean(self, found: Field) -> str:
        cell = self._of.cell(self._row, found)
        try:
            values.refuse_spreadsheet_error(cell)
            return normal(read_text(cell))
        except InvalidError as error:
            self._problems.append(Problem(self._of.heading(found), cell, error))
            return ""

    def _wrong(self, found: Field, error: TrackerError) -> None:
        self._problems.append(Problem(self._of.heading(found), self._cells[found], error))

    def _refuse(self, found: Field, message: str, **given: str) -> None:
        self._wrong(found, InvalidError(message, **given))

    def _read(self, found: Field, read: Callable[[str], Value | None]) -> Value | None:
        try:
            return read(self._cells[found])
        except InvalidError as error:
            self._wrong(found, error)
            return None

    def _workstream(self, there: Existing | None) -> str:
        """The code of the owning workstream; empty, and a problem, where it is not known."""
        word = self._cells[Field.WORKSTREAM]
        found = self._known_workstream(word) if word else ""
        if word and not found:
            self._refuse(Field.WORKSTREAM, N_("There is no workstream %(code)s. Choose which one is meant."), code=word)
            return there.workstream if there else ""
        if there is not None:
            if found and found != there.workstream:
                message = N_("%(key)s is of %(workstream)s, and a workflow never changes its workstream.")
                self._refuse(Field.WORKSTREAM, message, key=there.key, workstream=there.workstream)
            return there.workstream
        if not found:
            found = self._of.known.workstreams.get(folded(self._cells[Field.KEY].rpartition("-")[0]), "")
        if not found:
            self._refuse(Field.WORKSTREAM, N_("Write the workstream that owns it."))
        if found in self._of.known.archived:
            self._wrong(Field.WORKSTREAM, archived_stream(found))
        return found

    def _known_workstream(self, word: str) -> str:
        names = self._of.known.workstreams
        found = names.get(folded(word)) or names.get(folded(word.rpartition("\\")[2]))
        if found:
            return found
        self._of.workstreams[word] += 1
        chosen = self._of.choices.workstreams.get(word, "")
        return chosen if chosen in self._of.known.codes else ""

    def _texts(self, there: Existing | None, workstream: str) -> dict[str, str]:
        """The fields that the row writes, as they are kept."""
        texts: dict[str, str] = {}
        for found in (*_TEXTS, Field.OTHER_WORKSTREAMS):
            cell = self._cells[found]
            is_new_name = there is None and found is Field.NAME
            if not self._of.has(found) and not is_new_name:
                continue
            if not cell and not is_new_name and (there is None or not self._of.choices.empties):
                continue
            text = self._read(found, partial(self._text, found, workstream))
            if text is not None and (there is None or text != there.texts[found.value]):
                texts[found.value] = text
        self._new_owner(texts.get("owner", ""))
        return texts

    def _text(self, found: Field, workstream: str, cell: str) -> str:
        match found:
            case Field.PRIORITY:
                return values.priority_text(cell)
            case Field.OWNER:
                return cleaned(COLUMNS, found.value, values.owner_text(cell))
            case Field.OTHER_WORKSTREAMS:
                words = cell.replace(",", " ").replace(";", " ").split()
                codes = " ".join(self._of.known.workstreams.get(folded(word), word) for word in words)
                return clean_others(codes, workstream, self._of.known.codes)
            case _:
                return cleaned(COLUMNS, found.value, cell)

    def _new_owner(self, owner: str) -> None:
        if not owner or owner in self._of.known.owners:
            return
        self._of.owners[owner] += 1
        if owner not in self._of.choices.owners:
            message = N_("%(owner)s owns nothing yet. Accept the new owner, or correct the name.")
            self._refuse(Field.OWNER, message, owner=owner)

    def _state(self, there: Existing | None) -> State | None:
        """The state to move to or to begin in; none where the row says nothing new."""
        word = self._cells[Field.STATE]
        if not word:
            return None
        if values.known_state(word) is None:
            self._of.states[word] += 1
        state = self._of.choices.state_of(word)
        if state is None:
            self._refuse(Field.STATE, N_("%(word)s is no state here. Choose which one is meant."), word=word)
        return None if there is not None and state is there.state else state

    def _happened_at(
        self, there: Existing | None, to: State | None, on: date | None, reason: str, texts: Mapping[str, str]
    ) -> datetime | None:
        """When the move or the creation happened; none where there is neither. Refused in the order of `moves.move`."""
        when = self._of.when
        if there is not None and to is None:
            return None
        try:
            if there is not None and to is not None:
                self._refuse_unexplained(there.state, to, reason)
                if to is State.DONE and there.held_by:
                    raise blocked(there.key, there.held_by)
            if to is State.DONE:
                self._refuse_open_parts(there, texts)
            line(reason, "reason")
            previous = there.changed_at if there is not None else _LONG_AGO
            happened_at = history.happened_at(on, previous=previous, now=when.recorded_at, zone=when.zone)
            if on is not None:
                self._of.known.limits.refuse_too_early(happened_at, when)
        except TrackerError as error:
            by_name = {"happened_on": Field.HAPPENED_ON, "reason": Field.REASON}
            self._wrong(by_name.get(error.field, Field.STATE), error)
            return None
        return happened_at

    def _refuse_unexplained(self, state: State, to: State, reason: str) -> None:
        if self._of.has(Field.REASON):
            refuse_unexplained(state, to, reason)
        elif to.is_before(state) and not reason:
            raise InvalidError(N_("It moves back. Choose the reason under Columns, or add a column with reasons."))

    def _refuse_joining(self, there: Existing, texts: Mapping[str, str]) -> None:
        try:
            refuse_joining(there.key, there.state, there.texts, texts)
        except ConflictError as error:
            self._wrong(Field.OTHER_WORKSTREAMS, error)

    def _refuse_open_parts(self, there: Existing | None, texts: Mapping[str, str]) -> None:
        """Done needs the parts of all who take part after this row, and no row has words for those that lack."""
        others = texts.get("other_workstreams", there.texts["other_workstreams"] if there else "").split()
        parts = there.parts if there and there.parts else _NO_PARTS
        lacking = parts.missing_of(others)
        if lacking:
            key = there.key if there else self._cells[Field.KEY] or self._cells[Field.NAME]
            raise WithoutPartsError(key, lacking)

    def _twin(self, there: Existing | None, workstream: str) -> None:
        """A row without a key may mean a workflow that is there; a second one of that name needs consent."""
        name = self._cells[Field.NAME]
        if there is not None or self._cells[Field.KEY] or (workstream, folded(name)) not in self._of.known.names:
            return
        self._of.twins[name] += 1
        if name not in self._of.choices.twins:
            message = N_("%(workstream)s has a workflow of this name. Give the row its key, or accept a second one.")
            self._wrong(Field.NAME, ConflictError(message, workstream=workstream))


def _without_doubles(table: Table, choices: Choices, rows: Sequence[Planned]) -> list[Planned]:
    """Refuses rows that name the same key: which of them is meant?"""
    counts = Counter(each.key.casefold() for each in rows if each.key)
    place = choices.place(Field.KEY)
    heading = "" if place is None else table.headings[place]

    def refused(each: Planned) -> Planned:
        error = ConflictError(N_("%(key)s stands in more than one row. Keep one of them."), key=each.key)
        return replace(
            each, outcome=RowResult.REFUSED, changes=(), problems=(*each.problems, Problem(heading, each.key, error))
        )

    return [refused(each) if each.key and counts[each.key.casefold()] > 1 else each for each in rows]


def _with_keys(rows: Iterable[Planned], known: ImportFacts) -> Iterable[Planned]:
    """Gives new workflows without a key the next free ones, after all that the file names."""
    rows = list(rows)
    taken = [each.key for each in known.workflows.values()] + [each.key for each in rows if each.key]
    free: dict[str, int] = {}
    for each in rows:
        if each.outcome is not RowResult.CREATED or each.key:
            yield each
            continue
        if each.workstream not in free:
            free[each.workstream] = int(key_after(each.workstream, taken).rpartition("-")[2])
        yield replace(each, key=f"{each.workstream}-{free[each.workstream]:03}")
        free[each.workstream] += 1
