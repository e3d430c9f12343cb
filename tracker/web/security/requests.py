"""What every request has to pass and every answer carries."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, Forbidden, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.commands.accounts.sign_ins import LONGEST
from tracker.config import Settings
from tracker.domain.errors import N_, InvalidError
from tracker.domain.imports.reading import LARGEST_FILE
from tracker.web.http.addresses import LOOPBACK
from tracker.web.http.context import Installation

LARGEST_REQUEST = 1_000_000
_A_FILE = LARGEST_FILE + 100_000  # and the form around it
LARGER_REQUESTS = {"workflow_imports.upload": _A_FILE, "setup_files.upload": _A_FILE}
MOST_FIELDS = 200
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # never no-referrer: on https the token check wants a Referer
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask, installation: Installation, keys: tuple[str, list[str]]) -> None:
    """Sets limits, cookies, hosts, proxies, tokens and headers."""
    settings = installation.settings
    is_https = settings.public_url.startswith("https://")
    app.secret_key = keys[0]
    app.config.update(
        SECRET_KEY_FALLBACKS=keys[1],
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=MOST_FIELDS,
        TRUSTED_HOSTS=trusted_hosts(settings, is_demo=installation.programme.is_demo),
        SESSION_COOKIE_NAME="__Host-session" if is_https else "session",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_METHODS=_UNSAFE,
        WTF_CSRF_HEADERS=["X-CSRFToken"],
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_allow_files)
    app.before_request(_refuse_what_is_no_form)
    app.before_request(_refuse_what_no_field_holds)
    app.before_request(lambda: _refuse_other_sites(settings))
    CSRFProtect(app)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        response.headers.setdefault("Cache-Control", "no-store")
        if request.endpoint != "assets.static":
            response.vary.update(["HX-Request", "Cookie"])
        return response


def with_images_made_here(response: Response) -> Response:
    """The answer, of a page that makes pictures of its charts for download."""
    response.headers["Content-Security-Policy"] = POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:")
    return response


def trusted_hosts(settings: Settings, *, is_demo: bool) -> list[str]:
    """The hosts under which we answer: this machine, and the public one."""
    public = urlsplit(settings.public_url).hostname
    return [*LOOPBACK, public] if public and not is_demo else list(LOOPBACK)


def _allow_files() -> None:
    """Before anything reads the form: where files are taken in, more than a form may come."""
    larger = LARGER_REQUESTS.get(request.endpoint or "")
    if larger is not None:
        request.max_content_length = larger


def _refuse_other_sites(settings: Settings) -> None:
    """A second line behind the token: browsers say where a form was sent from."""
    if request.method not in _UNSAFE:
        return
    if not _is_address(request.referrer or ""):
        raise Forbidden  # the token's own check would stumble over it
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Forbidden
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {_origin(settings.public_url), _origin(request.host_url)}:
        raise Forbidden


def _is_address(url: str) -> bool:
    try:
        urlsplit(url).port  # noqa: B018 - it is read when it is asked for
    except ValueError:
        return False
    return True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_what_is_no_form() -> None:
    """Nothing here takes JSON or anything else: it is not parsed, and never read as a form without fields."""
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if request.method in _UNSAFE and has_body and request.mimetype not in _FORMS:
        raise UnsupportedMediaType


def _refuse_what_no_field_holds() -> None:
    """NUL is text to no database, and what is no UTF-8 no text at all: refused here, with the field named."""
    if "\0" in request.path or any("\0" in part for pair in request.args.items(multi=True) for part in pair):
        raise BadRequest
    for name in (*_fields_not_utf_8(), *_fields_no_text()):
        raise InvalidError(
            N_("The field %(name)s holds a character that cannot be kept. Write it anew."), field=name, name=name
        )


def _fields_not_utf_8() -> Iterator[str]:
    """Werkzeug keeps such bytes as `%ED%A0%80`, which nobody wrote."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return
    for pair in request.get_data().split(b"&"):
        try:
            unquote_to_bytes(pair).decode()
        except UnicodeDecodeError:
            yield unquote_to_bytes(pair.partition(b"=")[0]).decode(errors="replace")


def _fields_no_text() -> Iterator[str]:
    """NUL; and in a multipart form, bytes that were no UTF-8 have become U+FFFD."""
    refused = ("\0", "\ufffd") if request.mimetype == "multipart/form-data" else ("\0",)
    for name, value in request.form.items(multi=True):
        if any(character in part for part in (name, value) for character in refused):
            yield name
