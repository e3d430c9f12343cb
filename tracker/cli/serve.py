"""Serving: the installation, or the demo."""

import ipaddress
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import click
from sqlalchemy import Engine

from tracker.commands.programme import demo as demos
from tracker.commands.programme import installation, seed
from tracker.config import SEED_DATA, Settings, SettingsError, read_settings
from tracker.db import migrations
from tracker.db.engine import make_engine, reading, transaction
from tracker.domain.cells import read_date
from tracker.domain.errors import N_, InvalidError, TrackerError
from tracker.domain.programme.demo import FIRST_DAY, LAST_DAY, TIME_ZONE, starts_at
from tracker.domain.programme.rows import Programme
from tracker.queries.accounts import table as accounts
from tracker.queries.accounts import viewer
from tracker.queries.programme import files

_PORT = click.IntRange(0, 65_535)
_LOOPBACK = "127.0.0.1"


class Day(click.ParamType[date]):
    """A day of the sample programme, like 2023-05-05."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error."""
        try:
            day = value if isinstance(value, date) else read_date(value)
        except InvalidError:
            self.fail(f"{value!r} is no day like 2023-05-05.", param, ctx)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(f"{value!r} is outside the sample programme, {FIRST_DAY} to {LAST_DAY}.", param, ctx)
        return day


@click.command()
@click.option(
    "--host", default=_LOOPBACK, show_default=True, help="Another than this machine needs TRACKER_PUBLIC_URL."
)
@click.option("--port", type=_PORT, default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the database of TRACKER_DATABASE_URL until SIGTERM or Ctrl-C."""
    settings = read_settings()
    _require_safe_address(settings, host)
    engine = make_engine(settings.database_url, settings.database_pool)
    reason = installation.not_yet_usable(engine, settings, say=lambda text: click.echo(text, err=True))
    if reason is None:
        _require_own_programme(engine, host)
    else:
        click.echo(f"{reason} Until then every page says so.", err=True)
    _serve(
        settings, engine, host, port, lambda address: f"Tracker is at {settings.public_url or address}", reason=reason
    )


def _require_own_programme(engine: Engine, host: str) -> None:
    """Refuses to serve a demo to others, and says how to begin where nobody can."""
    with reading(engine) as session:
        programme = viewer.programme(session)
        is_demo = programme is not None and programme.is_demo
        has_admin = accounts.has_admin(session)
    if is_demo and not _is_loopback(host):
        raise SettingsError(N_("The database is a demo's: it is served on this machine only. Leave out --host."))
    if not has_admin:
        click.echo(
            "There is no administrator yet. Make one with:\n  tracker user add EMAIL --name NAME --role admin", err=True
        )


@click.command()
@click.option("--port", type=_PORT, envvar="PORT", default=8000, show_default=True, show_envvar=True)
@click.option(
    "--at",
    "day",
    type=Day(),
    help=f"Make the demo as of 09:00 on this day, from {FIRST_DAY} to {LAST_DAY}, which is in a planning week.",
)
def demo(port: int, day: date | None) -> None:
    """Serve a made-up programme from instance/demo.db, on this machine only. Changes are kept."""
    database = Path.cwd() / "instance" / "demo.db"
    settings = read_settings(database_url=f"sqlite:///{database}", database_url_file=None, public_url="", proxy_hops=0)
    engine = make_engine(settings.database_url)
    demos.open_demo(engine, sample_programme, say=lambda text: click.echo(text, err=True), day=day)
    _serve(
        settings,
        engine,
        _LOOPBACK,
        port,
        lambda address: (
            f"Tracker's demo is at {address}\n"
            "Sign in there with one of the buttons: Projektledare SIDU, Projektledare SoKI, Programkontoret, "
            "Betraktare, Administratör. No password is needed.\n"
            "The figures are made up: Exempeldata – påhittade siffror. Stop with Ctrl-C."
        ),
    )


def sample_programme(day: date) -> Programme:
    """The made-up programme, as it was known on the morning of that day."""
    if day == FIRST_DAY:
        return seed.read_folder(SEED_DATA)
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/later.db")
        migrations.upgrade(engine)
        with transaction(engine) as session:
            seed.load(session, seed.read_folder(SEED_DATA / "later"), time_zone=TIME_ZONE)
        with reading(engine) as session:
            programme = files.programme(session, starts_at(day))
        engine.dispose()
    return programme


def _serve(
    settings: Settings,
    engine: Engine,
    host: str,
    port: int,
    words: Callable[[str], str],
    reason: TrackerError | None = None,
) -> None:
    from tracker.web import server  # noqa: PLC0415 - no other command needs the web

    shown = f"[{host}]" if ":" in host else host
    server.serve(
        settings,
        engine,
        host,
        port,
        lambda bound: click.echo(words(f"http://{shown}:{bound}"), color=False),
        reason,
    )


def _require_safe_address(settings: Settings, host: str) -> None:
    public = urlsplit(settings.public_url)
    if not _is_loopback(host) and not settings.public_url:
        raise SettingsError(
            N_(
                "Serving on %(host)s needs TRACKER_PUBLIC_URL, the address that people type, for example"
                " https://tracker.example.org"
            ),
            host=host,
        )
    if public.scheme == "http" and not _is_loopback(public.hostname or "") and not settings.insecure_http:
        raise SettingsError(
            N_(
                "TRACKER_PUBLIC_URL is not https: passwords would travel readable. Put a proxy with https in front, or"
                " set TRACKER_INSECURE_HTTP=1."
            )
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
