"""Imports: people's own spreadsheets into the programme, by the same rules as in the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.cli.bars import bars
from tracker.cli.database import configured_engine
from tracker.clock import clock_of
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts.fields import OPERATOR
from tracker.commands.entry.entries import open_entry
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.imports.plan import Plan, Problem
from tracker.commands.imports.results import RowResult
from tracker.commands.imports.workflows import COMMAND
from tracker.commands.workflows.moves import When
from tracker.config import read_settings
from tracker.db import migrations
from tracker.db.engine import reading, transaction
from tracker.domain.cells import Dialect
from tracker.domain.errors import InvalidError
from tracker.domain.imports import progress as imports_progress
from tracker.domain.imports.choices import Choices, settled_by_hand
from tracker.domain.imports.columns import Field
from tracker.domain.imports.progress import Step
from tracker.domain.imports.reading import LARGEST_FILE, read_table
from tracker.domain.imports.table import Table
from tracker.domain.people import Actor
from tracker.domain.states import MoveBackReason, Role, State
from tracker.exports import refused_rows
from tracker.queries.accounts import viewer

_CAUSE = "Why not imported"
_STEPS: dict[str, str] = {Step.READ: "Rows read", Step.CHECKED: "Rows checked", Step.WRITTEN: "Rows written"}
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@click.group("import")
def import_() -> None:
    """Import files that people have."""


@import_.command("workflows")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@click.option(
    "--refused",
    "refused_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Import the good rows, and write the others with their causes to this file.",
)
@click.option("--delimiter", type=click.Choice(list(_DELIMITERS)), help="Of a CSV file; guessed unless told.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="HEADING=FIELD",
    help=f"Import the column as {', '.join(Field)}, or as nothing with an empty FIELD.",
)
@click.option("--state", "states", multiple=True, metavar="WORD=STATE", help="What a word of the file means.")
@click.option("--workstream", "workstreams", multiple=True, metavar="WORD=CODE", help="Which workstream a word means.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="Of dates like 4/12/2023.")
@click.option("--reason", type=click.Choice([each.value for each in MoveBackReason]), help="Of moves back without one.")
@click.option(
    "--empty-cells",
    type=click.Choice(["keep", "clear"]),
    default="keep",
    show_default=True,
    help="Whether an empty cell empties the field.",
)
@click.option("--accept-new-owners", "accept_owners", is_flag=True, help="Of owners who own nothing yet.")
@click.option("--accept-same-names", "accept_names", is_flag=True, help="Of new workflows named as one that is there.")
def workflows(  # noqa: PLR0913 - one for each option
    file: Path,
    *,
    dry_run: bool,
    refused_to: Path | None,
    delimiter: str | None,
    columns: tuple[str, ...],
    states: tuple[str, ...],
    workstreams: tuple[str, ...],
    dates: str | None,
    reason: str | None,
    empty_cells: str,
    accept_owners: bool,
    accept_names: bool,
) -> None:
    """Create and change workflows from FILE, CSV or XLSX: all rows, or none.

    Each refused row is told in one line with its number, column and value; then the exit code is 1.
    """
    if file.stat().st_size > LARGEST_FILE:
        raise InvalidError(f"{file}: at most {LARGEST_FILE // 1_000_000} MB at a time.")
    choices = Choices((), _DELIMITERS.get(delimiter or "", ""), dates or "", empty_cells == "clear", reason or "")
    named = _pairs(columns)
    choices = replace(choices, states=_pairs(states), workstreams=_pairs(workstreams))
    _require_known(choices, named)
    with bars(_STEPS) as progress, configured_engine() as engine:
        migrations.require_usable(engine)
        table = read_table(file.read_bytes(), choices.delimiter, progress)
        choices = settled_by_hand(choices, table, named)
        planned = _planned(engine, table, choices)
        owners, twins = planned.owners if accept_owners else (), planned.twins if accept_names else ()
        choices = replace(choices, owners=tuple(owners), twins=tuple(twins))
        if dry_run:
            planned = _planned(engine, table, choices)
        else:
            planned = _done(engine, table, choices, progress, without_refused=refused_to is not None)
    refused = planned.of(RowResult.REFUSED)
    for each in refused:
        for problem in each.problems:
            click.echo(f"Row {each.row.number}{_message(problem)}", err=True)
    _tell(planned, dry_run=dry_run, is_done=not refused or refused_to is not None)
    if refused_to is not None and not dry_run:
        content = refused_rows.content(planned, cause=_CAUSE, words=_cause, dialect=Dialect.CSV)
        refused_to.write_bytes(content)
    if refused and (refused_to is None or dry_run):
        raise SystemExit(1)


def _planned(engine: Engine, table: Table, choices: Choices) -> Plan:
    with reading(engine) as session:
        return workflow_imports.plan(session, table, choices, _when(session))


def _done(
    engine: Engine, table: Table, choices: Choices, progress: imports_progress.Progress, *, without_refused: bool
) -> Plan:
    """Does it, unless rows are refused that nobody said to leave out; gives what each row came to."""
    planned = _planned(engine, table, choices)
    if planned.of(RowResult.REFUSED) and not without_refused:
        return planned
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), COMMAND, clock_of(session).now())
        return workflow_imports.carry_out(
            session,
            entry,
            table,
            choices,
            seen=None,
            without_refused=without_refused,
            progress=progress,
        )


def _when(session: Session) -> When:
    programme = viewer.programme(session)
    if programme is None:
        raise InvalidError("There is no programme yet. Load one with tracker seed.")
    now = clock_of(session).now()
    return When(Actor(0, OPERATOR, Role.ADMIN), now, programme.zone, read_settings().backdate_days)


def _require_known(choices: Choices, columns: Mapping[str, str]) -> None:
    for word, state in choices.states.items():
        if state not in set(State):
            raise click.UsageError(f"--state {word}={state}: the states are {', '.join(State)}.")
    for heading, field in columns.items():
        if field and field not in set(Field):
            raise click.UsageError(f"--column {heading}={field}: the fields are {', '.join(Field)}.")


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = dict(text.rpartition("=")[::2] for text in texts)
    if "" in pairs:
        raise click.UsageError("Write WORD=MEANING.")
    return pairs


def _cause(problem: Problem) -> str:
    return str(problem.error)


def _message(problem: Problem) -> str:
    heading = f", {problem.heading}" if problem.heading else ""
    value = f" {problem.value[:60]!r}" if problem.value else ""
    return " ".join(f"{heading}{value}: {problem.error}".split())


def _tell(planned: Plan, *, dry_run: bool, is_done: bool) -> None:
    counts = planned.counts
    what = f"{counts['created']} new, {counts['changed']} changed, {counts['unchanged']} unchanged"
    if planned.left_out:
        click.echo(f"Not imported: the columns {', '.join(map(repr, planned.left_out))}.", err=True)
    refused = f", {counts['refused']} refused" if counts["refused"] else ""
    if dry_run:
        click.echo(f"Would be: {what}{refused}. Nothing was done.", err=True)
    elif is_done:
        click.echo(f"Done: {what}{refused}.", err=True)
    else:
        click.echo(f"Error: {counts['refused']} of {len(planned.rows)} rows are refused; nothing was done.", err=True)
