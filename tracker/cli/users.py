"""Accounts, from the machine itself. Passwords are asked for or read from standard input, never from the arguments."""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click
from sqlmodel import Session

from tracker import security_log
from tracker.cli.database import configured_engine, reading_session
from tracker.clock import clock_of, real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import erasure, sign_ins
from tracker.commands.accounts import links as password_links
from tracker.commands.entry.entries import Entry, open_entry
from tracker.commands.programme import clock_mark
from tracker.config import read_settings
from tracker.db import migrations
from tracker.db.engine import checkpoint, transaction
from tracker.db.models import Actor
from tracker.domain.states import Role
from tracker.queries.accounts import personal
from tracker.queries.accounts import table as lists

_HERE = "http://127.0.0.1:8000"  # where `tracker serve` is when it is told nothing


@click.group()
def user() -> None:
    """Make, list and end accounts."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="As the history shows it.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--workstream", "workstreams", multiple=True, metavar="CODE", help="A lead's own; may be repeated.")
@click.option("--all-workstreams", is_flag=True, help="A lead of all of them.")
def add(email: str, name: str, role: str, workstreams: tuple[str, ...], all_workstreams: bool) -> None:
    """Make an account; asks for its password, or reads it from standard input."""
    if (workstreams or all_workstreams) and Role(role) is not Role.LEAD:
        raise click.UsageError("Workstreams go with --role lead; planners and admins have all of them.")
    with reading_session(migrations.require_usable):  # before somebody types a password for nothing
        password = _new_password()
    with _writing("user_add") as (session, entry):
        accounts.add(
            session,
            entry,
            email,
            name,
            Role(role),
            password=password,
            workstreams=workstreams,
            all_workstreams=all_workstreams,
        )
    click.echo(f"{name} can sign in as {accounts.normal_email(email)}.", err=True)


@user.command("list")
def list_() -> None:
    """List the accounts: e-mail, name, role, workstreams, whether active; separated by tabs."""
    with reading_session(migrations.require_usable) as session:
        for account in lists.accounts(session):
            streams = "*" if account.all_workstreams else " ".join(account.workstreams)
            state = "active" if account.is_active else "disabled"
            click.echo(f"{account.email}\t{account.name}\t{account.role.value}\t{streams}\t{state}")


@user.command()
@click.argument("email")
def passwd(email: str) -> None:
    """Give an account a new password, which ends its sign-ins."""
    with reading_session(migrations.require_usable) as session:
        accounts.the_user(session, email)
    password = _new_password()
    with _writing("user_passwd") as (session, entry):
        accounts.set_password(session, entry, email, password)
    click.echo("The password was changed; all browsers of the account are signed out.", err=True)


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time link with which the owner of an account chooses a password; the one before ends."""
    settings = read_settings()
    with _writing("user_link") as (session, entry):
        owner = accounts.the_user(session, email)
        made = password_links.make(session, entry, owner, now=real_now())
    click.echo(f"{settings.public_url.rstrip('/') or _HERE}{password_links.PATH}{made.token}")
    click.echo(f"It works once, until {made.expires_at.astimezone():%Y-%m-%d %H:%M}. Hand it over yourself.", err=True)


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """End an account and its sign-ins; what its owner did stays in the history."""
    with _writing("user_disable") as (session, entry):
        accounts.disable(session, entry, email)
    click.echo("The account is disabled; all its browsers are signed out.", err=True)


@user.command()
@click.argument("email")
def extract(email: str) -> None:
    """Write all that is kept about an account to standard output, as JSON."""
    with reading_session(migrations.require_usable) as session:
        owner = accounts.the_user(session, email)
        found = personal.kept_about(session, owner, sign_ins.account_hash(owner.email))
        names = personal.mentions(session, found["account"]["name"])
    found["name_in_texts"] = [asdict(each) for each in names]
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    security_log.note("account_extracted", account=found["account"]["id"])


@user.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Erase an account for good: name, address and sign-ins; its history stays, under "Raderad" and a number."""
    with reading_session(migrations.require_usable) as session:
        owner = accounts.the_user(session, email)
        name = session.get_one(Actor, owner.actor_id).name
        texts = personal.mentions(session, name)
    if not yes:
        click.confirm(f"Erase {name} <{owner.email}> for good? Nothing brings it back.", abort=True, err=True)
    with _writing("user_erase") as (session, entry):
        pseudonym = erasure.erase(session, entry, email)
    with configured_engine() as engine:
        migrations.require_usable(engine)
        checkpoint(engine)  # what SQLite's log still holds of it goes too
    click.echo(f"The account is erased; its history stands under {pseudonym}.", err=True)
    if texts:
        places = ", ".join(f"{each.table}.{each.column} ({each.count})" for each in texts)
        click.echo(f"People wrote the name into texts, which stay as they are: {places}.", err=True)
    click.echo("Backups and exports made before still hold it: delete them, or let them grow old.", err=True)


@contextlib.contextmanager
def _writing(command: str) -> Iterator[tuple[Session, Entry]]:
    with configured_engine() as engine:
        migrations.require_usable(engine)
        with transaction(engine) as session:
            clock_mark.found(session, read_settings().timezone)
            yield session, open_entry(session, accounts.operator(session), command, clock_of(session).now())


def _new_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True))
    return sys.stdin.readline().rstrip("\r\n")
