"""Style sheets, scripts and icons, at addresses that change with their content, and compressed.

A page asks for several sheets or scripts by one address, `css/tokens,elements.css`, which any process can answer. Text
is read once per process, with the digest that its addresses have, and compressed once, when it is first asked for.
"""

import gzip
import hashlib
from functools import cache, lru_cache
from posixpath import splitext

from flask import Blueprint, Flask, Response, abort, current_app, request, send_from_directory
from flask.typing import ResponseReturnValue

from tracker.config import STATIC
from tracker.web.http import bundles

bp = Blueprint("assets", __name__)

FOLDER = STATIC
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}  # what is text
_SEVERAL = ("css/", "js/", "vendor/htmx/")  # folders of which files can be asked for together
_A_YEAR_S = 31_536_000


def install(app: Flask) -> None:
    """Serves them, and gives templates `asset(path)`, `sheets(*names)` and `modules(*names)`."""
    app.config["ASSETS_DIGEST"] = _digest()
    app.register_blueprint(bp)
    app.add_template_global(address, "asset")
    app.add_template_global(lambda *names: address(f"css/{','.join(names)}.css"), "sheets")
    app.add_template_global(lambda *names: address(f"js/{','.join(names)}.js"), "modules")


def address(path: str) -> str:
    """The path of a file, also for a host we do not know."""
    return f"/static/{_digest()}/{path}"


@bp.get("/static/<digest>/<path:path>")
def static(digest: str, path: str) -> ResponseReturnValue:
    """The file as it was when the process first served one. An old address still answers, but is not kept."""
    response = _text(path) if splitext(path)[1] in KINDS else send_from_directory(FOLDER, path)
    if digest == current_app.config["ASSETS_DIGEST"]:
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR_S}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that ask without being told where it is."""
    response = _text("favicon.svg")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _text(path: str) -> Response:
    """Text, compressed for who takes it so."""
    try:
        plain, gzipped = _forms(path)
    except KeyError:
        abort(404)
    is_gzipped = takes_gzip()
    response = Response(gzipped if is_gzipped else plain, mimetype=KINDS[splitext(path)[1]])
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{_digest()}-gzip" if is_gzipped else _digest())
    if is_gzipped:
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def takes_gzip() -> bool:
    """Whether who asks can read what is compressed."""
    return request.accept_encodings.quality("gzip") > 0


@lru_cache(maxsize=100)  # twice as many as pages ask for
def _forms(path: str) -> tuple[bytes, bytes]:
    """What a path names, as it is and compressed: a file, or several in their order, modules with what they import."""
    folder = next((each for each in _SEVERAL if path.startswith(each)), "")
    names, suffix = splitext(path.removeprefix(folder))
    paths = [f"{folder}{name}{suffix}" for name in dict.fromkeys(names.split(",") if folder else [names])]
    texts = _texts()
    text = bundles.together(texts, paths) if folder == "js/" else "\n".join(texts[each] for each in paths)
    return text.encode(), gzip.compress(text.encode(), mtime=0)


@cache
def _texts() -> dict[str, str]:
    """Each file of text, by its path in the folder."""
    files = (file for file in FOLDER.rglob("*") if file.suffix in KINDS)
    return {file.relative_to(FOLDER).as_posix(): file.read_bytes().decode() for file in files}


@cache
def _digest() -> str:
    """One for the whole folder, so that files which refer to each other are always of the same version; as they were
    when the process first served them.
    """
    total = hashlib.sha256()
    for file in sorted(FOLDER.rglob("*")):
        if file.is_file():
            path = file.relative_to(FOLDER).as_posix()
            content = _texts()[path].encode() if path in _texts() else file.read_bytes()
            total.update(path.encode())
            total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:12]
