"""The application, put together."""

from collections.abc import Callable

from flask import Flask, request
from sqlalchemy import Engine

from tracker.clock import Clock, clock_of
from tracker.config import TEMPLATES, Settings
from tracker.db.engine import make_engine, reading
from tracker.db.postgres import AWAY
from tracker.domain.errors import AwayError
from tracker.queries.accounts import viewer as viewers
from tracker.queries.accounts.viewer import Programme
from tracker.web.accounts import admin, sign_in
from tracker.web.accounts import imports as account_imports
from tracker.web.accounts import links as password_links
from tracker.web.accounts import settings as own_settings
from tracker.web.audit import views as audit
from tracker.web.blockers import page as blocker
from tracker.web.blockers import views as blockers
from tracker.web.board import batches, cards, list_saves, quiet_poll
from tracker.web.board import views as board
from tracker.web.charts import views as charts
from tracker.web.cycles import calendar as calendar_feed
from tracker.web.cycles import page as cycle
from tracker.web.cycles import views as cycles
from tracker.web.exports import views as exports
from tracker.web.help import accessibility, definitions, handbook, security_contact
from tracker.web.help import keys as help_page
from tracker.web.home import views as home
from tracker.web.http import assets, context, health, logging
from tracker.web.http.context import Installation
from tracker.web.imports import progress as import_progress
from tracker.web.imports import views as workflow_imports
from tracker.web.planning import views as planning
from tracker.web.reports import views as reports
from tracker.web.reviews import closing, proposals
from tracker.web.reviews import views as review
from tracker.web.security import requests as security
from tracker.web.security import sessions
from tracker.web.security.secret_key import secret_keys
from tracker.web.setup import files as setup_files
from tracker.web.setup import paste as setup
from tracker.web.setup import steps as first_steps
from tracker.web.signoffs import views as signoffs
from tracker.web.ui import errors, formats, language, rendering, shared
from tracker.web.workflows import fields as workflow_fields
from tracker.web.workflows import views as workflows


def create_app(settings: Settings, engine: Engine | None = None, clock: Clock | None = None) -> Flask:
    """The application on the settings' database, which has to be there and of this schema.

    Without a clock the programme's own ticks.
    """
    engine = engine or make_engine(settings.database_url, settings.database_pool)
    installation = _installation(settings, engine, clock)
    app = _application(installation)
    quiet_poll.install(app, installation)
    return app


def waiting_app(settings: Settings, engine: Engine) -> Flask:
    """The application as long as the database cannot be opened: it says so on every page, and asks no database."""
    programme = Programme("", settings.timezone, is_demo=False, revision=0)
    app = _application(Installation(settings, engine, Clock(), programme), _refuse_for_now)
    app.view_functions["health.database"] = health.not_ready
    return app


def _refuse_for_now() -> None:
    if request.endpoint not in sessions.NEEDS_NO_DATABASE:
        raise AwayError(AWAY)


def _application(installation: Installation, before_all: Callable[[], None] | None = None) -> Flask:
    settings, engine = installation.settings, installation.engine
    app = logging.Application("tracker.web", template_folder=str(TEMPLATES), static_folder=None)
    context.install(app, installation)
    logging.install(app)
    if before_all is not None:
        app.before_request(before_all)
    security.install(app, installation, secret_keys(settings, engine))
    sessions.install(app)
    language.install(app)
    formats.install(app)
    rendering.install(app)
    shared.install(app)
    cards.install(app)
    first_steps.install(app)
    errors.install(app)
    assets.install(app)
    people = (admin, account_imports, audit, own_settings, password_links, sign_in)
    open_to_all = (accessibility, health, security_contact)
    work = (board, list_saves, batches, workflows, workflow_fields, signoffs, blockers, blocker)
    weeks = (home, cycles, cycle, planning, review, proposals, closing, calendar_feed)
    files = (charts, definitions, exports, reports, workflow_imports, import_progress, help_page, handbook)
    for room in (*people, *open_to_all, setup, setup_files, *work, *weeks, *files):
        app.register_blueprint(room.bp)
    app.register_blueprint(workflows.acts)
    return app


def _installation(settings: Settings, engine: Engine, clock: Clock | None) -> Installation:
    with reading(engine) as session:
        programme = viewers.programme(session) or Programme("", settings.timezone, is_demo=False, revision=0)
        return Installation(settings, engine, clock or clock_of(session), programme)
