"""The application, put together."""

from flask import Flask
from sqlalchemy import Engine

from tracker.clock import Clock, clock_of
from tracker.config import TEMPLATES, Settings
from tracker.db.engine import make_engine, reading
from tracker.queries import viewer as viewers
from tracker.queries.viewer import Programme
from tracker.web import (
    assets,
    board,
    cards,
    context,
    errors,
    formats,
    health,
    language,
    logging,
    rendering,
    security,
    sessions,
    sign_in,
    workflows,
)
from tracker.web.context import Installation
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
    errors.install(app)
    assets.install(app)
    for blueprint in (health.bp, sign_in.bp, board.bp, workflows.bp):
        app.register_blueprint(blueprint)
    return app


def _installation(settings: Settings, engine: Engine, clock: Clock | None) -> Installation:
    with reading(engine) as session:
        programme = viewers.programme(session) or Programme("", settings.timezone, is_demo=False, revision=0)
        return Installation(settings, engine, clock or clock_of(session), programme)
