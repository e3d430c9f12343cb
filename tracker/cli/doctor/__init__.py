"""The doctor: looks at an installation and says what is well, what to mind and what to mend."""

import json
import sys
from dataclasses import asdict

import click

from tracker.cli.database import configured_engine
from tracker.cli.doctor import storage, surroundings
from tracker.cli.doctor.lines import Patient, Verdict, examined
from tracker.clock import real_now
from tracker.config import read_settings

_OF_A_DATABASE = (
    storage.migrations,
    storage.connections,
    storage.log,
    surroundings.backup,
    surroundings.history,
    surroundings.clock,
)
_ALWAYS = (storage.sqlite, storage.permissions, storage.disk, surroundings.proxy, surroundings.static)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of check, verdict, text and remedy.")
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=1,
    envvar="WEB_CONCURRENCY",
    show_envvar=True,
    help="How many serve, for PostgreSQL's limit.",
)
def doctor(as_json: bool, processes: int) -> None:
    """Look at the installation line by line; exit code 1 if there is a fault."""
    with configured_engine() as engine:
        patient = Patient(read_settings(), engine, real_now(), processes)
        lines = examined(patient, storage.database)
        is_there = all(line.verdict is not Verdict.FAULT for line in lines)
        for check in (*(_OF_A_DATABASE if is_there else ()), *_ALWAYS):
            lines += examined(patient, check)
    click.echo(json.dumps([asdict(line) for line in lines], indent=1) if as_json else "\n".join(map(str, lines)))
    sys.exit(any(line.verdict is Verdict.FAULT for line in lines))
