"""Pages and their parts: the only reader of htmx's request headers."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, current_app, render_template, request
from flask_htmx import HTMX

from tracker.domain.errors import N_
from tracker.web.http.addresses import LOOPBACK
from tracker.web.http.context import current_programme, current_settings, now, viewer_or_none
from tracker.web.ui import translation
from tracker.web.ui.formats import language
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

PAGES = (
    ("home.show", N_("Overview")),
    ("board.show", N_("Board")),
    ("cycles.index", N_("Cycles")),
    ("blockers.index", N_("Blockers")),
    ("charts.wall", N_("Charts")),
    ("exports.show", N_("Exports")),
    ("reports.index", N_("Reports")),
)
ADMIN_PAGES = (("admin.show", N_("Accounts")),)


class Htmx(HTMX):  # type: ignore[misc]
    """flask-htmx with what htmx 4 sends."""

    @property
    def request_type(self) -> str | None:
        """`partial` when a part of the page is to be swapped, `full` when all of it is."""
        return request.headers.get("HX-Request-Type")

    @property
    def here(self) -> SplitResult:
        """The address of the page that asks; the first page's where what it says is none."""
        try:
            return urlsplit(self.current_url or "/")
        except ValueError:
            return urlsplit("/")

    @property
    def wants_part(self) -> bool:
        """Whether a block will do: not for boosted links, restored history or a swap of the whole page."""
        return bool(self) and not self.boosted and not self.history_restore_request and self.request_type != "full"


htmx = Htmx()


def install(app: Flask) -> None:
    """Gives templates what they share."""
    htmx.init_app(app)
    translation.install(app)
    app.context_processor(shared_context)


def page(template: str, block: str | None = None, *, status: int = 200, **context: Any) -> Response:  # noqa: ANN401
    """The page, or only the block of it when htmx asks for a part."""
    if block is not None and htmx.wants_part:
        return current_app.make_response((render_block(template, block, **context), status))
    return current_app.make_response((render_template(template, **context), status))


def render_block(template: str, block: str, **context: Any) -> str:  # noqa: ANN401
    """One block of a template, alone. Macros have to be imported inside the block: the page's own top is not run."""
    current_app.update_template_context(context)
    environment = current_app.jinja_env
    found = environment.get_template(template)
    try:
        return environment.concat(found.blocks[block](found.new_context(context)))
    except Exception:  # noqa: BLE001 - rewrites the traceback to the template's lines and raises anew
        environment.handle_exception()


def shared_context() -> dict[str, Any]:
    """What every template may use. Asks no database."""
    viewer = viewer_or_none()
    pages = PAGES + ADMIN_PAGES if viewer is not None and viewer.actor.is_admin else PAGES
    return {
        "viewer": viewer,
        "role_name": word(viewer.role) if viewer is not None else "",
        "programme": current_programme(),
        "now": now(),
        "lang": language(),
        "navigation": [(endpoint, gettext(label), request.endpoint == endpoint) for endpoint, label in pages],
        "is_insecure": _is_insecure(),
    }


def _is_insecure() -> bool:
    """Whether what is typed travels readable: somebody has allowed that, and every page says so."""
    settings = current_settings()
    host = urlsplit(settings.public_url).hostname
    return settings.insecure_http and settings.public_url.startswith("http://") and host not in LOOPBACK
