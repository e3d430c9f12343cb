"""Commands on the database itself: its schema, and whether its figures agree with the history."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy import Engine
from sqlmodel import Session

from tracker import security_log
from tracker.commands.programme import installation
from tracker.config import read_settings
from tracker.db import in_use, migrations
from tracker.db.engine import make_engine, reading
from tracker.domain.programme.checks import Finding
from tracker.domain.programme.heads import Head
from tracker.exports import packs
from tracker.queries.programme import check as history
from tracker.queries.programme import heads


@contextlib.contextmanager
def configured_engine() -> Iterator[Engine]:
    """The engine of TRACKER_DATABASE_URL, closed at the end."""
    settings = read_settings()
    security_log.set_up(settings.security_log)
    engine = make_engine(settings.database_url)
    let_go = in_use.hold(engine)
    try:
        yield engine
    finally:
        engine.dispose()
        let_go()


@contextlib.contextmanager
def reading_session(require: Callable[[Engine], None] = migrations.require_readable) -> Iterator[Session]:
    """A session that only reads the configured database, once that is found fit for it."""
    with configured_engine() as engine:
        require(engine)
        with reading(engine) as session:
            yield session


@click.group()
def db() -> None:
    """Create, upgrade and inspect the database."""


@db.command()
def upgrade() -> None:
    """Create the database or bring it to the newest schema, after copying an older SQLite one beside itself."""
    with configured_engine() as engine:
        backup = installation.upgrade(engine)
        if backup is not None:
            click.echo(f"The database was copied to {backup} before the upgrade.", err=True)
        click.echo(f"The database is at revision {migrations.current(engine)}.", err=True)


@db.command()
def current() -> None:
    """Print the revision of the database's schema."""
    with configured_engine() as engine:
        migrations.require_file(engine)
        click.echo(migrations.current(engine) or "none")


@db.command("check")
def check_schema() -> None:
    """Compare the database's schema with this version's; exit code 1 if they differ."""
    with configured_engine() as engine:
        migrations.require_readable(engine)
        differences = migrations.differences(engine)
    for difference in differences:
        click.echo(difference)
    click.echo(f"{len(differences)} differences between schema and code.", err=True)
    sys.exit(bool(differences))


@click.command()
@click.option(
    "--pack",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A planning-week pack: whether its items come to its figures. No database is needed.",
)
@click.option(
    "--head", "written", help="As it was printed before, like 412:9f86…: whether all up to there is still so."
)
def check(pack: Path | None, written: str | None) -> None:
    """Replay the history and name every difference from what is kept beside it; exit code 1 if there is any."""
    head = Head.read(written) if written is not None else None
    if pack is not None:
        with pack.open("rb") as file:
            _tell(packs.findings(file), "The pack ties out.")
    with reading_session() as session:
        findings = [*history.findings(session), *(heads.findings(session, head) if head is not None else ())]
        click.echo(heads.contents(session).summary, err=True)
    _tell(findings, "The history and what is kept beside it agree.")


def _tell(findings: Sequence[Finding], all_well: str) -> NoReturn:
    for finding in findings:
        click.echo(finding.text if finding.is_difference else f"note: {finding.text}")
    differences = sum(finding.is_difference for finding in findings)
    click.echo(f"{differences} differences." if differences else all_well, err=True)
    sys.exit(bool(differences))
