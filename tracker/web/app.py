"""The application, put together."""

from flask import Flask
from sqlalchemy import Engine

from tracker.clock import Clock, clock_of
from tracker.config import TEMPLATES, Settings
from tracker.db.engine import make_engine, reading
from tracker.queries import viewer as viewers
from tracker.queries.viewer import Programme
from tracker.web import (
    account_imports,
    admin,
    assets,
    audit,
    batches,
    blocker,
    blocker_rows,
    blockers,
    board,
    calendar_feed,
    cards,
    charts,
    closing,
    context,
    cycle,
    cycles,
    definitions,
    errors,
    exports,
    formats,
    health,
    help_page,
    home,
    import_progress,
    language,
    logging,
    own_settings,
    password_links,
    planning,
    quiet_poll,
    rendering,
    reports,
    review,
    rows,
    security,
    sessions,
    sign_in,
    statement,
    workflow_acts,
    workflow_fields,
    workflow_imports,
    workflows,
)
from tracker.web.context import Installation
from tracker.web.help import handbook
from tracker.web.secret_key import secret_keys


def create_app(settings: Settings, engine: Engine | None = None, clock: Clock | None = None) -> Flask:
    """The application on the settings' database, which has to be there and of this schema.

    Without a clock the programme's own ticks.
    """
    engine = engine or make_engine(settings.database_url)
    app = logging.Application("tracker.web", template_folder=str(TEMPLATES), static_folder=None)
    installation = _installation(settings, engine, clock)
    context.install(app, installation)
    logging.install(app)
    security.install(app, installation, secret_keys(settings, engine))
    sessions.install(app)
    language.install(app)
    formats.install(app)
    rendering.install(app)
    cards.install(app)
    blocker_rows.install(app)
    errors.install(app)
    assets.install(app)
    people = (admin.bp, account_imports.bp, audit.bp, own_settings.bp, password_links.bp, statement.bp)
    work = (board.bp, rows.bp, batches.bp, workflows.bp, workflow_fields.bp, workflow_acts.bp, blockers.bp, blocker.bp)
    weeks = (home.bp, cycles.bp, cycle.bp, planning.bp, review.bp, closing.bp, calendar_feed.bp)
    files = (charts.bp, definitions.bp, exports.bp, reports.bp, workflow_imports.bp, import_progress.bp)
    for blueprint in (*people, *work, *weeks, *files, health.bp, help_page.bp, handbook.bp, sign_in.bp):
        app.register_blueprint(blueprint)
    quiet_poll.install(app, installation)
    return app


def _installation(settings: Settings, engine: Engine, clock: Clock | None) -> Installation:
    with reading(engine) as session:
        programme = viewers.programme(session) or Programme("", settings.timezone, is_demo=False, revision=0)
        return Installation(settings, engine, clock or clock_of(session), programme)
